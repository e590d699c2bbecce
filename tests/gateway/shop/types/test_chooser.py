"""The chooser and its adapters name the same types."""

from cardswitch.gateway.shop.types.chooser import CHOICES, NAMES, SAFE, adapters
from tests.gateway.shop.fakes import PAY, URL, FakeGateway


def test_each_choice_has_its_adapter():
    assert list(adapters(FakeGateway(), URL, PAY)) == list(NAMES)
    assert len(set(NAMES)) == len(CHOICES)
    assert set(NAMES) - set(SAFE) == {"server"}
