"""The database of the switch: the journal that survives everything, and the books of each close.

One connection writes, one transaction for each commit; readers have connections of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, Protocol

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import Connection, Select, Table, func, insert, or_, select

from specs.errors import Error
from wire.ports import Seconds

from .core.entry import Entry, Record, Vault, from_record, to_record
from .core.states import State
from .database import Database, explained
from .tables import BATCHES, CLOSES, FILES, JOURNAL, POSTINGS

ROWS_AT_ONCE: Final = 1_000  # Rows fetched at once: some megabyte, however long the journal is.
# With these a leg is not finished; nothing follows only in a leg that a crash cut short.
_UNFINISHED: Final = (State.RECEIVED.value, State.FORWARDED.value, State.REVERSING.value)
# They carry a trace number of ours.
_NUMBERED: Final = (State.FORWARDED.value, State.REVERSING.value)
# They belong to a day by the instant at which they were written.
_DATED: Final = (State.RECEIVED.value, State.REVERSING.value)


class Closing(Protocol):
    """What the store must know of the close of a day; see `settlement.close`."""

    @property
    def business_date(self) -> str: ...
    @property
    def starts_at(self) -> Seconds: ...
    @property
    def ends_at(self) -> Seconds: ...
    @property
    def sha256(self) -> str: ...
    @property
    def batches(self) -> Sequence[Struct]: ...
    @property
    def postings(self) -> Sequence[Struct]: ...
    @property
    def files(self) -> Mapping[str, bytes]: ...


class SqlStore:
    """A journal and books in SQLite or PostgreSQL, for one switch alone.

    *url* is SQLAlchemy's: ``sqlite:///switch.db`` or ``postgresql+psycopg://…``. Its methods may
    be called from any thread. Raises ConfigError (the url) or Error (in use, damaged, not ours).
    """

    def __init__(self, url: str, vault: Vault) -> None:
        self._vault = vault
        self._lock = Lock()
        self._database = Database(url)
        self._insert = self._compiled_insert(JOURNAL)

    # Journal --------------------------------------------------------------------------------------

    def commit(self, entries: Sequence[Entry]) -> None:
        """Write *entries*: all of them durable on return, or none and Error raised."""
        rows = [astuple(to_record(entry, self._vault)) for entry in entries]
        if rows:
            with self._transaction() as writer:
                writer.exec_driver_sql(self._insert, rows)

    def close(self) -> None:
        """Let go of the database; another switch may then open it."""
        with self._lock:
            self._database.close()

    def _compiled_insert(self, table: Table) -> str:
        """Positional, compiled once: only the driver stands between a Struct and its row."""
        return str(insert(table).compile(dialect=self._database.engine.dialect))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        writer = self._database.writer
        with self._lock, explained("written"), writer.begin():
            yield writer

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        with explained("read"), self._database.engine.connect() as reader:
            yield reader

    # Reading --------------------------------------------------------------------------------------

    def load(self) -> Iterator[Entry]:
        """Every entry, in their order."""
        return self._entries(select(JOURNAL))

    def load_day(self, starts_at: Seconds, ends_at: Seconds) -> Iterator[Entry]:
        """Whole, the legs with an entry from *starts_at* to before *ends_at*: what a close needs.

        A leg's bank day is that of its first entry, so none of the day is missing.
        """
        legs = select(JOURNAL.c.leg).where(JOURNAL.c.at >= starts_at, JOURNAL.c.at < ends_at)
        return self._entries(_whole(legs))

    def load_recent(self, since: Seconds) -> Iterator[Entry]:
        """Whole, the legs that a switch needs to go on after a crash, in their order.

        Those with an entry at *since* or later, whose repeats may still come; those not finished;
        and those that hold the last sequence, leg and, of each upstream, trace number.
        """
        later = JOURNAL.alias("later")
        followed = select(later.c.sequence).where(
            later.c.leg == JOURNAL.c.leg, later.c.sequence > JOURNAL.c.sequence
        )
        unfinished = select(JOURNAL.c.leg).where(
            JOURNAL.c.state.in_(_UNFINISHED), ~followed.exists()
        )
        last = select(func.max(JOURNAL.c.sequence))
        numbered = (
            select(func.max(JOURNAL.c.sequence))
            .where(JOURNAL.c.state.in_(_NUMBERED))
            .group_by(JOURNAL.c.upstream)
        )
        holders = select(JOURNAL.c.leg).where(
            or_(JOURNAL.c.sequence.in_(last), JOURNAL.c.sequence.in_(numbered))
        )
        last_leg = select(func.max(JOURNAL.c.leg))
        recent = select(JOURNAL.c.leg).where(JOURNAL.c.at >= since)
        return self._entries(_whole(recent.union(unfinished, holders, last_leg)))

    def _entries(self, query: Select[Any]) -> Iterator[Entry]:
        with self._reader() as reader:
            reader.execution_options(yield_per=ROWS_AT_ONCE)
            for row in reader.execute(query.order_by(JOURNAL.c.sequence)):
                yield from_record(Record(*row), self._vault)

    # Books ----------------------------------------------------------------------------------------

    def balances(self, before: str) -> dict[tuple[str, str], int]:
        """By account and currency, the sum of all postings of business dates before *before*."""
        query = (
            select(POSTINGS.c.account, POSTINGS.c.currency, func.sum(POSTINGS.c.amount))
            .where(POSTINGS.c.business_date < before)
            .group_by(POSTINGS.c.account, POSTINGS.c.currency)
        )
        with self._reader() as reader:
            return {(account, code): int(total) for account, code, total in reader.execute(query)}

    def files(self, business_date: str) -> dict[str, bytes]:
        """By name, the files of a recorded close, as they were then; none if there is no close."""
        query = select(FILES.c.name, FILES.c.content).where(FILES.c.business_date == business_date)
        with self._reader() as reader:
            return {name: bytes(content) for name, content in reader.execute(query)}

    def record_close(self, day: Closing) -> bool:
        """Book *day* in one transaction; False if it is booked already, and then nothing changes.

        Raises Error if it is booked with another content, or if days before it must come first.
        """
        known = select(CLOSES.c.sha256).where(CLOSES.c.business_date == day.business_date)
        fingerprint = day.sha256
        # All is made ready before the lock is taken: until it is free, no purchase is answered.
        books = [
            (self._compiled_insert(table), rows) for table, rows in _books(day, fingerprint) if rows
        ]
        with self._transaction() as writer:
            recorded = writer.scalar(known)
            if recorded is None:
                _require_order(writer, day)
                for statement, rows in books:
                    writer.exec_driver_sql(statement, rows)
            elif recorded != fingerprint:
                raise Error(
                    f"{day.business_date} is closed already, with another content "
                    f"({recorded[:12]}…): its files are in the store, and remain what they were"
                )
            return recorded is None


# What is read -------------------------------------------------------------------------------------


def _whole(legs: Any) -> Select[Any]:
    return select(JOURNAL).where(JOURNAL.c.leg.in_(legs))


# What is booked -----------------------------------------------------------------------------------


def _require_order(writer: Connection, day: Closing) -> None:
    """No day is skipped: what was accepted or reversed in between would be in no batch at all."""
    last_end = writer.scalar(select(func.max(CLOSES.c.ends_at))) or float("-inf")
    if last_end > day.starts_at:
        raise Error(f"{day.business_date} cannot be closed: a later day is closed already")
    skipped = select(func.min(JOURNAL.c.at)).where(
        JOURNAL.c.at >= last_end,
        JOURNAL.c.at < day.starts_at,
        JOURNAL.c.state.in_(_DATED),
    )
    if writer.scalar(skipped) is not None:
        last = writer.scalar(select(func.max(CLOSES.c.business_date)))
        since = f"the days after {last}" if last else "the days before it"
        raise Error(f"{day.business_date} cannot be closed yet: first close {since}, one by one")


def _books(day: Closing, fingerprint: str) -> list[tuple[Table, list[tuple[Any, ...]]]]:
    """The rows of each table; the fields of the Structs are its columns, in their order."""
    date = day.business_date
    return [
        (CLOSES, [(date, day.starts_at, day.ends_at, fingerprint)]),
        (BATCHES, [astuple(batch) for batch in day.batches]),
        (POSTINGS, [astuple(posting) for posting in day.postings]),
        (FILES, [(date, name, content) for name, content in day.files.items()]),
    ]
