"""Who asks gets a flow, a stored answer or a refusal; bad input costs nobody else anything."""

import pytest

from cardswitch.specs.message import Message, MessageError
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import Garbled, LinkDown, LinkId, LinkUp, Received
from tests.kit.play import answered, closed, sent
from tests.kit.switch import (
    ACQUIRER,
    PLAIN,
    POS,
    SETTINGS,
    approved,
    forwarded,
    opened,
    recorded,
    with_listener,
)

REPEAT = Message("0201", PLAIN.fields)


def test_a_repeat_is_answered_from_the_journal_and_not_forwarded():
    play = approved(opened())
    decision = {39: "00", 38: "A1B2C3", 37: "608800000001"}
    assert play >> Received(POS, REPEAT) << sent("pos/1", "0210", decision)


def test_a_repeat_in_flight_waits_for_the_one_answer_on_its_new_link():
    play = forwarded(opened()) >> LinkDown(POS)
    play >> LinkUp(LinkId("pos/2")) >> Received(LinkId("pos/2"), REPEAT)
    play >> answered("acquirer", "00") << recorded(State.APPROVED)
    play << sent("pos/1", "0210")  # where it came from first; that link is gone
    assert play << sent("pos/2", "0210", {39: "00"})


@pytest.mark.parametrize("change", [{4: "000000009999"}, {2: "9999990000000022"}, {3: "003000"}])
def test_a_repeat_that_differs_is_refused_and_the_original_is_left_alone(change):
    play = approved(opened()) >> Received(POS, REPEAT.with_fields(change))
    play << sent("pos/1", "0210", {39: "94"})
    assert play >> Received(POS, REPEAT) << sent("pos/1", "0210", {39: "00"})


def test_the_same_number_of_another_terminal_is_another_purchase():
    play = approved(opened()) >> Received(POS, PLAIN.with_fields({41: "TERM0002"}))
    play << recorded(State.FORWARDED)
    assert play << sent("acquirer", "0200")


def test_an_answer_on_another_link_completes_nothing():
    play = forwarded(opened())
    answer = play.sent_on(ACQUIRER)[-1].reply("00")
    assert play >> Received(POS, answer)
    assert play.machine.counts["unmatched_answer"] == 1


def test_a_request_without_a_field_that_it_needs_is_refused_by_name():
    assert (
        opened()
        >> Received(POS, PLAIN.without(42))
        << sent("pos/1", "0210", {39: "30", 44: "42", 2: None})
    )


def test_a_request_without_a_trace_number_is_dropped_and_three_close_the_link():
    play = opened()
    for _ in range(2):
        assert play >> Received(POS, PLAIN.without(11))
    assert play >> Received(POS, PLAIN.without(11)) << closed("pos/1")
    assert play.machine.counts["dropped"] == 3


def test_a_garbled_request_is_answered_and_the_next_good_one_is_served():
    error = MessageError("digits", field="4", offset=20)
    error.echo = Message("0200", {7: "0329010000", 11: "000007", 41: "TERM0001"})
    play = opened() >> Garbled(POS, error) << sent("pos/1", "0210", {39: "30", 44: "4"})
    assert approved(play)


@pytest.mark.parametrize("mti", ["0200", "0201", "0100", "0420", "0220", "0500"])
def test_an_upstream_that_asks_instead_of_answering_is_not_served(mti):
    play = opened()
    assert play >> Received(ACQUIRER, Message(mti, PLAIN.fields))
    assert play.machine.counts["dropped"] == 1
    assert approved(play)


@pytest.mark.parametrize("mti", ["0120", "0620"])
def test_what_the_switch_does_not_do_it_refuses(mti):
    assert (
        opened()
        >> Received(POS, Message(mti, PLAIN.fields))
        << sent("pos/1", f"{mti[:2]}{int(mti[2]) + 1}0", {39: "12"})
    )


def test_a_link_may_have_only_so_much_in_work():
    play = forwarded(opened(with_listener(in_flight_max=1)))
    second = PLAIN.with_fields({11: "000008"})
    play >> Received(POS, second)  # Silence: a copy that is let in later must not be belied.
    (play >> answered("acquirer", "00")).skip()
    assert play >> Received(POS, second) << recorded(State.FORWARDED) << sent("acquirer", "0200")


def test_when_too_much_is_owed_nothing_new_is_begun():
    play = opened()
    play.machine.memory.pending[State.REVERSING] = SETTINGS.pending_reversals_max
    play >> Received(POS, PLAIN) << recorded(State.DECLINED)
    assert play << sent("pos/1", "0210", {39: "91"})


def fail(*_: object) -> None:
    raise RuntimeError("planted")


def test_a_flow_that_fails_before_it_has_a_row_leaves_nothing_as_a_crash_would(monkeypatch):
    play = opened()
    with monkeypatch.context() as broken:
        broken.setattr("cardswitch.switch.core.desk.SwitchDesk.route", fail)
        assert play >> Received(POS, PLAIN)
    assert play.machine.counts["flow_failed"] == 1
    assert approved(play)  # Its copy is a new request.


def test_a_flow_that_fails_when_something_has_left_is_undone_as_after_a_crash(monkeypatch):
    monkeypatch.setattr("cardswitch.switch.core.flows.ask.fits", fail)
    play = forwarded(opened()) >> answered("acquirer", "00")
    play << recorded(State.REVERSING) << sent("pos/1", "0210", {39: "91"})
    assert play << sent("acquirer", "0420")
