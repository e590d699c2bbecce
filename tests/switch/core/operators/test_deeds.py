"""What is done from outside, by the clock or by a person: each deed is a row, with who and why."""

import msgspec
import pytest

from cardswitch.specs.dates import CutOff
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.switch.core.row import said
from cardswitch.switch.core.settings import Route, Upstream
from cardswitch.switch.core.states import Mark, State
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.play import START, after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    PLAIN,
    POS,
    REVERSAL,
    approved,
    crashed,
    linked,
    opened,
    recorded,
    started,
    with_settings,
)

REPEAT = Message("0201", PLAIN.fields)
REVERSED_AGAIN = Message("0421", REVERSAL.fields)


def stuck(changes=None):
    """A reversal that the peer has refused: leg 1."""
    request = REVERSAL.with_fields(changes or {})
    play = approved(opened()) >> Received(POS, request)
    play.skip() >> answered("acquirer", "64") << recorded(State.EXCEPTION)
    return play


def retried(play):
    play.do(play.machine.retry(1, play.now, "ann", "the acquirer is back"))
    return play


def resolved(play):
    play.do(play.machine.resolve(1, play.now, "ann", "refunded by hand"))
    return play


# Bank days ----------------------------------------------------------------------------------------


def test_a_day_that_a_person_ends_goes_on_under_another_label():
    play = opened()
    play.do(play.machine.cut_over_now(play.now, "ann", "end of the test"))
    play << recorded(Mark.CUT_OVER, business_date="2026-03-29-2") << recorded(Mark.CHECKPOINT)
    told = said(play.entries[-2])
    assert (told["ended"], told["by"], told["because"]) == ("2026-03-29", "ann", "end of the test")
    assert play.machine.status()["business_date"] == "2026-03-29-2"


def test_after_that_the_clock_ends_the_day_once():
    play = opened()
    play.do(play.machine.cut_over_now(play.now, "ann", ""))
    (play.skip() >> LinkDown(ACQUIRER) >> after(2 * 86_400.0)).skip()
    labels = [row.business_date for row in play.entries if row.state == Mark.CUT_OVER]
    assert labels == ["2026-03-29", "2026-03-29-2", "2026-03-30", "2026-03-31"]


def test_what_settlement_has_closed_stands_in_the_journal():
    play = opened()
    play.do(play.machine.record_close(play.now, "2026-03-28", {"sha256": "ab"}))
    assert play << recorded(Mark.CLOSED, business_date="2026-03-28", day="2026-03-29")
    assert said(play.entries[-1]) == {"sha256": "ab"}


def test_what_settlement_has_taken_of_a_bank_stands_in_the_journal():
    play = opened()
    play.do(play.machine.record_bank(play.now, {"number": 1}))
    assert play << recorded(Mark.BANK, business_date="2026-03-29", day="2026-03-29")
    assert said(play.entries[-1]) == {"number": 1}


# Exceptions ---------------------------------------------------------------------------------------


def test_one_that_is_tried_again_is_sent_as_a_repeat_and_moves_nothing_twice():
    play = retried(stuck()) << recorded(State.REVERSING, moved=0)
    told = said(play.entries[-1])
    assert (told["by"], told["because"]) == ("ann", "the acquirer is back")
    first = next(m for m in play.sent_on(ACQUIRER) if m.mti == "0420")
    play << sent("acquirer", "0421", {11: first[11], 7: first[7], 90: first[90]})
    assert play >> answered("acquirer", "00") << recorded(State.REVERSED)
    assert sum(row.moved for row in play.entries) == 0


def test_one_of_a_part_is_tried_again_as_a_part():
    part = {95: "000000000600" + "0" * 30}
    play = retried(stuck(part)) << recorded(State.REVERSING, stays=600)
    play << sent("acquirer", "0421") >> answered("acquirer", "00") << recorded(State.REDUCED)
    assert sum(row.moved for row in play.entries) == 600


def test_one_that_is_resolved_is_sent_no_more_and_is_not_agreed_to():
    play = resolved(stuck()) << recorded(State.RESOLVED, moved=0)
    assert said(play.entries[-1])["because"] == "refunded by hand"
    assert play >> after(25.0)
    assert play >> Received(POS, REVERSED_AGAIN) << sent("pos/1", "0430", {39: "64"})
    assert play >> Received(POS, REPEAT) << sent("pos/1", "0210", {39: "12"})


@pytest.mark.parametrize(("deed", "exceptions"), [(retried, 0), (resolved, 0), (lambda p: p, 1)])
def test_all_of_it_outlives_a_crash(deed, exceptions):
    play = deed(stuck()).skip()
    again = linked(crashed(play).skip())
    assert again.machine.status()["exceptions"] == exceptions
    assert again.machine.memory.owed == (deed is retried)
    if deed is retried:
        again >> after(1.0) << sent("acquirer", "0421", {2: PLAIN[2], 4: PLAIN[4]})
        assert again >> answered("acquirer", "00") << recorded(State.REVERSED)
    assert again >> Received(POS, REPEAT) << sent("pos/1", "0210", {39: "12"})


