"""The chooser and its adapters name the same types."""

from cardswitch.gateway.shop.types.chooser import BY_MERCHANT, CHOICES, NAMES, SAFE, adapters
from tests.gateway.shop.fakes import PLACES, FakeGateway


def test_each_choice_has_its_adapter():
    named = [*NAMES, *(choice.name for choice in BY_MERCHANT)]
    assert list(adapters(FakeGateway(), PLACES)) == named
    assert len(set(NAMES)) == len(CHOICES)
    assert set(NAMES) - set(SAFE) == {"server", "bank"}
