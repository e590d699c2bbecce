"""Books that were lost are made anew, byte by byte, or not at all; nothing is ordered meanwhile."""

import shutil
from functools import partial

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.core.states import State
from cardswitch.switch.operate.bank import take
from cardswitch.switch.operate.bank.closes import hold_closes
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.settle import close_days, settling
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.settlement.formats.from_bank import EDITION
from cardswitch.switch.store.booking import Booking
from cardswitch.switch.store.books import BooksReader
from tests.kit import banking
from tests.kit.histories import DAYS
from tests.kit.statements import camt053, camt054, entry, pain002, part, reason


def close(lab):
    lab.commit()
    return close_days(lab.switch, lab.settlement, lab.record)


@pytest.fixture
def closed(lab):
    """Two days with all that a close may book: reversals, what came late, what is in suspense."""
    lab.history.reverse(lab.history.sale(300), stays=100)
    late = lab.history.begin(700)
    lab.history.sale(50, merchant="NOBODY")
    later = lab.history.sale(1250)
    lab.history.cut_over()
    close(lab)
    lab.history.add(late, State.APPROVED)
    lab.history.reverse(later)
    lab.history.sale(2000)
    lab.history.cut_over()
    close(lab)
    lab.history.sale(40)
    lab.commit()
    return lab


def lose(lab):
    """Move the books away; where they are now."""
    away = lab.folder / "away.db"
    (lab.folder / "books.db").rename(away)
    return f"sqlite:///{away}"


def content(url):
    books = BooksReader(url)
    closes = books.closes()
    return closes, [books.closed(close.business_date) for close in closes]


def test_what_people_decided_before_any_close_is_made_anew_too(lab):
    with settling(lab.switch, lab.settlement, lab.record) as opened:
        decided = hold_closes(opened, "ticket 4711")
    lose(lab)
    lab.history.cut_over()
    with pytest.raises(Findings, match="made anew by cardswitch settle rebuild"):
        close(lab)
    assert rebuild(lab.switch, lab.settlement) == []
    assert BooksReader(lab.settlement.books).entries() == [decided]
    with pytest.raises(Error, match="there are books"):
        rebuild(lab.switch, lab.settlement)
    with pytest.raises(Error, match=r"closes are held by .*ticket 4711"):
        close(lab)


def test_they_are_what_they_were_and_nothing_is_written(closed):
    lost = lose(closed)
    shutil.rmtree(closed.deposits)
    made = rebuild(closed.switch, closed.settlement)
    assert [day.business_date for day in made] == list(DAYS[:2])
    assert content(closed.settlement.books) == content(lost)
    assert not closed.deposits.exists()
    assert verify(closed.switch, closed.settlement).findings == ()
    closed.history.cut_over()
    [third] = close(closed)
    assert [payout.amount for payout in third.closed.payouts] == [40]


def moved(lab):
    """The shop has another account since, in another currency, and so has the acquirer."""
    [shop] = lab.settlement.merchants
    shop = replace(
        shop, name="Shop", iban="DE02120300000000202051", bic="BYLADEM1001", account_currency="USD"
    )
    acquirer = replace(lab.settlement.acquirer, name="Another Bank")
    lab.settlement = replace(lab.settlement, merchants=(shop,), acquirer=acquirer)


def test_accounts_of_then_are_read_from_the_files_of_then(closed):
    lost = lose(closed)
    moved(closed)
    assert len(rebuild(closed.switch, closed.settlement)) == 2
    assert content(closed.settlement.books) == content(lost)


@pytest.mark.parametrize("damage", ["lost", "forged"])
def test_without_the_accounts_of_then_it_is_not_made(closed, damage):
    lose(closed)
    moved(closed)
    order = closed.deposits / f"deposit-{DAYS[1]}.xml"
    if damage == "lost":
        order.unlink()
    else:
        assert b"14.50" in order.read_bytes()
        order.write_bytes(order.read_bytes().replace(b"14.50", b"14.51"))
    with pytest.raises(Findings, match=f"the close of {DAYS[1]} cannot be made as it was") as found:
        rebuild(closed.switch, closed.settlement)
    assert "put deposit-2026-11-24.csv and its orders, .xml and .ach," in found.value.findings[0]


def test_books_that_are_there_are_left_alone(closed):
    with pytest.raises(Error, match=r"there are books, .*: move them away first, and keep them"):
        rebuild(closed.switch, closed.settlement)


def test_there_is_nothing_to_make(lab):
    lab.commit()
    with pytest.raises(Error, match="the journal names no close"):
        rebuild(lab.switch, lab.settlement)


def test_a_journal_with_another_row_than_then_makes_no_books(closed, monkeypatch):
    lose(closed)
    original = Booking.book

    def another(*arguments):
        return [replace(batch, amount=batch.amount + 1) for batch in original(*arguments)]

    monkeypatch.setattr(Booking, "book", another)
    with pytest.raises(Findings, match="cannot be made as it was"):
        rebuild(closed.switch, closed.settlement)


def answers():
    """What editions take otherwise: levels of a rejection, NOTPROVIDED, entries without a name."""
    went = entry("12.50", "DBIT", part("12.50", "DBIT", banking.NAME)).replace("REF12.50", "NONREF")
    other = entry("1.00", "CRDT", part("1.00", "CRDT", "NOTPROVIDED", banking.BACK))
    twice = (
        "<OrgnlPmtInfAndSts><OrgnlPmtInfId>DEPOSIT-20261123-EUR</OrgnlPmtInfId><TxInfAndSts>"
        "<OrgnlEndToEndId>20261123-CAFE-EUR</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f"{reason('AM05')}</TxInfAndSts></OrgnlPmtInfAndSts>"
    )
    return {
        "a.xml": camt054([went]),
        "b.xml": camt053([went, other]).replace(b"<Cd>AC04</Cd>", b"<Prtry>OWN</Prtry>"),
        "c.xml": pain002("<GrpSts>RJCT</GrpSts>", twice, order="DEPOSIT-20261123"),
    }


@pytest.mark.parametrize("edition", range(1, EDITION))
def test_what_an_earlier_edition_took_is_made_anew_as_it_was_booked(lab, monkeypatch, edition):
    banking.closed(lab)
    with monkeypatch.context() as patched:
        for name in ("read_answer", "matched"):
            patched.setattr(take, name, partial(getattr(take, name), edition=edition))
        banking.taken(lab, answers())
    books = BooksReader(lab.settlement.books)
    held = [books.sheet(each) for each in books.entries()]
    assert held[1].lines[0].outcome == "twice"
    assert ["rejected", "twice"][edition - 1] in [each.outcome for each in held[2].lines]
    lose(lab)
    rebuild(lab.switch, lab.settlement)
    books = BooksReader(lab.settlement.books)
    assert [books.sheet(each) for each in books.entries()] == held
    assert verify(lab.switch, lab.settlement).findings == ()
