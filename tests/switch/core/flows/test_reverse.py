"""What is owed is paid: a reversal is sent until somebody agrees, or a person must look."""

from itertools import pairwise

import pytest

from cardswitch.switch.core.flows.reverse import pause
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkDown, LinkUp
from tests.kit.play import after, answered, sent
from tests.kit.switch import ACQUIRER, SETTINGS, forwarded, opened, recorded


def owed():
    """A purchase whose answer never came: the first 0420 is on its way."""
    return (forwarded(opened()) >> after(3.5)).skip()


@pytest.mark.parametrize("code", ["00", "25"])
def test_an_acknowledged_reversal_is_done(code):
    play = owed() >> answered("acquirer", code) << recorded(State.REVERSED)
    assert play.machine.memory.pending_reversals == 0
    assert play >> after(25.0)


@pytest.mark.parametrize("code", ["12", "30", "64"])
def test_a_refused_reversal_is_for_people(code):
    play = owed() >> answered("acquirer", code) << recorded(State.EXCEPTION)
    assert play.machine.status()["exceptions"] == 1
    assert play >> after(25.0)


@pytest.mark.parametrize("code", ["91", "96", "05"])
def test_any_other_answer_means_again(code):
    assert owed() >> answered("acquirer", code) >> after(1.0) << sent("acquirer", "0421")


def test_every_later_send_is_a_repeat_with_the_same_numbers():
    play = (owed() >> after(25.0)).skip()
    first, *later = [m for m in play.sent_on(ACQUIRER) if m.mti[1] == "4"]
    assert first.mti == "0420"
    assert len(later) >= 2
    assert all(again.mti == "0421" and again.fields == first.fields for again in later)


def test_a_link_that_is_down_is_waited_for_and_costs_no_try():
    play = owed() >> LinkDown(ACQUIRER) >> after(3_000.0)
    assert play.machine.memory.pending_reversals == 1
    play = (play >> LinkUp(ACQUIRER)).skip() >> after(60.0)
    assert any(m.mti == "0421" for m in play.sent_on(ACQUIRER))


def test_a_peer_that_is_never_heard_ends_in_the_exception_queue():
    play = owed()
    for _ in range(60):  # The link stays, as if its echoes were answered.
        play >> after(60.0)
        play.skip() >> LinkUp(ACQUIRER)
        play.skip()
    sends = [m for m in play.sent_on(ACQUIRER) if m.mti[1] == "4"]
    assert len(sends) == SETTINGS.reversals_sent_max
    assert play.entries[-1].state == State.EXCEPTION


def test_pauses_grow_up_to_their_limit_and_differ_between_legs():
    pauses = [pause(SETTINGS, tries, 1) for tries in range(1, 40)]
    assert all(earlier <= later for earlier, later in pairwise(pauses))
    assert 0.75 <= pauses[0] <= 1.0
    assert 45.0 <= pauses[-1] <= 60.0
    assert len({pause(SETTINGS, 1, number) for number in range(100)}) > 90
