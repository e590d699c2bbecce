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


@pytest.mark.parametrize(
    "prefix",
    ["4x", "٤", "4" * 13, "2221-", "-2720", "2720-2221", "22-2720", "1-2-3", "00000-99999"],
)
def test_a_bin_is_digits(prefix):
    with pytest.raises(ConfigError, match="digits, or two such numbers as 2221-2720"):
        Routing([Route("pos", "a", bins=(prefix,))])


@pytest.mark.parametrize(
    ("pan", "upstream"),
    [
        ("2220999999999999", None),
        ("2221000000000009", "a"),
        ("2720990000000007", "a"),
        ("2721000000000004", None),
        ("2223003122003222", "b"),
    ],
)
def test_a_range_of_bins(pan, upstream):
    routes = [Route("pos", "a", bins=("2221-2720",)), Route("pos", "b", bins=("22230031",))]
    assert Routing(routes).find("pos", "SHOP", pan) == upstream
