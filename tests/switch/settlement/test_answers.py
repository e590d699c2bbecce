"""A file of a bank is read whole, and each of its lines is booked by its outcome."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.switch.settlement.answers import answer_postings, read_answer
from cardswitch.switch.settlement.matching import Matched
from tests.kit.statements import balance, camt053, camt054, entry, pain002, part, reason


def test_what_a_statement_is_called_and_tells_of():
    told = [entry("1.00", "DBIT", part("1.00", "DBIT", "E1")), entry("2.00", "DBIT")]
    answer = read_answer(camt053(told))
    assert (answer.kind, answer.message, answer.until) == (
        "statement", "camt.053.001 M1/S1/7", {"978": "2026-11-24"},
    )  # fmt: skip
    assert answer.named() == ({"E1"}, set(), set())
    assert answer.entries() == {"REF1.00", "REF2.00"}
    assert answer.faults == ()


def test_a_notice_tells_of_no_whole_day():
    answer = read_answer(camt054([entry("1.00", "CRDT", part("1.00", "CRDT", "E1"))]))
    assert (answer.kind, answer.until, answer.named()[0]) == ("notice", {}, {"E1"})


def test_files_without_a_name_are_told_apart_by_what_they_say():
    nameless = b"<Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb>", b""
    files = [
        camt053([entry(amount, "DBIT")], name="").replace(*nameless) for amount in ("1.00", "2.00")
    ]
    first, second = [read_answer(file).message for file in files]
    assert first != second


def test_a_status_report():
    told = (
        "<OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>"
        f"{reason('AC04')}</OrgnlPmtInfAndSts>"
    )
    answer = read_answer(pain002("<GrpSts>PART</GrpSts>", told))
    assert (answer.kind, answer.named()) == ("status", (set(), {"P1"}, {"ORDER"}))
    assert answer.message == "pain.002.001 STATUS-1"


def test_what_does_not_add_up():
    wrong = [balance("OPBD", "10.00"), balance("CLBD", "3.00")]
    [fault] = read_answer(camt053([entry("7.01", "DBIT")], wrong)).faults
    assert fault == "opening balance and entries come to 299, the closing balance is 300"


@pytest.mark.parametrize("content", [b"", b"<a/>", b"ISA*00*"])
def test_what_is_no_file_of_a_bank(content):
    with pytest.raises(FormatError):
        read_answer(content)


LINE = {"reference": "E1", "merchant": "SHOP", "currency": "978"}
SHOP, CASH, SUSPENSE = "merchant_payable:SHOP", "acquirer_cash", "unreconciled_suspense"
BOOKED = {
    "booked": ("statement", "booked", -100, None),
    "rejected": ("status", "rejected", -100, ("rejected:E1", SHOP, 100)),
    "returned": ("statement", "returned", 100, ("returned:E1", SHOP, 100)),
    "returned, by a notice": ("notice", "returned", 100, ("returned:E1", SHOP, 100)),
    "amount differs": ("statement", "amount differs", -101, ("bank:7.1", SUSPENSE, -101)),
    "twice": ("statement", "twice", -100, ("bank:7.1", SUSPENSE, -100)),
    "only theirs": ("statement", "only theirs", 30, ("bank:7.1", SUSPENSE, 30)),
    "twice, by a notice": ("notice", "twice", -100, None),
    "rejected twice": ("status", "twice", -100, None),
    "only theirs, no money": ("status", "only theirs", 0, None),
}


@pytest.mark.parametrize(("kind", "outcome", "amount", "booked"), BOOKED.values(), ids=BOOKED)
def test_what_a_line_does_to_the_accounts(kind, outcome, amount, booked):
    line = Matched(outcome=outcome, amount=amount, **LINE)
    found = answer_postings(kind, 7, [line], "2026-11-23")
    if booked is None:
        assert found == ()
        return
    name, credited, debit = booked
    assert [(p.journal_id, p.account, p.amount) for p in found] == [
        (name, CASH, debit), (name, credited, -debit),
    ]  # fmt: skip
    assert {(p.business_date, p.currency) for p in found} == {("2026-11-23", "978")}


def test_what_a_notice_has_told_of_is_owed_once():
    line = Matched(outcome="returned", amount=100, is_known=True, **LINE)
    assert answer_postings("statement", 7, [line], "") == ()
