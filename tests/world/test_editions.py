"""Worlds in which switch and acquirer speak other words with each other: the books agree."""

import pytest

from cardswitch.hosts.config import HostListener

from .oracle import KeyWatch, check
from .people import World
from .runs import faults

SEEDS = 12
PLACES = {
    "1993": HostListener(port=0, dialect="iso93-binary", framing="binary2"),
    "mtis": HostListener(port=0, mtis={"0220": "0120", "0420": "0400"}),
    "carried": HostListener(port=0, dialect="example-carried-parts", framing="binary2"),
}


@pytest.mark.parametrize("name", PLACES)
def test_worlds_of_other_words_hold(name):
    class Foreign(World):
        front = PLACES[name]

    for seed in range(SEEDS):
        world = Foreign(seed, faults())
        heard = set()
        world.watch.append(lambda what, end, message, heard=heard: note(heard, end, message))
        keys = KeyWatch(world)
        world.live()
        check(world, keys)
    assert heard & {"1200", "0400", "0200"}


def note(heard, end, message):
    """Which MTIs the acquirer is asked with."""
    if end.link == "acquirer":
        heard.add(message.mti)
