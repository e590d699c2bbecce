"""Cards as they are kept."""

from cardswitch.gateway.core.cards import Address, Billing
from tests.kit.gateway import CARD


def test_an_expiry_is_year_and_month():
    assert CARD.expiry == "3012"


def test_what_is_not_said_of_the_holder_is_nothing():
    assert CARD.billing == Billing(address=Address())
