"""Nobody books what does not sum to zero, whichever way he goes, in SQLite and PostgreSQL."""

import pytest
from sqlalchemy import delete, insert, update

from cardswitch.specs.errors import Error
from cardswitch.switch.store.tables import (
    BANK_JOURNALS,
    BANK_POSTINGS,
    BOOKS_SCHEMA,
    JOURNALS,
    POSTINGS,
)
from cardswitch.wire.store.database import Database

DAY = {"business_date": "2026-11-23"}
SEAL = {**DAY, "journal_id": "a"}
# What closes book, and what single events do between them.
LEDGERS = {JOURNALS: POSTINGS, BANK_JOURNALS: BANK_POSTINGS}
ANY = {"number": 1, "because": "it was ours"}


def posting(account, amount, code="978"):
    return {**DAY, "journal_id": "a", "account": account, "currency": code, "amount": amount}


@pytest.fixture
def books(url):
    made = Database(url, BOOKS_SCHEMA)
    yield made
    made.close()


@pytest.fixture(params=LEDGERS, ids=str)
def journals(request):
    return request.param


def book(books, journals, *rows):
    with books.transaction() as writer:
        for row in rows:
            table = journals if row is SEAL else LEDGERS[journals]
            about = {**ANY, **row}
            writer.execute(insert(table), {name: about[name] for name in table.c.keys()})  # noqa: SIM118


def booked(books, journals):
    with books.transaction() as writer:
        return writer.exec_driver_sql(f"SELECT count(*) FROM {LEDGERS[journals]}").scalar()


GOOD = (posting("x", 5), posting("y", -5), SEAL)


def test_what_sums_to_zero_is_booked(books, journals):
    book(books, journals, *GOOD)
    assert booked(books, journals) == 2


REFUSED = {
    "one cent": (GOOD[0], posting("y", -4), SEAL),
    "another currency": (GOOD[0], posting("y", -5, "392"), SEAL),
    "nothing": (SEAL,),
    "no seal": GOOD[:2],
    "behind the seal": (*GOOD, posting("z", 0)),
    "sealed twice": (*GOOD, SEAL),
}


@pytest.mark.parametrize("rows", REFUSED.values(), ids=REFUSED)
def test_what_does_not_is_refused_whole(books, journals, rows):
    with pytest.raises(Error, match="cannot be written"):
        book(books, journals, *rows)
    assert booked(books, journals) == 0


@pytest.mark.parametrize("deed", ["a posting", "a seal"])
def test_what_is_booked_is_never_changed(books, journals, deed):
    book(books, journals, *GOOD)
    statement = (
        update(LEDGERS[journals]).values(amount=0) if deed == "a posting" else delete(journals)
    )
    with pytest.raises(Error, match="cannot be written"), books.transaction() as writer:
        writer.execute(statement)
    assert booked(books, journals) == 2
