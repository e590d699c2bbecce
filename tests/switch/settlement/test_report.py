"""The CSV: readable by any reader of RFC 4180, and harmless in a spreadsheet."""

import csv
from io import StringIO

import pytest

from cardswitch.switch.settlement.payouts import Payout
from cardswitch.switch.settlement.report import COLUMNS, deposit_csv

ACCOUNT = {"iban": "GB82WEST12345698765432", "bic": "WESTGB22", "account_currency": "GBP"}


def payout(name="Corner Shop", reversed_=0, **about):
    sums = {"opening": 0, "credits": 1250, "debits": reversed_}
    given = {"merchant": "SHOP", "currency": "978", "name": name, **sums, **ACCOUNT, **about}
    return Payout(business_date="2026-11-23", **given)


def rows(content):
    return list(csv.DictReader(StringIO(content.decode(), newline="")))


def test_a_whole_file():
    assert deposit_csv([payout(opening=-100, reversed_=50)]) == (
        b"business_date,merchant,name,currency,opening,credits,debits,deposit,carried_forward,"
        b"in_suspense,unpaid,iban,bic,end_to_end_id\r\n"
        b"2026-11-23,SHOP,Corner Shop,EUR,-1.00,12.50,0.50,11.00,0.00,0.00,,"
        b"GB82WEST12345698765432,WESTGB22,20261123-SHOP-EUR\r\n"
    )


def test_without_payouts_there_are_only_names():
    assert deposit_csv([]).decode() == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("name", ['Joe "the" Baker, Ltd', "Café\u2028Müller", "a;b", " x "])
def test_names_come_back_as_they_were(name):
    assert rows(deposit_csv([payout(name)]))[0]["name"] == name


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(first):
    (row,) = rows(deposit_csv([payout(f"{first}cmd|' /C calc'!A0", merchant=f"{first}1")]))
    assert row["name"].startswith("'")
    assert row["merchant"].startswith("'")


def test_what_a_merchant_owes_is_a_number_below_zero():
    (row,) = rows(deposit_csv([payout(credits=0, reversed_=300)]))
    assert (row["deposit"], row["carried_forward"]) == ("0.00", "-3.00")


@pytest.mark.parametrize(
    ("code", "shown", "amount"), [("978", "EUR", "12.50"), ("=9", "'=9", "1250")]
)
def test_what_is_in_suspense_is_there_without_an_account(code, shown, amount):
    (row,) = rows(
        deposit_csv([payout("", currency=code, iban="", bic="", unpaid="name its account")])
    )
    assert (row["currency"], row["in_suspense"], row["iban"]) == (shown, amount, "")
    assert (row["end_to_end_id"], float(row["deposit"])) == ("", 0)
    assert row["unpaid"] == "name its account"
