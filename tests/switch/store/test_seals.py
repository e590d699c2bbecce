"""Nobody books what does not sum to zero, whichever way he goes, in SQLite and PostgreSQL."""

import pytest
from sqlalchemy import delete, insert, update

from cardswitch.specs.errors import Error
from cardswitch.switch.store.tables import BOOKS_SCHEMA, JOURNALS, POSTINGS
from cardswitch.wire.store.database import Database

DAY = {"business_date": "2026-11-23"}
SEAL = {**DAY, "journal_id": "a", "because": ""}


def posting(account, amount, code="978"):
    return {**DAY, "journal_id": "a", "account": account, "currency": code, "amount": amount}


@pytest.fixture
def books(url):
    made = Database(url, BOOKS_SCHEMA)
    yield made
    made.close()


def book(books, *rows):
    with books.transaction() as writer:
        for table, row in rows:
            writer.execute(insert(table), row)


def booked(books):
    with books.transaction() as writer:
        return writer.exec_driver_sql("SELECT count(*) FROM postings").scalar()


GOOD = ((POSTINGS, posting("x", 5)), (POSTINGS, posting("y", -5)), (JOURNALS, SEAL))


def test_what_sums_to_zero_is_booked(books):
    book(books, *GOOD)
    assert booked(books) == 2


REFUSED = {
    "one cent": (GOOD[0], (POSTINGS, posting("y", -4)), GOOD[2]),
    "another currency": (GOOD[0], (POSTINGS, posting("y", -5, "392")), GOOD[2]),
    "nothing": (GOOD[2],),
    "no seal": GOOD[:2],
    "behind the seal": (*GOOD, (POSTINGS, posting("z", 0))),
    "sealed twice": (*GOOD, GOOD[2]),
}


@pytest.mark.parametrize("rows", REFUSED.values(), ids=REFUSED)
def test_what_does_not_is_refused_whole(books, rows):
    with pytest.raises(Error, match="cannot be written"):
        book(books, *rows)
    assert booked(books) == 0


@pytest.mark.parametrize("statement", [update(POSTINGS).values(amount=0), delete(JOURNALS)])
def test_what_is_booked_is_never_changed(books, statement):
    book(books, *GOOD)
    with pytest.raises(Error, match="cannot be written"), books.transaction() as writer:
        writer.execute(statement)
    assert booked(books) == 2


def test_a_correction_is_a_further_journal_that_says_why(books):
    book(books, *GOOD)
    again = [{**posting("x", -5), "journal_id": "b"}, {**posting("y", 5), "journal_id": "b"}]
    seal = {**SEAL, "journal_id": "b", "because": "it was ours"}
    book(books, (POSTINGS, again[0]), (POSTINGS, again[1]), (JOURNALS, seal))
    assert booked(books) == 4