def test_one_of_a_crash_before_can_still_be_ended():
    again = linked(crashed(stuck()).skip())
    assert resolved(again) << recorded(State.RESOLVED)


@pytest.mark.parametrize("deed", ["retry", "resolve"])
def test_what_is_no_exception_is_left_alone(deed):
    ended, pending = r"is no exception: .*exceptions list", "is not set aside: it is sent again"
    for play, why in (
        (approved(opened()), ended),
        (resolved(stuck()).skip(), ended),
        (retried(stuck()).skip(), pending),
    ):
        rows = len(play.entries)
        with pytest.raises(Error, match=f"leg 1 {why}"):
            getattr(play.machine, deed)(1, play.now, "ann", "")
        assert len(play.entries) == rows


def test_one_whose_upstream_is_gone_can_only_be_resolved():
    gone = with_settings(upstreams={"bank": Upstream()}, routes=(Route("pos", "bank"),))
    play = crashed(stuck(), gone)
    with pytest.raises(Error, match="no upstream 'acquirer' any more: resolve it"):
        retried(play)
    assert resolved(play) << recorded(State.RESOLVED)


def test_a_deed_is_not_lost_on_whoever_reads_the_row():
    play = retried(stuck()).skip()
    row = next(row for row in reversed(play.entries) if row.state == State.REVERSING)
    fields = msgspec.json.decode(row.fields)
    assert fields["4"] == PLAIN[4]
    assert fields["by"] == "ann"


# Several acquirers --------------------------------------------------------------------------------

UTC = CutOff("23:30", "UTC")
TWO = with_settings(
    cut_off=UTC,
    acquirers={"nyc": CutOff("18:00", "America/New_York")},
    acquirer_of={"SHOP0001": "nyc"},
)


def running(play):
    status = play.machine.status()
    return [status["business_date"], *(day["business_date"] for day in status["acquirers"])]


def fences(play):
    return [row.business_date for row in play.entries if row.state == Mark.CUT_OVER]


def test_each_acquirer_begins_and_ends_its_days_by_its_own_cut_off():
    play = opened(TWO)
    assert running(play) == ["2026-03-29", "2026-03-29.nyc"]
    (play.skip() >> LinkDown(ACQUIRER) >> after(86_400.0)).skip()
    assert fences(play) == ["2026-03-29", "2026-03-29.nyc", "2026-03-30.nyc", "2026-03-30"]
    marks = [row for row in play.entries if row.state == Mark.CUT_OVER]
    assert [said(row).get("acquirer") for row in marks] == [None, "nyc", "nyc", None]
    assert [row.day for row in marks] == [row.business_date for row in marks]


def test_a_start_goes_on_with_the_days_of_both_and_ends_those_that_were_slept_over():
    play = opened(TWO)
    again = crashed(play, TWO)
    assert (running(again), fences(again)) == (running(play), [])
    late = crashed(play, TWO, down_s=22 * 3_600.0)  # 23:00 in London, 19:00 in New York
    assert fences(late) == ["2026-03-30.nyc"]
    assert running(late) == ["2026-03-29", "2026-03-30.nyc"]
    (late.skip() >> after(86_400.0)).skip()
    assert fences(late)[1:] == ["2026-03-30", "2026-03-31.nyc"]


def test_a_person_ends_the_day_of_one_of_them():
    play = opened(TWO)
    play.do(play.machine.cut_over_now(play.now, "ann", "a test", "nyc"))
    play.skip()
    assert running(play) == ["2026-03-29", "2026-03-29-2.nyc"]
    with pytest.raises(Error, match="tyo: the switch that runs has no such acquirer: start it"):
        play.machine.cut_over_now(play.now, "ann", "", "tyo")
    with pytest.raises(Error, match="tyo: the switch that runs has no such acquirer: start it"):
        play.machine.record_bank(play.now, {}, "tyo")


def test_a_leg_stays_with_the_acquirer_that_it_began_with():
    play = approved(opened(TWO))
    assert {row.business_date for row in play.entries if row.leg} == {"2026-03-29.nyc"}
    moved = linked(crashed(play.skip(), with_settings(cut_off=UTC)).skip())
    moved >> Received(POS, REVERSAL)
    [undone, _] = [row for row in moved.entries if row.leg]
    assert (undone.state, undone.business_date, undone.day) == (
        State.REVERSING,
        "2026-03-29.nyc",
        "2026-03-29.nyc",
    )


def test_what_goes_upstream_bears_the_date_of_its_acquirer():
    late = linked(started(TWO, now=START + 21.5 * 3_600.0).skip())  # 18:30 in New York
    late >> Received(POS, PLAIN.with_fields({7: "0329223000"}))
    [sale] = [m for m in late.sent_on(ACQUIRER) if m.mti == "0200"]
    assert (sale[15], running(late)) == ("0330", ["2026-03-29", "2026-03-30.nyc"])


def test_who_names_no_merchant_of_an_acquirer_is_settled_by_the_one_without_a_name():
    play = approved(opened(TWO), PLAIN.with_fields({42: "SHOP0002"}))
    assert {row.business_date for row in play.entries if row.leg} == {"2026-03-29"}
