"""After a crash at any point, the journal alone decides how each leg goes on."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    PLAIN,
    POS,
    REVERSAL,
    approved,
    forwarded,
    opened,
    recorded,
)


def repeat() -> Received:
    return Received(POS, Message("0201", PLAIN.fields))


def test_what_was_never_forwarded_is_declined():
    play = opened() >> Received(POS, PLAIN)
    del play.effects[-2:]  # It died before the second entry.
    again = crashed(play) << recorded(State.DECLINED)
    assert linked(again) >> repeat() << sent("pos/1", "0210", {39: "96"})


def test_what_may_have_been_forwarded_is_reversed():
    again = crashed(forwarded(opened())) << recorded(State.REVERSING)
    linked(again) >> after(1.0) << sent("acquirer", "0420", {2: PLAIN[2], 37: "608800000001"})
    again >> answered("acquirer", "00") << recorded(State.REVERSED)
    assert again >> repeat() << sent("pos/1", "0210", {39: "91"})


def test_an_outcome_is_left_alone_and_told_to_the_repeat():
    again = crashed(approved(opened()))
    assert linked(again) >> repeat() << sent("pos/1", "0210", {39: "00", 38: "A1B2C3"})


def test_a_reversal_that_was_owed_goes_on_as_a_repeat():
    play = forwarded(opened()) >> after(3.5)
    first = play.sent_on(ACQUIRER)[-1]
    again = linked(crashed(play.skip())) >> after(1.0)
    again << sent("acquirer", "0421", {11: first[11], 7: first[7], 90: first[90]})
    assert again.machine.memory.pending_reversals == 1


def test_a_tombstone_outlives_the_crash():
    play = (opened() >> Received(POS, REVERSAL)).skip()
    again = linked(crashed(play))
    assert again >> Received(POS, PLAIN) << sent("pos/1", "0210", {39: "12"})


def test_an_approved_purchase_can_still_be_undone():
    again = linked(crashed(approved(opened())))
    again >> Received(POS, REVERSAL) << recorded(State.REVERSING)
    assert again << sent("pos/1", "0430", {39: "00"}) << sent("acquirer", "0420")


@pytest.mark.parametrize("lives", [1, 2, 3])
def test_no_number_is_used_again(lives):
    play = approved(opened())
    used = {play.sent_on(ACQUIRER)[-1][11]}
    for life in range(lives):
        play = linked(crashed(play).skip())
        request = PLAIN.with_fields({11: f"{life + 100:06d}"})
        (play >> Received(POS, request)).skip()
        last = play.sent_on(ACQUIRER)[-1]
        assert last.mti == "0200"
        assert last[11] not in used
        used.add(last[11])
        assert play.entries[-1].sequence > 2
