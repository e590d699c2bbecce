"""What a listener lets in, beside what the request alone decides: one line a case."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.checks import admit, digest_of
from cardswitch.switch.core.settings import ListenerSettings

SALE = KINDS.named("sale")
SHOPS = ListenerSettings(serves="merchants")
GOOD = {
    2: "9999990000000014",
    3: "000000",
    4: "000000001250",
    7: "1123120000",
    11: "000007",
    41: "TERM0001",
    42: "SHOP",
    49: "978",
}


def fault(request, kind, listener):
    try:
        admit(request, kind, listener)
    except Decline as declined:
        return declined.code, declined.field
    return None


@pytest.mark.parametrize(
    ("merchant", "wrong"),
    [
        ("=1+1|x", ("30", "42")),
        ("SHOP_1", ("30", "42")),
        (" SHOP", ("30", "42")),
        (" " * 15, ("30", "42")),
        ("SHOP           ", None),
    ],
)
def test_a_merchant_that_we_pay_has_a_name_that_banks_carry(merchant, wrong):
    assert fault(Message("0200", {**GOOD, 42: merchant}), SALE, SHOPS) == wrong


@pytest.mark.parametrize("merchant", ["=1+1|x", "SHOP_1"])
def test_whom_acquirers_call_merchant_is_their_affair(merchant):
    acquirers = ListenerSettings(serves="acquirers")
    assert fault(Message("0200", {**GOOD, 42: merchant}), SALE, acquirers) is None


@pytest.mark.parametrize(
    ("row", "allows", "wrong"),
    [
        ({}, (), None),
        ({"by_name": True}, (), ("58", "")),
        ({"by_name": True}, ("sale",), None),
        ({"sent_by": ("acquirers",)}, (), ("58", "")),
    ],
)
def test_a_listener_lets_in_what_it_is_for(row, allows, wrong):
    listener = replace(SHOPS, allows=allows)
    assert fault(Message("0200", GOOD), replace(SALE, **row), listener) == wrong


def test_what_names_an_original_names_the_same_when_it_comes_again():
    kind = KINDS.named("completion")
    request = Message("0220", {**GOOD, 25: "06", 37: "608800000007", 38: "A1B2C3"})
    asked = admit(request, kind, SHOPS)
    other = request.with_fields({38: "OTHER1"})
    assert digest_of(request, asked, "print") != digest_of(other, asked, "print")
    sold = admit(Message("0200", GOOD), SALE, SHOPS)
    assert digest_of(request, sold, "print") == digest_of(other, sold, "print")
