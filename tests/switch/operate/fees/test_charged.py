"""Sums by month, merchant and kind; single movements."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.fees.charged import charged as sums
from cardswitch.switch.operate.fees.charged import explained
from tests.kit.settling import close


def test_sums_by_month_merchant_and_kind(charged):
    for day in range(9):
        charged.history.sale(10_000, merchant="CAFE" if day % 2 else "SHOP")
        charged.history.cut_over()
    close(charged)
    found = {
        (each.month, each.merchant, each.kind): (each.amount, each.is_invoiced)
        for each in sums(charged.settlement)
    }
    assert found == {
        ("2026-11", "CAFE", "fees"): (4 * 73, False),
        ("2026-11", "CAFE", "monthly"): (200, False),
        ("2026-11", "CAFE", "release"): (-1_500, False),
        ("2026-12", "CAFE", "release"): (-500, False),
        ("2026-11", "CAFE", "reserve"): (2_000, False),
        ("2026-11", "SHOP", "fees"): (4 * 149, True),
        ("2026-12", "CAFE", "monthly"): (200, False),
        ("2026-12", "SHOP", "fees"): (149, True),
    }
    assert {each.month for each in sums(charged.settlement, "2026-12")} == {"2026-12"}
    assert {each.merchant for each in sums(charged.settlement, merchant="SHOP")} == {"SHOP"}


def test_what_has_no_fee_is_no_answer(charged):
    charged.history.sale(100, kind="refund")
    charged.history.cut_over()
    close(charged)
    with pytest.raises(Error, match="nothing was charged"):
        explained(charged.settlement, "000000000001")
