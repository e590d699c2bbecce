"""A completion: kept and answered at once, owed upstream; refused only if it cannot be true."""

import pytest

from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.notebook import found, looked_up
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    PAN,
    PLAIN,
    POS,
    REVERSAL,
    approved,
    crashed,
    forwarded,
    linked,
    opened,
    recorded,
    started,
    with_listener,
    with_settings,
)

HOLD = Message("0100", PLAIN.fields)
RRN = "608800000001"  # of the first leg
COMPLETION = Message(
    "0220",
    {
        3: "000000",
        4: "000000001000",
        7: "0329010010",
        11: "000009",
        25: "06",
        37: RRN,
        38: "A1B2C3",
        41: "TERM0001",
        42: "SHOP0001       ",
        49: "978",
        90: original_data(HOLD),
    },
)
DAY_S = 86_400.0


def held(play=None):
    """12.50 are set aside."""
    play = play or opened()
    play >> Received(POS, HOLD) << recorded(State.FORWARDED) << sent("acquirer", "0100")
    play >> answered("acquirer", "00", {38: "A1B2C3"})
    return play << recorded(State.APPROVED, moved=0) << sent("pos/1", "0110", {39: "00"})


def taken(play, request=COMPLETION):
    """*request* comes in, and is on its way upstream."""
    play >> Received(POS, request) << recorded(State.COMPLETED, leg=1, moved=0)
    play << recorded(State.TAKEN, moved=1000, original=1, rrn=RRN)
    return play << sent("pos/1", "0230", {39: "00", 37: RRN}) << sent("acquirer", "0220")


def told(play, changes=None, message=COMPLETION):
    """What a completion, but for *changes*, is told; "" for silence."""
    before = len(play.sent_on(POS))
    fields = {**message.fields, **(changes or {})}
    fields = {n: value for n, value in fields.items() if value is not None}
    (play >> Received(POS, Message(message.mti, fields))).skip()
    answers = play.sent_on(POS)[before:]
    return answers[0][39] if answers else ""


def upstream(play):
    return [m for m in play.sent_on(ACQUIRER) if m.mti[:3] == "022"]


def test_it_is_kept_and_answered_before_anybody_upstream_has_heard_of_it():
    play = taken(held())
    assert play >> answered("acquirer", "00") << recorded(State.APPROVED, moved=0)
    assert play.machine.memory.owed == 0


def test_upstream_hears_the_names_that_it_knows_and_the_card_that_we_keep():
    play = taken(held())
    [hold] = [m for m in play.sent_on(ACQUIRER) if m.mti == "0100"]
    [completion] = upstream(play)
    assert completion[90] == original_data(hold)
    assert (completion[37], completion[38], completion[2]) == (RRN, "A1B2C3", PAN)
    assert completion[4] == "000000001000"


def test_it_is_repeated_until_it_is_acknowledged_with_the_same_numbers():
    play = taken(held()) >> after(3.5) >> after(1.0) << sent("acquirer", "0221") >> after(3.5)
    play >> after(2.0) << sent("acquirer", "0221")
    first, *later = upstream(play)
    assert all(again.fields == first.fields for again in later)
    assert play >> answered("acquirer", "00") << recorded(State.APPROVED) >> after(15.0)


@pytest.mark.parametrize("code", ["91", "96", "68"])
def test_who_cannot_keep_it_now_is_told_again(code):
    assert taken(held()) >> answered("acquirer", code) >> after(1.0) << sent("acquirer", "0221")


@pytest.mark.parametrize("code", ["05", "12", "51", "64", "94", "25", "10"])
def test_who_refuses_it_leaves_it_to_a_person(code):
    play = taken(held()) >> answered("acquirer", code, {4: "000000000500"} if code == "10" else {})
    assert play << recorded(State.EXCEPTION, moved=0) >> after(25.0)
    assert play.machine.status()["exceptions"] == 1


def test_an_answer_that_does_not_fit_acknowledges_nothing():
    play = taken(held()) >> answered("acquirer", "00", {4: "000000009999"})
    assert play >> after(1.0) << sent("acquirer", "0221")


def test_a_link_that_is_down_does_not_keep_the_merchant_waiting():
    play = (held() >> LinkDown(ACQUIRER)).skip()
    assert told(play) == "00"
    assert play.machine.status()["pending_advices"] == 1


# Set aside ----------------------------------------------------------------------------------------


def set_aside():
    return (taken(held()) >> answered("acquirer", "64")).skip()


