"""A reversal from downstream, at every point of its original's life."""

import pytest

from cardswitch.switch.core.states import State
from cardswitch.wire.ports import Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import PLAIN, POS, REVERSAL, approved, forwarded, opened, recorded


def test_an_approved_purchase_is_undone_once_the_duty_is_durable():
    play = opened()
    assert (
        approved(play)
        >> Received(POS, REVERSAL)
        << recorded(State.REVERSING)
        << sent("pos/1", "0430", {39: "00"})
        << sent("acquirer", "0420")
    )
    assert play >> answered("acquirer", "00") << recorded(State.REVERSED)


def test_a_second_reversal_is_agreed_to_and_does_nothing():
    play = approved(opened()) >> Received(POS, REVERSAL)
    play.skip()
    again = type(REVERSAL)("0421", REVERSAL.fields)
    assert play >> Received(POS, again) << sent("pos/1", "0430", {39: "00"})


def test_a_declined_purchase_needs_no_undoing():
    play = (forwarded(opened()) >> answered("acquirer", "51")).skip()
    assert play >> Received(POS, REVERSAL) << sent("pos/1", "0430", {39: "00"})


@pytest.mark.parametrize("code", ["00", "51"])
def test_a_purchase_in_flight_is_waited_for(code):
    play = forwarded(opened()) >> Received(POS, REVERSAL)
    play >> answered("acquirer", code)
    if code == "00":
        play << recorded(State.APPROVED) << sent("pos/1", "0210", {39: "00"})
        play << recorded(State.REVERSING)
    else:
        play << recorded(State.DECLINED) << sent("pos/1", "0210", {39: "51"})
    play << sent("pos/1", "0430", {39: "00"})
    if code == "00":
        play << sent("acquirer", "0420")
    assert play


def test_a_purchase_in_flight_that_times_out_is_reversed_once():
    play = forwarded(opened()) >> Received(POS, REVERSAL) >> after(3.5)
    play << recorded(State.REVERSING) << sent("pos/1", "0210", {39: "91"})
    assert play << sent("pos/1", "0430", {39: "00"}) << sent("acquirer", "0420")


def test_a_reversal_that_overtakes_its_original_forbids_it():
    play = opened()
    play >> Received(POS, REVERSAL) << recorded(State.REVERSED) << sent("pos/1", "0430", {39: "00"})
    assert play >> Received(POS, PLAIN) << sent("pos/1", "0210", {39: "12"})


def test_a_reversal_that_names_no_original_is_a_format_error():
    bad = REVERSAL.with_fields({90: "0200"})
    assert opened() >> Received(POS, bad) << sent("pos/1", "0430", {39: "30", 44: "90"})


def test_a_repeat_of_an_undone_purchase_hears_no_approval():
    play = (approved(opened()) >> Received(POS, REVERSAL)).skip()
    repeat = type(PLAIN)("0201", PLAIN.fields)
    assert play >> Received(POS, repeat) << sent("pos/1", "0210", {39: "12"})
