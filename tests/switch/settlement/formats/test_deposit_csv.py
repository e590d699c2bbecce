"""The CSV: readable by any reader of RFC 4180; the one for spreadsheets is harmless in them."""

import csv
from io import StringIO

import pytest

from cardswitch.switch.settlement.formats.deposit_csv import COLUMNS, deposit_csv, deposit_sheet
from cardswitch.switch.settlement.payouts import Payout

ACCOUNT = {"iban": "GB82WEST12345698765432", "bic": "WESTGB22", "account_currency": "GBP"}
SUMS = {"opening": 0, "credits": 1250, "debits": 0, "credit_count": 2, "debit_count": 0}


def payout(name="Corner Shop", **about):
    given = {"merchant": "SHOP", "currency": "978", "name": name, **SUMS, **ACCOUNT, **about}
    return Payout(business_date="2026-11-23", **given)


def rows(content):
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_whole_file():
    assert deposit_csv([payout(opening=-100, debits=50, debit_count=1)]) == (
        b"business_date,merchant,name,currency,opening,credit_count,credits,debit_count,debits,"
        b"deposit,carried_forward,in_suspense,unpaid,iban,bic,end_to_end_id,replaces\r\n"
        b"2026-11-23,SHOP,Corner Shop,EUR,-1.00,2,12.50,1,0.50,11.00,0.00,0.00,,"
        b"GB82WEST12345698765432,WESTGB22,20261123-SHOP-EUR,\r\n"
    )


@pytest.mark.parametrize("write", [deposit_csv, deposit_sheet])
def test_without_payouts_there_are_only_names(write):
    assert write([]).decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("write", [deposit_csv, deposit_sheet])
@pytest.mark.parametrize("name", ['Joe "the" Baker, Ltd', "Café\u2028Müller", "a;b", " x "])
def test_names_come_back_as_they_were(write, name):
    assert rows(write([payout(name)]))[0]["name"] == name


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_of_a_spreadsheet_is_a_formula_and_keys_for_programs_stay(first):
    paid = [payout(f"{first}cmd|' /C calc'!A0", merchant=f"{first}1")]
    assert deposit_sheet(paid).startswith(b"\xef\xbb\xbf")
    (row,) = rows(deposit_sheet(paid))
    assert row["name"].startswith("'")
    assert row["merchant"] == f"'{first}1"
    assert rows(deposit_csv(paid))[0]["merchant"] == f"{first}1"


@pytest.mark.parametrize("write", [deposit_csv, deposit_sheet])
def test_what_a_merchant_owes_is_a_number_below_zero(write):
    (row,) = rows(write([payout(credits=0, debits=300)]))
    assert (row["deposit"], row["carried_forward"]) == ("0.00", "-3.00")


@pytest.mark.parametrize(
    ("code", "shown", "amount"), [("978", "EUR", "12.50"), ("=9", "'=9", "1250")]
)
def test_what_is_in_suspense_is_there_without_an_account(code, shown, amount):
    about = {"currency": code, "iban": "", "bic": "", "unpaid": "name its account"}
    (row,) = rows(deposit_sheet([payout("", **about)]))
    assert (row["currency"], row["in_suspense"], row["iban"]) == (shown, amount, "")
    assert (row["end_to_end_id"], float(row["deposit"])) == ("", 0)
    assert row["unpaid"] == "name its account"