@pytest.mark.parametrize("crash", [False, True])
def test_a_person_has_it_told_again_and_no_money_moves_twice(crash):
    play = linked(crashed(set_aside()).skip()) if crash else set_aside()
    first = len(play.entries)
    play.do(play.machine.retry(2, play.now, "ann", "it is back"))
    play << recorded(State.TAKEN, moved=0, original=1) << sent("acquirer", "0221")
    assert play >> answered("acquirer", "00") << recorded(State.APPROVED, moved=0)
    assert told(play, message=Message("0221", COMPLETION.fields)) == "00"
    assert not any(row.moved for row in play.entries[first:])


@pytest.mark.parametrize("crash", [False, True])
def test_a_person_ends_it_and_the_merchant_keeps_what_was_promised(crash):
    play = linked(crashed(set_aside()).skip()) if crash else set_aside()
    play.do(play.machine.resolve(2, play.now, "ann", "paid by other means"))
    assert play << recorded(State.RESOLVED, moved=0) >> after(25.0)
    assert told(play, message=Message("0221", COMPLETION.fields)) == "00"


# Known again --------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["memory", "journal"])
def test_a_repeat_hears_the_same_and_nothing_is_taken_twice(where):
    play = held(opened(with_settings(legs_max=1))) if where == "journal" else held()
    (taken(play) >> answered("acquirer", "00")).skip()
    if where == "journal":
        (play >> Received(POS, PLAIN.with_fields({11: "000099", 41: "TERM0099"}))).skip()
    assert told(play, message=Message("0221", COMPLETION.fields)) == "00"
    assert told(play, {90: original_data(HOLD)[:-1] + "1"}) == "94"
    assert len(upstream(play)) == 1


@pytest.mark.parametrize("lost", [0, 2])
def test_after_a_crash_it_is_still_owed_or_never_was(lost):
    play = held()
    (play >> Received(POS, COMPLETION)).skip()
    again = linked(crashed(play, lost=lost).skip()) >> after(2.0)
    assert [m.mti for m in upstream(again.skip())][:1] == ([] if lost else ["0221"])
    assert told(again, message=Message("0221", COMPLETION.fields)) == "00"
    assert len({m[11] for m in upstream(again)}) == 1


