"""Accounts: what is no account is refused before money is sent there."""

import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.settlement.parties import AcquiringBank, MerchantAccount, is_bic, is_iban

# The examples of the SWIFT IBAN registry.
IBANS = ["GB82WEST12345698765432", "FR1420041010050500013M02606", "NO9386011117947"]
GOOD = {"id": "SHOP", "name": "Shop", "iban": IBANS[0], "bic": "WESTGB22", "currency": "EUR"}


@pytest.mark.parametrize("iban", IBANS)
def test_every_wrong_digit_of_an_iban_is_seen(iban):
    assert is_iban(iban)
    for place, was in enumerate(iban):
        if was in "0123456789":
            wrong = str((int(was) + 1) % 10)
            assert not is_iban(iban[:place] + wrong + iban[place + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "GB82", "gb82WEST12345698765432", "GB82 WEST12345698765432", "8282WEST12345698765432",
     "GBXXWEST12345698765432", IBANS[0] + "0" * 20, "GB82WEST1234569876543²"],
)  # fmt: skip
def test_what_is_no_iban(text):
    assert not is_iban(text)


@pytest.mark.parametrize(
    ("text", "good"),
    [("WESTGB22", True), ("COBADEFFXXX", True), ("WEST1122", False), ("westgb22", False),
     ("WESTGB2", False), ("WESTGB22X", False)],
)  # fmt: skip
def test_bic(text, good):
    assert is_bic(text) is good


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
        ({"bic": "WEST"}, "bic of merchant SHOP"),
        ({"currency": "EURO"}, "currency of merchant SHOP"),
    ],
)
def test_a_wrong_merchant_is_refused_by_name(change, named):
    MerchantAccount(**GOOD)
    with pytest.raises(ConfigError, match=named):
        MerchantAccount(**{**GOOD, **change})


def test_a_wrong_acquirer_is_refused():
    with pytest.raises(ConfigError, match="iban of the acquirer"):
        AcquiringBank("Bank", "DE00", "COBADEFF")
