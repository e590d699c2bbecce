"""Entries and their parts: one payment, a batch with parts or without, what came back."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import FormatError
from cardswitch.switch.settlement.formats.camt053 import NOTICE, Part, read_statements
from tests.kit.statements import balance, camt053, camt054, entry, part

BATCH = "<Btch><PmtInfId>P1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
BACK = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf>"


def read(*entries, balances=(), version="08"):
    [statement] = read_statements(camt053(entries, balances, version))
    return statement


def debit(amount, reference="", payment=""):
    return Part(amount=-amount, currency="978", reference=reference, payment=payment)


ENTRIES = {
    "one payment": (entry("12.50", "DBIT", part("12.50", "DBIT", "E1")), [debit(1250, "E1")]),
    "the amount on the entry alone": (
        entry("12.50", "DBIT", "<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls>"),
        [debit(1250, "E1")],
    ),
    "the amount in AmtDtls": (
        entry(
            "2.00", "DBIT",
            '<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">2.00</Amt></TxAmt></AmtDtls></TxDtls>',
        ),
        [debit(200)],
    ),
    "a batch": (
        entry("3.00", "DBIT", BATCH + part("1.00", "DBIT", "E1") + part("2.00", "DBIT", "E2")),
        [debit(100, "E1", "P1"), debit(200, "E2", "P1")],
    ),
    "a batch without its parts": (entry("3.00", "DBIT", BATCH), [debit(300, "", "P1")]),
    "nothing known": (entry("3.00", "DBIT"), [debit(300)]),
    "what came back": (
        entry("2.00", "CRDT", part("2.00", "CRDT", "E2", BACK)),
        [
            Part(
                amount=200, currency="978", reference="E2", code="AC04", text="closed",
                is_return=True,
            )
        ],
    ),
    "what is announced": (entry("2.00", "DBIT", state="<Cd>PDNG</Cd>"), []),
    "an older version": (entry("2.00", "DBIT", state="BOOK"), [debit(200)]),
}  # fmt: skip


@pytest.mark.parametrize(("told", "parts"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry(told, parts):
    statement = read(told)
    assert [replace(part, entry="") for part in statement.parts] == parts
    assert all(part.entry.startswith("REF") for part in statement.parts)
    assert statement.faults == ()


def test_what_it_is_and_until_when():
    statement = read(balances=[balance("CLBD", "0.00", day="2026-11-25")])
    assert (statement.name, statement.account) == ("M1/S1/7", "DE89370400440532013000")
    assert statement.until == "2026-11-25"


def test_parts_that_do_not_come_to_the_entry():
    statement = read(entry("3.00", "DBIT", part("1.00", "DBIT") + part("2.01", "DBIT")))
    assert statement.faults == ("entry REF3.00 is -300, its parts come to -301",)


@pytest.mark.parametrize(("closing", "faults"), [("7.00", 0), ("7.01", 1)])
def test_balances_and_entries(closing, faults):
    told = [balance("OPBD", "10.00"), balance("CLBD", closing)]
    statement = read(entry("5.00", "DBIT"), entry("2.00", "CRDT"), balances=told)
    assert len(statement.faults) == faults
    if faults:
        assert statement.faults[0].endswith("come to 700, the closing balance is 701")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (camt053([entry("5.00", "SOLD")]), "amount and direction of the entry"),
        (camt053([entry("5.00", "DBIT", "<TxDtls/><TxDtls/>")]), "an amount of each part"),
        (camt053([]).replace(b"Stmt>", b"Rpt>"), "at least one account, Stmt"),
    ],
)
def test_what_cannot_be_read(content, named):
    with pytest.raises(FormatError, match=named):
        read_statements(content)


@pytest.mark.parametrize("name", ["NONREF", "NOTPROVIDED"])
def test_an_entry_that_the_bank_gives_no_name(name):
    told = entry("2.00", "DBIT").replace("REF2.00", name)
    [part] = read(told).parts
    assert part.entry == ""


def test_a_part_that_its_bank_gives_no_reference_is_known_by_its_payment():
    inside = (
        "<TxDtls><Refs><PmtInfId>P1</PmtInfId><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls>"
    )
    [part] = read(entry("2.00", "DBIT", inside)).parts
    assert (part.reference, part.payment) == ("", "P1")


def test_a_reason_of_the_bank_itself():
    back = "<RtrInf><Rsn><Prtry>CLOSED</Prtry></Rsn></RtrInf>"
    [came] = read(entry("2.00", "CRDT", part("2.00", "CRDT", "E2", back))).parts
    assert (came.is_return, came.code) == (True, "CLOSED")


def test_a_notice_has_the_same_entries_and_no_balances():
    told = entry("2.00", "CRDT", part("2.00", "CRDT", "E2", BACK))
    [notice] = read_statements(camt054([told]), NOTICE)
    assert (notice.name, notice.until, notice.faults) == ("N1/N/", "", ())
    assert notice.parts == read(told).parts
    with pytest.raises(FormatError, match=r"camt\.053"):
        read_statements(camt054([told]))
