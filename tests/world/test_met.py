"""Every class of transaction meets every fault, and all books agree in the end; the table of it."""

from collections import Counter

import pytest

from cardswitch.specs.transactions.kinds import KINDS

from .met import FAULTS, Met, faults_of, lines, missing
from .oracle import KeyWatch, check
from .people import World
from .runs import faults

WORLDS_MAX = 40  # A few are enough for most; a tip needs a sale of its batch first.


def met_by(kind, seed, table):
    """Add what the world of *seed* meets, whose people want *kind* above all."""

    class Focused(World):
        wants = kind

    world = Focused(seed, faults(), sales=6)
    Met(world, table, kind)
    keys = KeyWatch(world)
    world.live()
    check(world, keys)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS.all)
def test_each_class_meets_each_fault(kind):
    table = Counter()
    for seed in range(WORLDS_MAX):
        met_by(kind, seed, table)
        if not missing(table, KINDS.named(kind)):
            return
    found = missing(table, KINDS.named(kind))
    raise AssertionError(f"in {WORLDS_MAX} worlds no {kind} met {found}")


def test_what_was_not_met_is_told():
    table = Counter({("sale", fault): 2 for fault in FAULTS})
    sale = KINDS.named("sale")
    assert missing(table, sale) == []
    del table["sale", "hsm dies"]
    assert missing(table, sale) == ["hsm dies"]
    assert "issuer dies" not in faults_of(KINDS.named("upload"))
    assert "hsm dies" not in faults_of(KINDS.named("increment"))
    told = list(lines(table | Counter({("upload", "lost"): 31})))
    assert [line.split()[:2] for line in told] == [
        ["lost", "late"],
        ["sale", "2"],
        ["upload", "31"],
    ]
