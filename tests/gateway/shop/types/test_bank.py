"""Money that has come, by the notices of the shop's bank."""

import asyncio
import os
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec.structs import replace

from cardswitch.gateway.shop.types import bank as module
from cardswitch.gateway.shop.types.bank import Bank, reference_of

IBAN = "DE02120300000000202051"
NOTICE = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
<Ntfctn><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>
<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>{state}</Cd></Sts>
<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>
<Amt Ccy="{currency}">{amount}</Amt></TxDtls></NtryDtls></Ntry></Ntfctn>
</BkToCstmrDbtCdtNtfctn></Document>"""


@pytest.fixture
def order(sample):
    sample.order()
    order = sample.made()
    return replace(order, payment=reference_of(order))


@pytest.fixture
def bank(tmp_path):
    return Bank("https://shop.localhost", "https://bank.localhost", IBAN, tmp_path / "credits")


def told(bank, order, *notices):
    bank._folder.mkdir()
    for number, said in enumerate(notices):
        good = {
            "iban": IBAN,
            "currency": "EUR",
            "amount": "12.90",
            "sign": "CRDT",
            "state": "BOOK",
            "reference": order.payment,
        }
        text = said if isinstance(said, str) else NOTICE.format(**(good | said))
        (bank._folder / f"{number}.xml").write_text(text, "utf-8")
    return asyncio.run(bank.status(order))


@pytest.mark.timeout(60)
@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_what_is_no_file_or_too_large_hides_no_notice(bank, order):
    assert told(bank, order, {})["status"] == "complete"
    (bank._folder / "b.xml").mkdir()
    os.mkfifo(bank._folder / "c.xml")
    with (bank._folder / "d.xml").open("wb") as file:
        file.truncate(1 << 40)
    assert asyncio.run(bank.status(order))["status"] == "complete"


def test_the_link_asks_for_the_whole_amount_under_a_reference_of_the_order(bank, order):
    started = asyncio.run(bank.start(order))
    asked = dict(parse_qsl(urlsplit(started.step.url).query))
    assert (asked["to"], asked["amount"], asked["currency"]) == (IBAN, "12.90", "EUR")
    assert asked["reference"] == started.payment == order.payment
    assert len(started.payment) <= 35
    assert asked["back"] == f"https://shop.localhost/thanks/{order.ticket}"


@pytest.mark.parametrize(
    ("notices", "came", "status"),
    [
        ([], 0, "open"),
        ([{}], 1290, "complete"),
        ([{"amount": "12.00"}], 1200, "open"),
        ([{"amount": "12.00"}, {"amount": "0.90"}], 1290, "complete"),
        ([{"amount": "13.00"}], 1300, "complete"),
        ([{"iban": "DE89370400440532013000"}], 0, "open"),
        ([{"currency": "KWD"}], 0, "open"),
        ([{"sign": "DBIT"}], 0, "open"),
        ([{"state": "PDNG"}], 0, "open"),
        ([{"reference": "ORDER 1"}], 0, "open"),
        ([{"amount": "1e3"}], 0, "open"),
        (["<!DOCTYPE x><x/>", "", "<a>", {}], 1290, "complete"),
    ],
)
def test_how_much_has_come(bank, order, notices, came, status):
    said = told(bank, order, *notices)
    assert (said["payment_intent"]["amount_received"], said["status"]) == (came, status)


def test_of_more_notices_than_are_looked_at_the_newest_count(bank, order, monkeypatch):
    monkeypatch.setattr(module, "FILES_MAX", 1)
    assert told(bank, order, {"reference": "ORDER 1"}, {})["status"] == "complete"


def test_before_there_is_a_folder_nothing_has_come(bank, order):
    assert asyncio.run(bank.status(order))["status"] == "open"
