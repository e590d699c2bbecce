"""Totals are compared with upstream: what is asked, what is told, and what becomes of answers."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.dates import CutOff
from cardswitch.specs.errors import Error
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.settled import Account, pack_account
from cardswitch.specs.transactions.totals import Side, Totals
from cardswitch.switch.core.row import said
from cardswitch.switch.core.states import Mark, State
from cardswitch.switch.core.totals.comparing import BUSY_MAX_S, LOOK_S
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    PLAIN,
    POS,
    REVERSAL,
    SETTINGS,
    approved,
    crashed,
    forwarded,
    linked,
    opened,
    with_settings,
)

SETTLING = with_settings(
    upstreams={"acquirer": replace(SETTINGS.upstreams["acquirer"], settles_with="999001")}
)
DAY_S = 86_400.0
SOLD = Account(Totals(Side(1, 1250)))
AGREED = {**pack_account(SOLD), 66: "1"}


def ask(date="", currency="", place="acquirer"):
    return lambda play: play.do(
        play.machine.ask_totals(play.now, "ann", place, date, currency, "because")
    )


def noted(play):
    return [said(row) for row in play.entries if row.state == Mark.TOTALS]


def told(play):
    [found] = play.machine.status()["totals"]
    return found


def asked_of(play, mti):
    return [m for m in play.sent_on(ACQUIRER) if m.mti.startswith(mti[:3]) and m.mti[1] == "5"]


def next_day(play, settings=SETTLING):
    """The date ends while the switch is down; then it is there again."""
    return linked(crashed(play.skip(), settings, down_s=DAY_S).skip()).skip()


# What a person asks -------------------------------------------------------------------------------


def test_it_is_asked_with_totals_and_what_agrees_is_noted():
    play = approved(opened(SETTLING)) >> ask()
    fields = {15: "0329", 50: "978", 76: "0000000001", 88: "0000000000001250"}
    fields |= {97: "D0000000000001250", 99: "999001", 41: None, 60: None}
    play << sent("acquirer", "0500", fields)
    assert told(play)["is_under_way"]
    (play >> answered("acquirer", "00", AGREED)).skip()
    [row] = noted(play)
    assert (row["is_balanced"], row["answer"], row["by"]) == (True, "00", "ann")
    assert row["here"]["debits"] == row["there"]["debits"] == {"count": 1, "amount": 1250}
    assert told(play)["compared"] == [{n: v for n, v in row.items() if n != "is_told"}]


@pytest.mark.parametrize(
    ("code", "answer", "balanced", "there"),
    [
        ("95", {**pack_account(Account()), 66: "2"}, False, 0),
        ("00", {**pack_account(Account()), 66: "1"}, False, 0),  # It says so, and is wrong.
        ("00", {66: "1"}, True, None),
        ("00", {66: "2"}, False, None),
        ("00", {}, False, None),
        ("00", {**AGREED, 97: "D"}, False, None),
        ("12", {}, False, None),
        ("30", {44: "99"}, False, None),
    ],
)
def test_what_upstream_says_is_judged_by_its_figures(code, answer, balanced, there):
    play = approved(opened(SETTLING)) >> ask()
    (play.skip() >> answered("acquirer", code, answer)).skip()
    [row] = noted(play)
    assert (row["answer"], row["is_balanced"]) == (code, balanced)
    assert (row["there"] and row["there"]["debits"]["amount"]) == there
    assert bool(row["reason"]) == (code in ("12", "30") or answer.get(97) == "D")


def test_without_an_answer_it_is_asked_again_and_that_is_noted():
    play = approved(opened(SETTLING)) >> ask()
    (play.skip() >> after(3.6)).skip() >> after(3.6)
    (play.skip() >> after(3.6)).skip()
    questions = asked_of(play, "0500")
    assert [m.mti for m in questions] == ["0500", "0501", "0501"]
    assert len({(m[7], m[11], m[88]) for m in questions}) == 1
    [row] = noted(play)
    assert (row["answer"], row["is_balanced"]) == ("", False)
    assert not told(play)["is_under_way"]


def test_each_currency_is_asked_about_or_the_one_that_is_named():
    play = approved(opened(SETTLING))
    (play >> Received(POS, PLAIN.with_fields({11: "000020", 49: "840"}))).skip()
    (play >> answered("acquirer", "00")).skip()
    (play >> ask()).skip()
    (play >> answered("acquirer", "00", {66: "1"})).skip()
    (play >> answered("acquirer", "00", {66: "1"})).skip()
    assert [m[50] for m in asked_of(play, "0500")] == ["840", "978"]
    (play >> ask(currency="392")).skip()
    (play >> answered("acquirer", "00", {66: "1"})).skip()
    assert [each["currency"] for each in told(play)["compared"]] == ["392"]


def test_what_is_on_its_way_is_told():
    play = forwarded(approved(opened(SETTLING)), PLAIN.with_fields({11: "000020"})) >> ask()
    (play.skip() >> answered("acquirer", "95", {66: "2"})).skip()
    assert noted(play)[0]["open"] == 1


def test_what_no_field_has_room_for_is_said_and_nothing_is_asked():
    play = approved(opened(SETTLING))
    play.machine.memory.settled.note("acquirer", "2026-03-29", "978", KINDS.named("sale"), 10**16)
    (play >> ask()).skip()
    assert not asked_of(play, "0500")
    assert "88" in noted(play)[0]["reason"]
    assert not told(play)["is_under_way"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (ask(place="bank"), "expected one of acquirer"),
        (ask("2026-03-30"), "expected one from 2026-03-29 to 2026-03-29"),
        (ask("2026-03-01"), "no others are kept"),
        (ask("29.3."), "YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_asked_is_said(question, words):
    with pytest.raises(Error, match=words):
        approved(opened(SETTLING)) >> question


def test_nothing_is_asked_where_nothing_is_settled_or_nobody_is_there():
    with pytest.raises(Error, match="settles_with"):
        approved(opened()) >> ask()
    with pytest.raises(Error, match="name a currency"):
        opened(SETTLING) >> ask()
    play = approved(opened(SETTLING)) >> LinkDown(ACQUIRER)
    with pytest.raises(Error, match="nobody is there"):
        play.skip() >> ask()
    play = approved(opened(SETTLING)) >> ask()
    with pytest.raises(Error, match="not answered the last"):
        play.skip() >> ask()


def test_what_is_sent_there_bears_our_date_whatever_a_terminal_says():
    play = opened(SETTLING) >> Received(POS, PLAIN.with_fields({15: "0101"}))
    assert play.skip().sent_on(ACQUIRER)[-1][15] == "0329"


# What is told when a date ends --------------------------------------------------------------------


@pytest.mark.parametrize("crash", [False, True])
def test_a_date_that_ended_is_told_once_it_was_answered(crash):
    play = next_day(approved(opened(SETTLING)))
    assert told(play)["due"] == ["2026-03-29"]
    if crash:
        play = linked(crashed(play, SETTLING).skip()).skip()
    play >> after(LOOK_S) << sent("acquirer", "0520", {15: "0329", 88: "0000000000001250"})
    (play >> answered("acquirer", "00", AGREED)).skip()
    assert (noted(play)[-1]["is_balanced"], noted(play)[-1]["by"]) == (True, "clock")
    assert told(play)["due"] == []
    play = linked(crashed(play, SETTLING).skip()).skip() >> after(LOOK_S)
    assert not asked_of(play.skip(), "0520")


def test_it_is_told_until_it_is_answered():
    play = next_day(approved(opened(SETTLING)))
    (play >> after(LOOK_S)).skip()
    for _ in range(3):
        (play >> after(3.6)).skip()
    assert [m.mti for m in asked_of(play, "0520")] == ["0520", "0521", "0521"]
    assert not noted(play)
    (play >> after(LOOK_S)).skip()
    assert [m.mti for m in asked_of(play, "0520")][3:] == ["0520"]


def test_what_is_on_its_way_comes_first():
    play = next_day(forwarded(approved(opened(SETTLING)), PLAIN.with_fields({11: "000020"})))
    (play >> after(LOOK_S)).skip()
    assert not asked_of(play, "0520"), "the reversal of what was open is not acknowledged yet"
    while play.machine.memory.unfinished:
        (play >> after(1.0)).skip()
        (play >> answered("acquirer", "00")).skip()
    assert play >> after(LOOK_S) << sent("acquirer", "0520", {88: "0000000000001250"})


def test_it_does_not_wait_for_ever():
    play = next_day(forwarded(approved(opened(SETTLING)), PLAIN.with_fields({11: "000020"})))
    machine = play.machine
    machine.totals._begin("acquirer", "2026-03-29", play.now)
    play.do(machine.kernel.take())
    assert asked_of(play.skip(), "0520")
    assert BUSY_MAX_S > LOOK_S


def test_an_exception_is_for_people_and_nobody_waits_for_it():
    play = approved(opened(SETTLING))
    (play >> Received(POS, REVERSAL)).skip()
    (play >> answered("acquirer", "64")).skip()
    assert play.machine.memory.unfinished[1].state is State.EXCEPTION
    play = next_day(play)
    (play >> after(LOOK_S)).skip()
    (play >> answered("acquirer", "00", AGREED)).skip()
    assert (noted(play)[-1]["is_balanced"], noted(play)[-1]["open"]) == (False, 1)


def test_another_run_of_the_date_ends_none_and_nothing_sold_is_not_told():
    play = approved(opened(SETTLING))
    play.do(play.machine.cut_over_now(play.now, "ann", ""))
    assert told(play.skip())["due"] == []
    assert told(next_day(opened(SETTLING)))["due"] == []


def test_what_was_slept_over_for_a_year_cannot_be_said_any_more():
    play = linked(crashed(approved(opened(SETTLING)), SETTLING, down_s=366 * DAY_S).skip()).skip()
    assert told(play)["due"] == []
    with pytest.raises(Error, match="from 2027-03-30 to 2027-03-30"):
        play >> ask("2026-03-29")


def test_what_is_not_settled_with_any_more_is_left_alone():
    play = next_day(approved(opened(SETTLING)), SETTINGS) >> after(LOOK_S)
    assert not asked_of(play.skip(), "0520")
    assert play.machine.status()["totals"] == []


def test_a_date_is_over_once_no_acquirer_has_a_day_of_it():
    both = replace(SETTLING, acquirers={"nyc": CutOff("18:00", "America/New_York")})
    play = approved(opened(both)).skip()
    play.do(play.machine.handle(LinkDown(ACQUIRER), play.now))
    (play.skip() >> after(20.5 * 3_600.0)).skip()
    assert told(play)["due"] == []  # Ours has ended, New York's not.
    (play >> after(1.0 * 3_600.0)).skip()
    assert told(play)["due"] == ["2026-03-29"]
    assert told(crashed(play, both))["due"] == ["2026-03-29"]


def test_nobody_waits_for_an_acquirer_that_is_configured_no_more():
    both = replace(SETTLING, acquirers={"nyc": CutOff("18:00", "America/New_York")})
    play = approved(linked(crashed(opened(both).skip(), SETTLING).skip()).skip())
    assert told(next_day(play))["due"] == ["2026-03-29"]
