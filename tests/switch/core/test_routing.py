"""Which way a card goes: the longest BIN, and a merchant's own route before the others."""

import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.core.routing import Routing
from cardswitch.switch.core.settings import Route

ROUTES = [
    Route("pos", "acquirer"),
    Route("pos", "issuer", bins=("999999", "4")),
    Route("pos", "other", bins=("99999912",)),
    Route("pos", "private", bins=("9999",), merchants=("SHOP",)),
    Route("network", "issuer", bins=("999999",)),
]


@pytest.mark.parametrize(
    ("source", "merchant", "pan", "upstream"),
    [
        ("pos", "X", "5111111111111111", "acquirer"),
        ("pos", "X", "4111111111111111", "issuer"),
        ("pos", "X", "9999991111111111", "issuer"),
        ("pos", "X", "9999991211111111", "other"),
        ("pos", "SHOP", "9999991211111111", "private"),
        ("pos", "SHOP", "5111111111111111", "acquirer"),
        ("network", "X", "9999991111111111", "issuer"),
        ("network", "X", "5111111111111111", None),
        ("nowhere", "X", "9999991111111111", None),
    ],
)
def test_the_way_of_a_card(source, merchant, pan, upstream):
    assert Routing(ROUTES).find(source, merchant, pan) == upstream


def test_one_bin_cannot_go_two_ways():
    with pytest.raises(ConfigError, match="two ways"):
        Routing([Route("pos", "a", bins=("4",)), Route("pos", "b", bins=("4",))])


@pytest.mark.parametrize("prefix", ["4x", "٤", "4" * 13])
def test_a_bin_is_digits(prefix):
    with pytest.raises(ConfigError, match="digits"):
        Routing([Route("pos", "a", bins=(prefix,))])
