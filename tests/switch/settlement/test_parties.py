"""Accounts: what is no account is refused before money is sent there."""

import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.settlement.parties import AcquiringBank, MerchantAccount

GOOD = {
    "id": "SHOP",
    "name": "Shop",
    "iban": "GB82WEST12345698765432",
    "bic": "WESTGB22",
    "currency": "EUR",
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": ""}, "merchant id"),
        ({"id": "A" * 16}, "merchant id"),
        ({"id": "A/B"}, "merchant id"),
        ({"id": " A"}, "merchant id"),
        ({"id": "A\u00e9"}, "merchant id"),
        ({"name": " "}, "name of merchant SHOP"),
        ({"name": "x" * 71}, "name of merchant SHOP"),
        ({"name": "a\nb"}, "name of merchant SHOP"),
        ({"iban": "GB82WEST12345698765431"}, "iban of merchant SHOP"),
        ({"iban": "DE1312345"}, "iban of merchant SHOP"),
        ({"bic": "WEST"}, "bic of merchant SHOP"),
        ({"bic": "QQQQQQQQ"}, "bic of merchant SHOP"),
        ({"currency": "EURO"}, "currency of merchant SHOP"),
        ({"currency": "999"}, "currency of merchant SHOP"),
    ],
)
def test_a_wrong_merchant_is_refused_by_name(change, named):
    MerchantAccount(**GOOD)
    with pytest.raises(ConfigError, match=named):
        MerchantAccount(**{**GOOD, **change})


def test_a_wrong_acquirer_is_refused():
    with pytest.raises(ConfigError, match="iban of the acquirer"):
        AcquiringBank("Bank", "DE00", "COBADEFF")