# What cannot be true ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "00"),
        ({4: "000000001250"}, "00"),
        ({2: PAN}, "00"),
        ({37: None, 38: None}, "00"),
        ({90: None}, "00"),
        ({4: "000000001251"}, "13"),
        ({4: "000000000000"}, "13"),
        ({2: "9999990000000022"}, "64"),
        ({38: "OTHER1"}, "64"),
        ({37: "608800000099"}, "64"),
        ({49: "840"}, "64"),
        ({41: "TERM0002"}, "25"),
        ({90: original_data(HOLD.with_fields({11: "000077"}))}, "25"),
        ({90: "0200" + original_data(HOLD)[4:]}, "25"),
        ({90: "0800" + original_data(HOLD)[4:]}, "30"),
        ({90: "x" * 42}, "30"),
        ({90: None, 37: None}, "30"),
        *[({number: None}, "30") for number in (3, 4, 7, 41, 42, 49)],
        ({25: "00"}, "12"),
        ({52: "0" * 16}, "30"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_code(changes, code):
    play = held()
    assert told(play, changes) == code
    assert len(upstream(play)) == (code == "00")
    if code in ("13", "64", "25") and changes.get(4) != "0" * 12:
        assert play.entries[-1].state == State.DECLINED


def test_an_advice_of_a_closed_day_is_booked_on_the_open_one_and_never_refused():
    """What has happened has: its authorisation, or its own time, may lie days back."""
    sold = Message("0220", {**PLAIN.fields, 11: "000077"})  # PLAIN is of 29 March
    for advice in (COMPLETION, sold):
        play = linked(crashed(held(), down_s=3 * 86_400.0).skip()).skip()
        assert play.machine.memory.today.date == "2026-04-01"
        (play >> Received(POS, advice)).skip()
        assert play.sent_on(POS)[-1][39] == "00"
        [row] = [entry for entry in play.entries if entry.state == State.TAKEN]
        assert (row.business_date, row.day) == ("2026-04-01", "2026-04-01")
        assert row.moved == int(advice[4])


def test_the_second_one_is_refused_whatever_became_of_the_first():
    play = (taken(held()) >> answered("acquirer", "64")).skip()
    assert told(play, {11: "000010"}) == "94"


def test_what_was_declined_or_undone_cannot_be_taken():
    play = opened()
    play >> Received(POS, HOLD) << recorded(State.FORWARDED) << sent("acquirer", "0100")
    (play >> answered("acquirer", "51")).skip()
    assert told(play) == "12"
    play = held()
    (play >> Received(POS, REVERSAL.with_fields({90: original_data(HOLD)}))).skip()
    assert told(play) == "12"


def test_of_what_was_undone_in_part_only_the_rest_can_be_taken():
    play = held()
    part = {90: original_data(HOLD), 95: replacement_amounts(600)}
    (play >> Received(POS, REVERSAL.with_fields(part))).skip()
    assert told(play) == ""  # The reversal is owed upstream, and goes first.
    (play >> answered("acquirer", "00")).skip()
    assert told(play, {11: "000011"}) == "13"
    assert told(play, {11: "000012", 4: "000000000600"}) == "00"


def test_what_is_taken_cannot_be_undone():
    play = taken(held())
    undo = REVERSAL.with_fields({90: original_data(HOLD)})
    assert told(play, message=undo) == "64"
    assert told(play, {11: "000012", 90: original_data(COMPLETION)}, undo) == "64"
    assert told(play, {11: "000013", 90: None, 37: RRN}, undo) == "64"


@pytest.mark.parametrize(("mode", "days"), [("021", 30), ("011", 7)])
def test_after_its_time_it_is_refused_an_hour_later_than_the_issuer_does(mode, days):
    fields = {**HOLD.fields, 22: mode}
    play = opened() >> Received(POS, Message("0100", fields))
    (play.skip() >> answered("acquirer", "00", {38: "A1B2C3"})).skip()
    end = play.now + days * DAY_S + 3_600.0
    assert told(started_at(play, end), {7: transmission_time(end)}) == "00"
    late = started_at(play, end + 1)
    assert told(late, {7: transmission_time(end + 1)}) == "21"
    assert told(late, {11: "000010", 7: transmission_time(end)}) == "00"  # It was on its way.


def started_at(play, now):
    """Another switch, which has read what *play* wrote, at the instant *now*."""
    return linked(started(rows=list(play.journal.rows), now=now).skip())


def test_what_has_no_outcome_yet_is_waited_for():
    play = opened() >> Received(POS, HOLD) << recorded(State.FORWARDED) << sent("acquirer", "0100")
    play >> Received(POS, COMPLETION) >> answered("acquirer", "00", {38: "A1B2C3"})
    play << recorded(State.APPROVED) << sent("pos/1", "0110") << recorded(State.COMPLETED)
    assert play << recorded(State.TAKEN) << sent("pos/1", "0230") << sent("acquirer", "0220")


def test_of_two_that_come_at_once_one_is_kept():
    play = held()
    rows, play.journal = play.journal.rows, None
    second = COMPLETION.with_fields({11: "000010"})
    play >> Received(POS, COMPLETION) << looked_up() >> Received(POS, second) << looked_up()
    (play >> found(rows[-2:], ago=2)).skip()
    (play >> found(rows[-2:])).skip()
    assert sorted(m[39] for m in play.sent_on(POS) if m.mti == "0230") == ["00", "94"]


def test_a_sale_is_nothing_to_complete():
    play = approved(opened())
    assert told(play, {90: original_data(PLAIN)}) == "25"


# Room ---------------------------------------------------------------------------------------------


def test_when_too_much_is_owed_it_is_not_kept_and_comes_again():
    play = held(opened(with_settings(pending_reversals_max=1)))
    play.machine.memory.pending[State.REVERSING] = 1
    assert told(play) == ""
    play.machine.memory.pending.clear()
    assert told(play) == "00"


def test_what_merchants_are_owed_takes_no_room_from_what_acquirers_send_on():
    """Else each would wait for the other, where an acquirer is both above and below us."""
    network = LinkId("network/1")
    play = opened(with_settings(pending_reversals_max=1)) >> LinkUp(network)
    (play >> Received(network, HOLD)).skip()
    (play >> answered("acquirer", "00", {38: "A1B2C3"})).skip()
    memory = play.machine.memory
    memory.pending[State.TAKEN] = 5  # as many as people have retried
    memory.owed_of["acquirers"] = 1
    (play >> Received(network, COMPLETION)).skip()
    assert play.sent_on(network)[-1].mti == "0110"
    memory.owed_of.clear()
    (play >> Received(network, COMPLETION)).skip()
    assert play.sent_on(network)[-1][39] == "00"
    assert memory.owed_of == {"acquirers": 1}


def test_doing_takes_no_room_from_it():
    play = held(opened(limits=Limits(flows_max=1)))
    forwarded(play, PLAIN.with_fields({11: "000050"}))
    assert told(play) == "00"


def test_a_journal_that_cannot_say_makes_for_silence():
    play = held()
    play.journal = None
    assert told(play) == ""
    assert (play >> after(1.0)).skip().machine.counts["forgotten"] == 1


def test_a_terminal_that_the_listener_does_not_know_is_refused():
    play = held()
    strict = with_listener(merchants={"SHOP0001": frozenset({"TERM0009"})})
    again = linked(crashed(play, strict).skip())
    assert told(again) == "58"
