"""Which movements stand in suspense, and how one is found by its name."""

import pytest

from cardswitch.switch.store.books import BooksReader
from tests.kit.settling import close

NAMELESS = ("", "978")


@pytest.fixture
def books(lab):
    """A capture without merchant, part of which was undone, beside one with; closed."""
    lab.history.reverse(lab.history.sale(700, merchant=""), stays=200)
    lab.history.sale(300)
    lab.history.cut_over()
    close(lab)
    return BooksReader(lab.settlement.books)


def test_what_is_booked_since_the_last_payment(books):
    found = books.suspended({NAMELESS, ("SHOP", "978"), ("", "392")})
    assert [(each.name, each.amount) for each in found] == [
        ("sale:3", 700),
        ("sale-reversal:4", -500),
    ]


def test_a_movement_by_its_name(books):
    found = books.movement("sale-reversal:4")
    assert (found.leg, found.amount, found.merchant) == (1, -500, "")
    for name in ("sale:4", "sale:99", "sale:", "sale", "sale:x", "sale:\u0663"):
        assert books.movement(name) is None
