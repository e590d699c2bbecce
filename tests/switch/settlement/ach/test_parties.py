"""Numbers of banks and accounts: what cannot be paid to is refused where it is configured."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.settlement.ach.parties import (
    AchAccount,
    destination,
    is_destination,
    parted,
    short_reference,
)
from cardswitch.switch.settlement.parties import AcquiringBank, MerchantAccount, OwnAccount

OWN = AchAccount(routing="121042882", account="1", company_id="1234567890")
SHOP = MerchantAccount(id="SHOP", name="Shop", iban="", ach_routing="021000021", ach_account="4711")
IBAN = "DE89370400440532013000"


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"routing": "121042883"}, r"acquirer.ach\] routing '121042883': expected nine digits"),
        ({"routing": "1210428"}, "routing '1210428'"),
        ({"destination": "031300013"}, "destination '031300013'"),
        ({"account": ""}, "account: expected 1 to 17"),
        ({"account": "12 34"}, "account: expected 1 to 17"),
        ({"company_id": "123"}, "company_id '123': expected ten"),
    ],
)
def test_our_account_is_refused_with_the_place(about, words):
    with pytest.raises(ConfigError, match=words):
        replace(OWN, **about)


def test_a_merchant_with_a_wrong_routing_number_is_named():
    with pytest.raises(ConfigError, match="merchant SHOP: ach routing '021000020'"):
        replace(SHOP, ach_routing="021000020")
    with pytest.raises(ConfigError, match="merchant SHOP: ach account"):
        replace(SHOP, ach_account="")
    with pytest.raises(ConfigError, match="iban of merchant SHOP"):
        replace(SHOP, ach_routing="", ach_account="")


def test_dollars_have_one_account():
    about = {"name": "Bank", "iban": IBAN, "bic": "COBADEFFXXX", "ach": OWN}
    bank = AcquiringBank(**about)
    assert bank.pays("USD")
    assert bank.by_ach("USD")
    assert not bank.by_ach("EUR")
    assert SHOP.paid_to("USD", bank) == "021000021/4711"
    assert SHOP.paid_to("EUR", bank) == ""
    with pytest.raises(ConfigError, match="two accounts in USD"):
        AcquiringBank(**about, accounts={"USD": OwnAccount(IBAN, "COBADEFFXXX")})


def test_a_destination_is_no_iban_and_comes_apart_again():
    name = destination("021000021", "4711-A")
    assert is_destination(name)
    assert parted(name) == ("021000021", "4711-A")
    assert not is_destination(IBAN)


def test_references_are_short_and_each_another():
    names = {short_reference(f"20261123-SHOP{n}-USD", "2026-11-23") for n in range(2_000)}
    assert len(names) == 2_000
    assert all(len(name) == 15 and name.startswith("261123") for name in names)
