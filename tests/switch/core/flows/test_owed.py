"""What is owed is paid: a reversal is sent until somebody agrees, or a person must look."""

from itertools import pairwise

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.switch.core.flows.owed import pause
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.budget import Budget, Limits
from cardswitch.wire.ports import LinkDown, LinkUp, Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    PLAIN,
    POS,
    REVERSAL,
    SETTINGS,
    approved,
    forwarded,
    linked,
    opened,
    recorded,
    undone,
)


def owed():
    """A purchase whose answer never came: the first 0420 is on its way."""
    return (forwarded(opened()) >> after(3.5)).skip()


@pytest.mark.parametrize("code", ["00", "25"])
def test_an_acknowledged_reversal_is_done(code):
    play = owed() >> answered("acquirer", code) << recorded(State.REVERSED)
    assert play.machine.memory.owed == 0
    assert play >> after(25.0)


def test_an_upstream_has_a_time_of_its_own_to_acknowledge():
    there = replace(SETTINGS.upstreams["acquirer"], reversal_timeout_s=0.5)
    play = forwarded(opened(replace(SETTINGS, upstreams={"acquirer": there}))) >> after(3.5)
    play.skip() >> after(1.6)
    assert play << sent("acquirer", "0421", {11: "000003"})


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
    assert play.machine.memory.owed == 1
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
    firsts = [pause(SETTINGS, 1, number) for number in range(100)]
    assert max(firsts) - min(firsts) > 0.2  # of a second: spread over all of a quarter


# Room ---------------------------------------------------------------------------------------------


def many_owed(count, **limits):
    """So many sales that are approved, and then undone while the acquirer is not there."""
    play = opened(limits=Limits(**limits))
    for number in range(count):
        approved(play, PLAIN.with_fields({11: f"{number + 100:06d}"}))
    (play >> LinkDown(ACQUIRER)).skip()
    for number in range(count):
        names = f"0200{number + 100:06d}0329010000" + "0" * 22
        (play >> Received(POS, REVERSAL.with_fields({11: f"{number:06d}", 90: names}))).skip()
    assert play.machine.memory.owed == count
    return play


def test_what_is_pending_occupies_no_flow_while_it_waits():
    play = many_owed(5, flows_max=1, undoing_max=1, pending_max=1)
    for budget in (Budget.DOING, Budget.UNDOING, Budget.PENDING):
        assert not play.machine.kernel.is_full(budget)
    assert [m[39] for m in play.sent_on(POS) if m.mti == "0430"] == ["00"] * 5


def test_what_is_pending_is_asked_so_much_at_once_and_all_of_it_in_the_end():
    play = linked(many_owed(5, flows_max=3, pending_max=2))
    most = 0
    for _ in range(600):
        (play >> after(0.5)).skip()
        asked = {m[11] for m in play.sent_on(ACQUIRER) if m.mti[1] == "4"} - done(play)
        most = max(most, len(asked))
        for question in [m for m in play.sent_on(ACQUIRER) if m[11] in asked][:1]:
            (play >> Received(ACQUIRER, question.reply("00"))).skip()
        (play >> LinkUp(ACQUIRER)).skip()
    assert most == 2
    assert play.machine.memory.owed == 0


def done(play):
    """The trace numbers of the reversals that were acknowledged."""
    legs = {row.leg for row in play.entries if row.state == State.REVERSED}
    rows = [row for row in play.entries if row.state == State.REVERSING and row.leg in legs]
    return {msgspec.json.decode(row.fields)["11"] for row in rows}


def test_doing_takes_no_room_from_undoing():
    """All flows for doing wait for the acquirer; a reversal comes in, and one goes out."""
    play = approved(opened(limits=Limits(flows_max=1)))
    forwarded(play, PLAIN.with_fields({11: "000050"}))
    play >> Received(POS, REVERSAL) << recorded(State.REVERSING) << recorded(State.ANSWERED)
    assert undone(play << sent("pos/1", "0430", {39: "00"}))


def test_undoing_takes_no_room_from_doing():
    play = forwarded(opened(limits=Limits(undoing_max=1)))
    play >> Received(POS, REVERSAL)  # It waits for the outcome of the sale.
    assert forwarded(play, PLAIN.with_fields({11: "000050"}))
    assert play >> Received(POS, REVERSAL.with_fields({11: "000009"}))
    assert play.machine.counts["over_the_bound"] == 1
