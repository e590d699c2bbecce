"""A payment method shows no sealed number that could be opened without the vault."""

from cardswitch.gateway.core.things.methods import Method
from tests.kit.gateway import CARD, PAN


def test_it_is_a_card_that_is_nobodys_yet():
    method = Method(card=CARD)
    assert (method.customer, method.metadata) == (None, {})
    assert PAN not in repr(method)
