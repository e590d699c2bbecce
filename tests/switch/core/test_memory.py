"""switch.core.memory: numbers go up, legs are found, and a link that is gone leaves nothing."""

from cardswitch.switch.core.memory import Memory
from cardswitch.wire.ports import LinkId

LINK = LinkId("pos/1")


def test_numbers_go_up_and_legs_are_found():
    memory = Memory()
    assert [memory.next_sequence(), memory.next_sequence()] == [1, 2]
    first = memory.open_leg("pos", "me", "digest", "2026-11-23")
    second = memory.open_leg("pos", "you", "digest", "2026-11-23")
    assert (first.number, second.number) == (1, 2)
    assert memory.legs.find("me") is first


def test_a_link_that_is_gone_leaves_nothing():
    memory = Memory()
    memory.ready.add(LINK)
    memory.signed_off.add(LINK)
    memory.in_flight[LINK] = 2
    memory.link_down(LINK)
    assert not memory.ready
    assert not memory.signed_off
    assert not memory.in_flight


def test_work_is_never_below_nothing():
    memory = Memory()
    memory.in_flight[LINK] = 1
    memory.answered_on(LINK)
    memory.answered_on(LINK)
    assert memory.in_flight[LINK] == 0
