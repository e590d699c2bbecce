"""What operators correct: booked beside what was wrong, paid with the next close, made anew."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.bank import corrections
from cardswitch.switch.operate.outputs.export import export_text
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.settle import settling
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.store.books import BooksReader
from tests.kit.histories import CUT, DAYS
from tests.kit.settling import amounts, close

PAYABLE = "merchant_payable:SHOP"


@pytest.fixture
def opened(lab):
    """Open the books of this lab for one deed."""

    def open_books():
        lab.commit()
        return settling(lab.switch, lab.settlement, lab.record, clock=lambda: CUT + 60)

    return open_books


def correct(opened, amount, debit="mdr_income", credit=PAYABLE, because="ticket 4711"):
    with opened() as settled:
        return corrections.correct(settled, debit, credit, "978", amount, because)


def clear(opened, name, to="SHOP"):
    with opened() as settled:
        return corrections.clear(settled, name, to, "its terminal had no name")


def day(lab, *sales, **about):
    """A day with *sales* is closed; what it paid."""
    legs = [lab.history.sale(amount, **about) for amount in sales]
    lab.history.cut_over()
    [closed] = close(lab)
    return amounts(closed), legs


def test_what_a_merchant_is_owed_more_or_less_the_next_close_pays(lab, opened):
    day(lab, 1250)
    entry = correct(opened, 5)
    assert (entry.kind, entry.amount, entry.because) == ("correct", 5, "ticket 4711")
    assert day(lab, 100)[0] == {("SHOP", "978"): 105}
    correct(opened, 30, PAYABLE, "fee_receivable:SHOP")
    assert day(lab, 100)[0] == {("SHOP", "978"): 70}
    held = {each.account: each.amount for each in corrections.accounts(books(lab)) if each.amount}
    assert held == {
        "scheme_settlement": 1450, "acquirer_cash": -1425, "mdr_income": 5,
        "fee_receivable:SHOP": -30,
    }  # fmt: skip
    assert verify(lab.switch, lab.settlement).findings == ()


def books(lab):
    return BooksReader(lab.settlement.books)


def test_one_before_the_first_close_counts_too(lab, opened):
    correct(opened, 5)
    assert day(lab, 100)[0] == {("SHOP", "978"): 105}
    assert verify(lab.switch, lab.settlement).findings == ()


def test_what_is_no_correction_books_nothing(lab, opened):
    with pytest.raises(Error, match="say in a few words why"):
        correct(opened, 5, because=" ")
    with pytest.raises(Error, match="no merchant 'CAFE' is configured"):
        correct(opened, 5, credit="merchant_payable:CAFE")
    with pytest.raises(Error, match="leave out what may be a card number"):
        correct(opened, 5, because="card 4242424242424242")
    assert books(lab).entries() == []


# Suspense -----------------------------------------------------------------------------------------


def test_a_capture_without_merchant_is_paid_to_whom_it_is_cleared(lab, opened):
    paid, [nameless, _] = day(lab, 700, 300, merchant="")
    assert paid == {}
    found = corrections.suspense(books(lab), lab.settlement)
    assert [(each.movement, each.amount, each.why) for each in found] == [
        ("sale:3", 700, "field 42 of these sales is empty"),
        ("sale:5", 300, "field 42 of these sales is empty"),
    ]
    [entry] = clear(opened, f"{nameless:012d}")
    assert (entry.reference, entry.amount, entry.merchant) == ("sale:3", 700, "SHOP")
    with pytest.raises(Error, match="nothing of 'sale:3' is in suspense"):
        clear(opened, "sale:3")
    assert day(lab, 10)[0] == {("SHOP", "978"): 710}
    clear(opened, "sale:5")
    assert day(lab)[0] == {("SHOP", "978"): 300}
    assert corrections.suspense(books(lab), lab.settlement) == []
    assert verify(lab.switch, lab.settlement).findings == ()


def test_what_undid_a_capture_goes_with_it_also_later(lab, opened):
    _, [leg] = day(lab, 700, merchant="")
    clear(opened, "sale:3")
    assert day(lab)[0] == {("SHOP", "978"): 700}
    lab.history.reverse(leg, stays=200)
    day(lab)
    [left] = corrections.suspense(books(lab), lab.settlement)
    assert (left.movement, left.amount) == ("sale-reversal:9", -500)
    clear(opened, f"{leg:012d}")
    assert day(lab, 600)[0] == {("SHOP", "978"): 100}
    assert verify(lab.switch, lab.settlement).findings == ()


def test_several_of_one_rrn_are_cleared_by_name(lab, opened):
    day(lab, 700, 300, merchant="", rrn="000000000009")
    with pytest.raises(Error, match="is the RRN of 2: name one, sale:3 or sale:5"):
        clear(opened, "000000000009")
    assert len(clear(opened, "sale:5")) == 1


def test_it_is_cleared_to_one_who_can_be_paid(lab, opened):
    day(lab, 700, merchant="")
    with pytest.raises(Error, match=r"NOBODY could not be paid it: name its account under"):
        clear(opened, "sale:3", to="NOBODY")
    assert books(lab).entries() == []


def test_of_a_merchant_that_has_left_what_was_paid_is_not_in_suspense(lab, opened):
    shops = lab.settlement.merchants
    day(lab, 1250)
    lab.settlement = replaced(lab, merchants=())
    day(lab, 80)
    [left] = corrections.suspense(books(lab), lab.settlement)
    assert (left.merchant, left.amount) == ("SHOP", 80)
    lab.settlement = replaced(lab, merchants=shops)
    assert corrections.suspense(books(lab), lab.settlement) == []
    assert day(lab)[0] == {("SHOP", "978"): 80}


def replaced(lab, **about):
    from msgspec.structs import replace

    return replace(lab.settlement, **about)


# Lost and altered books ---------------------------------------------------------------------------


@pytest.fixture
def eventful(lab, opened):
    """A correction, and a capture that was cleared."""
    day(lab, 1250)
    day(lab, 700, merchant="")
    clear(opened, "sale:7")
    correct(opened, 5)
    day(lab, 10)
    return lab


def test_lost_books_are_made_anew_with_them(eventful):
    lab = eventful
    before = contents(books(lab))
    for path in lab.folder.glob("books.db*"):
        path.unlink()
    rebuild(lab.switch, lab.settlement)
    assert contents(books(lab)) == before
    assert verify(lab.switch, lab.settlement).findings == ()


def contents(held):
    sheets = [held.sheet(each) for each in held.entries()]
    return held.closes(), sheets, held.balances(), held.reasons()


DAMAGES = {
    "an amount": ("UPDATE bank SET amount = amount + 1 WHERE kind = 'correct'", "correct"),
    "an account": ("UPDATE bank SET credit = 'mdr_income' WHERE kind = 'clear'", "clear SHOP"),
    "a reason": ("UPDATE bank_journals SET because = 'x' WHERE number = 2", "correct: its jour"),
    "a seal": ("DELETE FROM bank_journals WHERE number = 2", "correct: its journals are not"),
    "another movement": (
        "UPDATE bank SET reference = 'sale:3' WHERE kind = 'clear'",
        "no movement sale:3 of that account comes to that",
    ),
    "a posting": (
        "UPDATE bank_postings SET amount = amount + 1 WHERE amount = 5",
        "correct: it has booked something else than it says",
    ),
    "both postings": (
        "UPDATE bank_postings SET amount = amount * 2 WHERE journal_id = 'correction:2'",
        "correct: it has booked something else than it says",
    ),
    "the account of a posting": (
        "UPDATE bank_postings SET account = 'acquirer_cash' WHERE account = 'mdr_income'",
        "correct: it has booked something else than it says",
    ),
}


@pytest.mark.parametrize(("statement", "named"), DAMAGES.values(), ids=DAMAGES)
def test_whoever_changes_one_is_found_and_named(eventful, damage, statement, named):
    damage(statement)
    findings = verify(eventful.switch, eventful.settlement).findings
    assert any(named in finding for finding in findings), findings


@pytest.mark.parametrize("table", ["bank", "bank_postings"])
def test_an_altered_correction_is_not_paid(lab, opened, damage, table):
    day(lab, 1250)
    correct(opened, 5)
    where = {"bank": "kind = 'correct'", "bank_postings": "account = 'merchant_payable:SHOP'"}
    damage(f"UPDATE {table} SET amount = amount * 2 WHERE {where[table]}")
    lab.history.sale(100)
    lab.history.cut_over()
    with pytest.raises(Findings):
        close(lab)


def test_they_are_exported_with_their_reason(eventful):
    loader = pytest.importorskip("beancount.loader", reason="beancount is not installed")
    text = "".join(export_text(eventful.settlement, "beancount"))
    assert f'{DAYS[1]} * "" "correction:2 ticket 4711"' in text
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    left = sum(
        posting.units.number
        for entry in entries
        for posting in getattr(entry, "postings", ())
        if posting.account == "Liabilities:MerchantPayable:SHOP"
    )
    assert left == 0
