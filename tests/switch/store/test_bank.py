"""What the books hold of banks is found again: by reference, payment, order, entry and day."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.entries import BankEntry, BankSheet
from cardswitch.switch.settlement.ledger import transfer
from cardswitch.switch.settlement.matching import Matched
from cardswitch.switch.store.books import BooksReader
from tests.kit.histories import DAYS

SHOP, CAFE = "20261123-SHOP-EUR", "20261123-CAFE-EUR"
LINES = (
    Matched(outcome="booked", reference=CAFE, merchant="CAFE", currency="978", amount=-5),
    Matched(
        outcome="returned", reference=SHOP, merchant="SHOP", currency="978", amount=1250,
        code="AC04", entry="R1",
    ),
)  # fmt: skip


def entry(number, kind="statement", **about):
    return BankEntry(
        number=number, closes=1, at=number + 0.5, kind=kind, name=f"f{number}",
        message=f"M{number}", content_sha256=f"{number}", **about,
    )  # fmt: skip


@pytest.fixture
def books(ledger):
    """Two payouts of a closed day: one was booked, one came back."""
    ledger.history.sale(1250)
    ledger.history.sale(5, merchant="CAFE")
    ledger.history.cut_over()
    ledger.close_day()
    back = transfer("returned", DAYS[0], "acquirer_cash", "merchant_payable:SHOP", "978", 1250)
    sheet = BankSheet(entry=entry(1), content=b"a", lines=LINES, postings=back)
    ledger.books.record_bank(sheet)
    return ledger.books


def test_an_entry_comes_back_whole(books):
    [found] = books.entries()
    sheet = books.sheet(found)
    assert (sheet.content, sheet.lines) == (b"a", LINES)
    assert sheet.computed() == found.sha256
    assert books.places(1) == [1, 2]
    assert books.taken("1", "other") == books.taken("other", "M1") == found
    assert books.taken("other", "other") is None


def test_transfers_by_any_of_their_names(books):
    def names(*asked):
        return sorted(each.reference for each in books.ordered(*asked))

    assert names({SHOP, "X"}, set(), set()) == [SHOP]
    assert names(set(), {"DEPOSIT-20261123-EUR"}, set()) == [CAFE, SHOP]
    assert names({SHOP}, set(), {"DEPOSIT-20261123"}) == [CAFE, SHOP]
    assert names(set(), set(), set()) == []


def test_many_names_are_asked_for_in_parts(books):
    names = {f"X{number}" for number in range(1_200)} | {SHOP}
    assert [each.reference for each in books.ordered(names, set(), set())] == [SHOP]
    assert books.told(names) == {SHOP: {"returned"}}


def test_what_is_not_simply_booked_and_what_is_overdue(books):
    assert [each.reference for each in books.unsettled()] == [SHOP]
    assert books.overdue("2099-01-01", "978") == []
    assert [line.outcome for _, line in books.story(SHOP)] == ["returned"]


def test_entries_that_a_file_of_another_kind_has_told_of(books):
    assert books.known({"R1"}, "notice") == {"R1": {(SHOP, 1250): "returned"}}
    assert books.known({"R1"}, "statement") == {}


def test_entries_that_only_the_other_kind_has_told_of(books):
    assert books.still_open({SHOP}, "notice") == {(SHOP, 1250): [("R1", "returned")]}
    assert books.still_open({SHOP}, "statement") == {}
    line = Matched(outcome="booked", reference=CAFE, amount=-5, is_known=True)
    told = replace(LINES[1], entry="ACH 1", reference="X")
    books.record_bank(BankSheet(entry=entry(2, "notice"), lines=(line, told)))
    assert books.still_open({CAFE}, "notice") == {(CAFE, -5): []}
    assert books.still_open({"X"}, "statement") == {("X", 1250): [("ACH 1", "returned")]}


def test_money_and_what_is_owed_again(books):
    assert books.balances()["merchant_payable:SHOP", "978"] == -1250
    assert books.balances(up_to=1)["merchant_payable:SHOP", "978"] == 0
    assert books.owed()["SHOP", "978"] == 1250
    assert books.payable("SHOP") == {"978": 1250}
    assert books.payable("CAFE") == {"978": 0}
    assert books.payable("NOBODY") == {}
    [bounced] = books.bounced()
    assert (bounced.reference, bounced.amount, bounced.closes) == (SHOP, 1250, 1)
    assert books.paid({("SHOP", "978")}) == {("SHOP", "978"): 1}
    assert books.standing().bounced == {("SHOP", "978"): (SHOP,)}


def test_decisions(books):
    books.record_bank(BankSheet(entry=entry(2, "hold", merchant="SHOP", by="ann", because="x")))
    [deed] = books.deeds()
    assert (deed.number, deed.kind, deed.merchant, deed.because) == (2, "hold", "SHOP", "x")


def test_no_entry_is_booked_twice_or_out_of_order(books):
    for number in (1, 3):
        with pytest.raises(Error, match=f"entry {number} cannot be booked: the next one is 2"):
            books.record_bank(BankSheet(entry=entry(number)))
    twice = replace(entry(2), message="M1")
    with pytest.raises(Error):
        books.record_bank(BankSheet(entry=twice))
    assert len(books.entries()) == 1


def test_a_reader_sees_the_same(books, url):
    reader = BooksReader(url)
    assert reader.entries() == books.entries()
    assert reader.transfers() == books.transfers()
