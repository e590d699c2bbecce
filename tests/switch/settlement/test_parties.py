"""Accounts: what is no account is refused before money is sent there."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.settlement.parties import AcquiringBank, MerchantAccount, OwnAccount

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
        ({"bic": "COBAZZFF"}, "bic of merchant SHOP"),
        ({"bic": "COBADEFF"}, "a bank of DE keeps no account of GB"),
        ({"iban": "US64SVBKUS6S3300958879"}, "iban of merchant SHOP"),
        ({"name": "漢字店"}, "no letter of it is one that banks can print: give account_holder"),
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
        AcquiringBank(name="Bank", iban="DE00", bic="COBADEFF")


def test_inside_sepa_a_merchant_needs_no_bic_and_territories_share_numbers():
    MerchantAccount(**{**GOOD, "bic": ""})
    MerchantAccount(**{**GOOD, "bic": "WESTJE22"})


BANK = {"name": "Bank", "iban": "DE89370400440532013000", "bic": "COBADEFF"}
OWN = OwnAccount("GB82WEST12345698765432", "WESTGB22")


@pytest.mark.parametrize(
    ("accounts", "named"),
    [
        ({"EUR": OWN}, "'EUR': expected the letters of a currency that is not EUR"),
        ({"840": OWN}, "'840': expected the letters"),
        ({"XXY": OWN}, "'XXY': expected the letters"),
        ({"USD": replace(OWN, bic="")}, "bic of the acquirer's account in USD"),
        ({"USD": replace(OWN, iban="GB82")}, "iban of the acquirer's account in USD"),
    ],
)
def test_a_wrong_account_of_ours_is_refused(accounts, named):
    AcquiringBank(**BANK, accounts={"USD": OWN})
    with pytest.raises(ConfigError, match=named):
        AcquiringBank(**BANK, accounts=accounts)


def test_the_acquirer_needs_a_bic():
    with pytest.raises(ConfigError, match="bic of the acquirer"):
        AcquiringBank(**{**BANK, "bic": ""})
