"""The books of settlement: what was closed, booked and written for the bank, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import Connection, Engine, Table, func, select

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from ..settlement.close import DayClose
from ..settlement.ledger import merchant_of
from ..settlement.totals import BatchTotals
from .database import Database, open_reader, reading
from .journal import JournalReader
from .tables import BATCHES, BOOKS_SCHEMA, CLOSES, FILES, POSTINGS

_PAYOUT: Final = "payout:"  # So begin the journal ids of deposits, see settlement.payouts.


class Deposit(Struct, frozen=True, gc=False):
    """What a merchant was paid in one currency; *amount* in minor units."""

    merchant: str
    currency: str  # ISO 4217 numeric
    amount: int
    end_to_end_id: str


class ClosedDay(Struct, frozen=True):
    """A bank day as it was closed, and stays."""

    business_date: str
    starts_at: Seconds
    ends_at: Seconds
    batches: tuple[BatchTotals, ...]
    payouts: tuple[Deposit, ...]
    files: Mapping[str, bytes]  # by name


class _Reading:
    """What can be read from the books, whoever opened them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def dates(self) -> list[str]:
        """The business dates that are closed, in their order."""
        return [row.business_date for row in self._rows(select(CLOSES).order_by(CLOSES.c.ends_at))]

    def last_end(self) -> Seconds | None:
        """When the last day that is closed ended."""
        last: Seconds | None = self._rows(select(func.max(CLOSES.c.ends_at)))[0][0]
        return last

    def closed(self, business_date: str) -> ClosedDay | None:
        """What the books hold of *business_date*, if it is closed."""
        found = self._rows(select(CLOSES).where(CLOSES.c.business_date == business_date))
        if not found:
            return None
        batches = select(BATCHES).where(BATCHES.c.business_date == business_date)
        in_order = batches.order_by(BATCHES.c.merchant, BATCHES.c.terminal, BATCHES.c.currency)
        return ClosedDay(
            business_date,
            found[0].starts_at,
            found[0].ends_at,
            tuple(BatchTotals(*row) for row in self._rows(in_order)),
            self._deposits(business_date),
            self.files(business_date),
        )

    def files(self, business_date: str) -> dict[str, bytes]:
        """By name, the files of a recorded close, as they were then; none if there is no close."""
        query = select(FILES.c.name, FILES.c.content).where(FILES.c.business_date == business_date)
        return {name: bytes(content) for name, content in self._rows(query.order_by(FILES.c.name))}

    def balances(self, before: str) -> dict[tuple[str, str], int]:
        """By account and currency, the sum of all postings of business dates before *before*."""
        query = (
            select(POSTINGS.c.account, POSTINGS.c.currency, func.sum(POSTINGS.c.amount))
            .where(POSTINGS.c.business_date < before)
            .group_by(POSTINGS.c.account, POSTINGS.c.currency)
        )
        return {(account, code): int(total) for account, code, total in self._rows(query)}

    def _deposits(self, business_date: str) -> tuple[Deposit, ...]:
        query = select(POSTINGS).where(
            POSTINGS.c.business_date == business_date, POSTINGS.c.journal_id.startswith(_PAYOUT)
        )
        deposits = []
        for row in self._rows(query.order_by(POSTINGS.c.account, POSTINGS.c.currency)):
            merchant = merchant_of(row.account)  # The other line of the journal is our cash.
            if merchant is not None:
                name = row.journal_id.removeprefix(_PAYOUT)
                deposits.append(Deposit(merchant, row.currency, row.amount, name))
        return tuple(deposits)

    def _rows(self, query: Any) -> list[Any]:
        with reading(self._engine) as reader:
            return list(reader.execute(query))


class BooksReader(_Reading):
    """Reads the books, also while somebody settles.

    Raises ConfigError (the url), Missing (nothing closed yet) or Error (damaged, not ours).
    """

    def __init__(self, url: str) -> None:
        super().__init__(open_reader(url, BOOKS_SCHEMA))


class Books(_Reading):
    """Books in SQLite or PostgreSQL, for one settlement at a time.

    *url* is SQLAlchemy's: ``sqlite:///books.db`` or ``postgresql+psycopg://…``. Raises ConfigError
    (the url) or Error (in use, damaged, not ours).
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url, BOOKS_SCHEMA)
        super().__init__(self._database.engine)

    def record_close(self, day: DayClose, journal: JournalReader) -> bool:
        """Book *day* in one transaction; False if it is booked already, and then nothing changes.

        Raises Error if it is booked with another content, or if days before it must come first:
        of those *journal* knows.
        """
        known = select(CLOSES.c.sha256).where(CLOSES.c.business_date == day.business_date)
        fingerprint = day.sha256
        with self._database.transaction() as writer:
            recorded = writer.scalar(known)
            if recorded is None:
                _require_order(writer, day, journal)
                for table, rows in _rows_of(day, fingerprint):
                    if rows:
                        writer.exec_driver_sql(self._database.insertion(table), rows)
            elif recorded != fingerprint:
                raise Error(
                    f"{day.business_date} is closed already, with another content "
                    f"({recorded[:12]}…): its files are in the books, and remain what they were"
                )
            return recorded is None

    def close(self) -> None:
        """Let go of the database; another settlement may then open it."""
        self._database.close()


def _require_order(writer: Connection, day: DayClose, journal: JournalReader) -> None:
    """No day is skipped: what was accepted or reversed in between would be in no batch at all."""
    last_end = writer.scalar(select(func.max(CLOSES.c.ends_at))) or float("-inf")
    if last_end > day.starts_at:
        raise Error(f"{day.business_date} cannot be closed: a later day is closed already")
    if journal.first_between(last_end, day.starts_at) is not None:
        last = writer.scalar(select(func.max(CLOSES.c.business_date)))
        since = f"the days after {last}" if last else "the days before it"
        raise Error(f"{day.business_date} cannot be closed yet: first close {since}, one by one")


def _rows_of(day: DayClose, fingerprint: str) -> list[tuple[Table, list[tuple[Any, ...]]]]:
    """The rows of each table; the fields of the Structs are its columns, in their order."""
    date = day.business_date
    return [
        (CLOSES, [(date, day.starts_at, day.ends_at, fingerprint)]),
        (BATCHES, [astuple(batch) for batch in day.batches]),
        (POSTINGS, [astuple(posting) for posting in day.postings]),
        (FILES, [(date, name, content) for name, content in day.files.items()]),
    ]
