"""Worlds with orders hold; each safeguard of the gateway that is removed is missed."""

import pytest

from cardswitch.specs.errors import Error

from .removed import REMOVALS
from .runs import run

SEEDS = 40  # that are searched for what goes wrong without a safeguard
HELD = 10  # that hold with all of them
CHUNK = 5
# Where the search begins for what few worlds show.
FROM = {
    "a capture told until it is acknowledged": 85,
    "a clock set back keeps no event": 35,
    "what is held ends in time": 50,
}


@pytest.mark.parametrize("first", range(0, HELD, CHUNK))
def test_every_world_with_orders_holds(first):
    for seed in range(first, first + CHUNK):
        world = run(seed)
        assert world.intents()


@pytest.mark.parametrize("safeguard", REMOVALS)
def test_the_world_notices_what_the_gateway_lacks(safeguard):
    with REMOVALS[safeguard]():
        first = FROM.get(safeguard, 0)
        assert any(noticed(seed) for seed in range(first, first + SEEDS))


def noticed(seed):
    """Whether the world of *seed* finds anything wrong."""
    try:
        run(seed)
    except (AssertionError, Error, KeyError):  # What a program finds in itself counts as well.
        return True
    return False


def test_something_of_everything_happens_to_orders():
    worlds, asked = [], set()
    for seed in range(6):
        worlds.append(world := run(seed))  # Its journal is there until later worlds need the room.
        asked |= {e.asked for i in world.intents().values() for e in i.exchanges}
    counts = sum((world.counts for world in worlds), start=worlds[0].counts)
    assert set(counts) >= {"crash", "lost", "receiver_down", "silent", "slept", "clock_set"}
    assert asked == {
        "sale", "authorisation", "increment", "completion", "refund", "verification",
    }  # fmt: skip
    assert any(len(heard) > 1 for w in worlds for r in w.post.receivers.values()
               for heard in r.heard.values())  # fmt: skip
