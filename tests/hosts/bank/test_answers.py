"""What the bank sends: valid by the published schemas, and read by software that is not ours."""

from pathlib import Path

import pytest
from lxml import etree

from cardswitch.hosts.bank.account import Bank, book, carry_out
from cardswitch.hosts.bank.answers import statement, status_report
from cardswitch.hosts.bank.order import read_order
from cardswitch.hosts.bank.rules import Rules, Today
from tests.kit.histories import CLOSED_AT, MERCHANTS
from tests.kit.orders import called, order_of

SCHEMAS = {
    name: etree.XMLSchema(etree.parse(Path(f"tests/vectors/xsd/{name}.xsd")))
    for name in ("pain.002.001.12", "camt.053.001.08")
}
ASKS_FOR_MORE = {"SHOP": "Shop ERRAC04RTRN", "CAFE": "ERRAG01RJCT Cafe"}
RULES = Rules()
BOTH = {"SHOP": 1250, "CAFE": 5}


def answers(names=None, change=(b"", b""), bank=None, rules=RULES):
    content = order_of(BOTH, merchants=called(MERCHANTS, **(names or {}))).replace(*change)
    today = Today("2026-11-24", "2026-11-24")
    done = carry_out(read_order(content), bank or Bank(), today, rules)
    _, extracts = book(done.bank)
    return status_report(done, CLOSED_AT), [statement(each, CLOSED_AT) for each in extracts]


def texts(content, schema, path):
    document = etree.fromstring(content)
    SCHEMAS[schema].assertValid(document)
    return [element.text for element in document.iterfind(f".//{{*}}{path}")]


CASES = {
    "taken": ({}, (b"", b""), ["ACSP"], [], []),
    "in part": (ASKS_FOR_MORE, (b"", b""), ["PART"], ["PART"], ["RJCT"]),
    "a payment not": ({}, (b"2026-11-24<", b"2026-11-22<"), ["PART"], ["RJCT"], []),
    "not at all": ({}, (b"<NbOfTxs>2<", b"<NbOfTxs>3<"), ["RJCT"], [], []),
}


@pytest.mark.parametrize(("names", "change", "group", "payment", "transfer"), CASES.values())
def test_a_status_on_three_levels(names, change, group, payment, transfer):
    report, _ = answers(names, change)
    states = [texts(report, "pain.002.001.12", tag) for tag in ("GrpSts", "PmtInfSts", "TxSts")]
    assert states == [group, payment, transfer]


def test_a_statement_of_a_batch_and_of_what_came_back():
    _, [booked] = answers({"SHOP": "Shop ERRAC04RTRN"})
    amounts = texts(booked, "camt.053.001.08", "Ntry/{*}Amt")
    assert amounts == ["12.55", "12.50"]
    assert texts(booked, "camt.053.001.08", "TxDtls/{*}Amt") == ["0.05", "12.50", "12.50"]
    assert texts(booked, "camt.053.001.08", "Bal/{*}Amt") == ["1000000.00", "999999.95"]
    assert texts(booked, "camt.053.001.08", "RtrInf/{*}Rsn/{*}Cd") == ["AC04"]


def test_nothing_booked_is_no_statement():
    report, booked = answers(bank=Bank(orders=("DEPOSIT-20261123",)))
    assert texts(report, "pain.002.001.12", "StsRsnInf/{*}Rsn/{*}Cd") == ["DU01"]
    assert booked == []


def test_what_the_payee_check_found_stands_with_each_transfer():
    shop, cafe = (merchant.iban for merchant in MERCHANTS)
    rules = Rules({shop: "The Corner Shop", cafe: "Somebody Else"})
    report, [_] = answers(rules=rules)
    assert texts(report, "pain.002.001.12", "GrpSts") == ["ACSP"]
    assert texts(report, "pain.002.001.12", "PmtInfSts") == ["ACSP"]
    assert texts(report, "pain.002.001.12", "TxSts") == ["RVNM", "RVMC"]
    assert texts(report, "pain.002.001.12", "AddtlInf") == ["The Corner Shop"]


def test_software_that_is_not_ours_reads_the_statement():
    parser = pytest.importorskip("pycamt.parser", reason="the oracle pycamt is not installed")
    _, [booked] = answers({"SHOP": "Shop ERRAC04RTRN"})
    read = parser.Camt053Parser(booked)
    rows = [
        (row["EndToEndId"], row["CreditDebitIndicator"], row["Amount"])
        for row in read.get_transactions()
    ]
    assert rows == [
        ("20261123-CAFE-EUR", "DBIT", "0.05"),
        ("20261123-SHOP-EUR", "DBIT", "12.50"),
        ("20261123-SHOP-EUR", "CRDT", "12.50"),
    ]
    [about] = read.get_statement_info()
    assert (about["OpeningBalance"], about["ClosingBalance"]) == ("1000000.00", "999999.95")
