"""The journal in a database: what the switch writes it with, and what others read it with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import ColumnElement, Engine, Select, func, or_, select

from cardswitch.wire.ports import Seconds

from ..core.entry import Entry, Record, Vault, from_record, to_record
from ..core.states import State
from .database import Database, open_reader, reading
from .tables import JOURNAL, JOURNAL_SCHEMA

ROWS_AT_ONCE: Final = 1_000  # Rows fetched at once: some megabyte, however long the journal is.
# With these a leg is not finished; nothing follows only in a leg that a crash cut short.
UNFINISHED: Final = frozenset({State.RECEIVED, State.FORWARDED, State.REVERSING})
# They carry a trace number of ours.
_NUMBERED: Final = (State.FORWARDED.value, State.REVERSING.value)
# They belong to a day by the instant at which they were written.
_DATED: Final = (State.RECEIVED.value, State.REVERSING.value)


class Line(Struct, frozen=True, kw_only=True):
    """A leg as people may see it: how it stands, and what was last said of the rest."""

    leg: int
    at: Seconds  # of its last step
    source: str
    state: str
    business_date: str
    rrn: str
    merchant: str
    terminal: str
    amount: int  # minor units
    currency: str  # ISO 4217 numeric
    code: str
    card: str  # masked


class _Reading:
    """What can be read from a journal, whoever opened it."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def load(self) -> Iterator[Entry]:
        """Every entry, in their order."""
        return self._entries(select(JOURNAL))

    def load_day(self, starts_at: Seconds, ends_at: Seconds) -> Iterator[Entry]:
        """Whole, the legs with an entry from *starts_at* to before *ends_at*: what a close needs.

        A leg's bank day is that of its first entry, so none of the day is missing.
        """
        legs = select(JOURNAL.c.leg).where(JOURNAL.c.at >= starts_at, JOURNAL.c.at < ends_at)
        return self._entries(_whole(legs))

    def first_between(self, starts_at: Seconds, ends_at: Seconds) -> Seconds | None:
        """When, from *starts_at* to before *ends_at*, something was first accepted or reversed."""
        query = select(func.min(JOURNAL.c.at)).where(
            JOURNAL.c.at >= starts_at, JOURNAL.c.at < ends_at, JOURNAL.c.state.in_(_DATED)
        )
        with reading(self._engine) as reader:
            first: Seconds | None = reader.scalar(query)
            return first

    def newest(self, legs_max: int, states: Collection[State] = ()) -> list[Line]:
        """The last *legs_max* legs, newest first; only those that stand at one of *states*."""
        chosen = select(JOURNAL.c.leg).where(~_followed())
        if states:
            chosen = chosen.where(JOURNAL.c.state.in_([state.value for state in states]))
        chosen = chosen.order_by(JOURNAL.c.leg.desc()).limit(legs_max)
        legs: dict[int, list[Record]] = {}
        with reading(self._engine) as reader:
            for row in reader.execute(_whole(chosen).order_by(JOURNAL.c.sequence)):
                legs.setdefault(row.leg, []).append(_record(row))
        return [_line(legs[leg]) for leg in sorted(legs, reverse=True)]

    def _entries(self, query: Select[Any]) -> Iterator[Entry]:
        with reading(self._engine) as reader:
            reader.execution_options(yield_per=ROWS_AT_ONCE)
            for row in reader.execute(query.order_by(JOURNAL.c.sequence)):
                yield from_record(_record(row), self._vault)


class JournalReader(_Reading):
    """Reads a journal, also while its switch is writing; changes nothing, and holds nobody up.

    Raises ConfigError (the url), Missing (nothing there yet) or Error (damaged, not ours).
    """

    def __init__(self, url: str, vault: Vault) -> None:
        super().__init__(open_reader(url, JOURNAL_SCHEMA), vault)


class SqlStore(_Reading):
    """A journal in SQLite or PostgreSQL, for one switch alone.

    *url* is SQLAlchemy's: ``sqlite:///switch.db`` or ``postgresql+psycopg://…``. Its methods may
    be called from any thread. Raises ConfigError (the url) or Error (in use, damaged, not ours).
    """

    def __init__(self, url: str, vault: Vault) -> None:
        self._database = Database(url, JOURNAL_SCHEMA)
        self._insert = self._database.insertion(JOURNAL)
        super().__init__(self._database.engine, vault)

    def commit(self, entries: Sequence[Entry]) -> None:
        """Write *entries*: all of them durable on return, or none and Error raised."""
        rows = [astuple(to_record(entry, self._vault)) for entry in entries]
        if rows:
            with self._database.transaction() as writer:
                writer.exec_driver_sql(self._insert, rows)

    def close(self) -> None:
        """Let go of the database; another switch may then open it."""
        self._database.close()

    def load_recent(self, since: Seconds) -> Iterator[Entry]:
        """Whole, the legs that a switch needs to go on after a crash, in their order.

        Those with an entry at *since* or later, whose repeats may still come; those not finished;
        and those that hold the last sequence, leg and, of each upstream, trace number.
        """
        unfinished = select(JOURNAL.c.leg).where(
            JOURNAL.c.state.in_([state.value for state in UNFINISHED]), ~_followed()
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


def _record(row: Any) -> Record:
    return Record(**dict(zip(Record.__struct_fields__, row, strict=True)))


def _whole(legs: Any) -> Select[Any]:
    return select(JOURNAL).where(JOURNAL.c.leg.in_(legs))


def _followed() -> ColumnElement[bool]:
    """Whether its leg has a later entry."""
    later = JOURNAL.alias("later")
    return (
        select(later.c.sequence)
        .where(later.c.leg == JOURNAL.c.leg, later.c.sequence > JOURNAL.c.sequence)
        .exists()
    )


def _line(records: Sequence[Record]) -> Line:
    """One line of all *records* of a leg: what a later one leaves out, an earlier one has said."""

    def said(name: str) -> Any:
        values = [getattr(record, name) for record in records]
        return next(filter(None, reversed(values)), values[-1])

    last = records[-1]
    return Line(
        leg=last.leg,
        at=last.at,
        source=last.source,
        state=last.state,
        business_date=last.business_date,
        rrn=said("rrn"),
        merchant=said("merchant"),
        terminal=said("terminal"),
        amount=said("amount"),
        currency=said("currency"),
        code=said("code"),
        card=said("pan_masked"),
    )
