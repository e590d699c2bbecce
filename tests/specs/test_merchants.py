"""Names of merchants: what is none is told in words."""

import pytest

from cardswitch.specs.merchants import is_merchant_id, no_merchant_id


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("SHOP", True),
        ("S" * 15, True),
        ("S" * 16, False),
        ("A SHOP", True),
        (" SHOP", False),
        ("SHOP ", False),
        ("SHOP_1", False),
        ("=1+1|x", False),
        ("SH/OP", False),
        ("CAF\u00c9", False),
        ("", False),
    ],
)
def test_which_names_banks_carry(text, is_one):
    assert is_merchant_id(text) is is_one


def test_what_is_wrong_is_told():
    told = "no merchant id 'SHOP_1': expected 1 to 15 of letters, digits, space"
    assert no_merchant_id("SHOP_1").startswith(told)
