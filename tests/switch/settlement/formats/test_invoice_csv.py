"""An invoice has a line for each charge that is no part of deposits, and sums by currency."""

import csv
from io import StringIO

import pytest

from cardswitch.switch.settlement.fees.charges import Charge
from cardswitch.switch.settlement.formats.invoice_csv import invoice_name, invoices
from cardswitch.switch.settlement.formats.report_csv import report_name


def charge(name, amount, *, kind="fees", merchant="SHOP", currency="978", is_net=False):
    return Charge(
        journal_id=name, business_date="2026-11-23", kind=kind, merchant=merchant,
        currency=currency, version="v1", amount=amount, interchange=2, scheme=1, is_net=is_net,
        due="",
    )  # fmt: skip


def test_lines_and_sums():
    found = invoices(
        "2026-11-23",
        [
            charge("fees:2", 17), charge("fees:1", 1200), charge("fees:3", 9, currency="392"),
            charge("fees:4", 5, is_net=True), charge("fees:5", 7, merchant="CAFE"),
        ],
    )  # fmt: skip
    assert sorted(found) == ["invoice.CAFE.csv", "invoice.SHOP.csv"]
    lines = [*csv.DictReader(StringIO(found["invoice.SHOP.csv"].decode(), newline=""))]
    told = [(each["currency"], each["charge"], each["kind"], each["amount"]) for each in lines]
    assert told == [
        ("JPY", "fees:3", "fees", "9"), ("JPY", "", "total", "9"),
        ("EUR", "fees:1", "fees", "12.00"), ("EUR", "fees:2", "fees", "0.17"),
        ("EUR", "", "total", "12.17"),
    ]  # fmt: skip
    assert {each["invoice"] for each in lines} == {
        "INV-20261123-SHOP-JPY", "INV-20261123-SHOP-EUR",
    }  # fmt: skip


def test_who_pays_with_his_deposits_gets_none():
    assert invoices("2026-11-23", [charge("fees:1", 5, is_net=True)]) == {}


@pytest.mark.parametrize("merchant", ["SHOP", "", "invoice.SHOP", "../a"])
def test_no_report_is_called_like_an_invoice(merchant):
    assert report_name(f"invoice.{merchant}") != invoice_name(merchant)
    assert "/" not in invoice_name(merchant)
