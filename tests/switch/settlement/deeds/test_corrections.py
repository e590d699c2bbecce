"""Journals of people: balanced, told from the entry alone, and refused where they would not be."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.deeds.corrections import (
    AMOUNT_MAX,
    deed_postings,
    deed_sheet,
    require_correction,
)
from cardswitch.switch.settlement.entries import BankEntry
from cardswitch.switch.settlement.ledger import Posting, unbalanced

ENTRY = BankEntry(
    number=7, closes=1, at=1.0, kind="correct", name="correct", message="correct 7",
    content_sha256="a", currency="978", by="ann", because="ticket 4711",
    debit="mdr_income", credit="merchant_payable:SHOP", amount=5,
)  # fmt: skip


def test_a_correction_is_a_balanced_journal_of_its_own():
    postings = deed_postings(ENTRY, "2026-11-23")
    assert postings == (
        Posting("correction:7", "2026-11-23", "mdr_income", "978", 5),
        Posting("correction:7", "2026-11-23", "merchant_payable:SHOP", "978", -5),
    )
    assert unbalanced(postings) == ()


def test_a_movement_that_is_cleared_names_its_journal():
    cleared = replace(ENTRY, kind="clear", reference="sale:3")
    assert {each.journal_id for each in deed_postings(cleared, "")} == {"clear:sale:3"}


def test_a_decision_books_nothing():
    held = replace(ENTRY, kind="hold", debit="", credit="", amount=0)
    assert deed_sheet(held, "2026-11-23").postings == ()


@pytest.mark.parametrize("name", ["debit", "credit", "amount", "because", "by", "currency"])
def test_the_hash_of_an_entry_has_all_of_it(name):
    value = getattr(ENTRY, name)
    other = replace(ENTRY, **{name: value + 1 if isinstance(value, int) else f"{value}x"})
    assert deed_sheet(ENTRY, "").computed() != deed_sheet(other, "").computed()


def test_the_hash_of_one_that_moves_nothing_is_as_before_there_were_corrections():
    held = BankEntry(
        number=1, closes=0, at=0.0, kind="hold", name="h", message="m", content_sha256="c"
    )
    digest = "5568d57df1441403a230930b20e3d29cd9bc7536e8e269a805a32b2ec04e0814"
    assert deed_sheet(held, "").computed() == digest


REFUSED = [
    ("mdr_income", "mdr_income", 5, "debit and credit are one account"),
    ("mdr_income", "acquirer_cash", 0, "the amount is 0 minor units, expected 1 to"),
    ("mdr_income", "acquirer_cash", AMOUNT_MAX + 1, "expected 1 to 1000000000000000"),
    ("mdr_income", "elsewhere", 5, "is no account of the chart"),
]


@pytest.mark.parametrize(("debit", "credit", "amount", "words"), REFUSED)
def test_what_is_no_correction_is_refused(debit, credit, amount, words):
    require_correction("mdr_income", "acquirer_cash", AMOUNT_MAX, set())
    with pytest.raises(Error, match=words):
        require_correction(debit, credit, amount, set())
