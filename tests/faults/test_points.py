"""faults.points: a program ends between two of its steps, and nowhere else."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.wire.ports import LinkId, Received

from .kills import kills
from .points import POINTS, Point

SALE = Message("0200", {3: "000000", 11: "000007", 41: "TERM0001"})
UNDONE = Message("0420", {11: "000008", 41: "TERM0001"})
# What the switch does for a sale that times out: step by step, and the point that is reached there.
STEPS = (
    ("k0", "read", "pos/3", SALE),
    ("k1", "before", "issuer", SALE),
    ("k2", "after", "issuer", SALE),
    ("k3", "read", "issuer", SALE.reply("00")),
    ("k4", "before", "pos/3", SALE.reply("00")),
    ("k5", "after", "pos/3", SALE.reply("00")),
    ("k6", "before", "issuer", UNDONE),
    ("k7", "after", "issuer", UNDONE),
)


def reached(point, kind, listener="pos/"):
    """The steps at which a program would end there."""
    ends, place = [], Point(point, kind, listener)
    for step, how, link, message in STEPS:
        place._ends = lambda step=step: ends.append(step)
        if how == "read":
            place.read([Received(LinkId(link), message)])
        else:
            place.sends(link, message, is_sent=how == "after")
    return ends


@pytest.mark.parametrize("point", POINTS[:-1])
def test_each_point_is_between_its_two_steps(point):
    assert reached(point, "sale") == [point]


def test_other_classes_and_other_listeners_pass():
    assert reached("k1", "refund") == []
    assert reached("k0", "sale", "network/") == []
    assert reached("k0", "sale", "") == ["k0"]


def test_every_point_is_among_the_kills():
    assert {kill.point for kill in kills()} == {*POINTS[:-1], "at once"}
