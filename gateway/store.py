"""The journal of the gateway in a database, and lists of what a merchant has there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Engine,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    exists,
    or_,
    select,
    text,
)

from cardswitch.wire.ports import Question, Seconds
from cardswitch.wire.store.journal import JournalStore, JournalStoreReader
from cardswitch.wire.store.lookup import Statement
from cardswitch.wire.store.schema import Schema, version_table
from cardswitch.wire.store.tables import journal_table

from .core.entries import Updated
from .core.exchanges import Exchange
from .core.intents import Intent
from .core.row import INTENT, GatewayRow, Legs, legs_of, merged
from .kept import KeptLegs

EXCEPTIONS_MAX: Final = 500  # that are listed at once
LEGS_AT_ONCE: Final = 500
_METADATA: Final = MetaData()
JOURNAL: Final = journal_table("gateway_journal", GatewayRow, _METADATA)
_IS_OWNED: Final = JOURNAL.c.owner != ""
Index(
    "gateway_journal_owner", JOURNAL.c.owner, JOURNAL.c.sent_on, JOURNAL.c.sequence,
    sqlite_where=_IS_OWNED, postgresql_where=_IS_OWNED,
)  # fmt: skip
# What a person must look at, or has looked at. A query that says the same words is quick.
_LEFT_TO_PEOPLE: Final = text("state IN ('Refused', 'Spent')")
Index(
    "gateway_journal_exceptions", JOURNAL.c.leg,
    sqlite_where=_LEFT_TO_PEOPLE, postgresql_where=_LEFT_TO_PEOPLE,
)  # fmt: skip
_IS_OF_ONE: Final = JOURNAL.c.customer != ""
Index(
    "gateway_journal_customer", JOURNAL.c.customer, JOURNAL.c.sequence,
    sqlite_where=_IS_OF_ONE, postgresql_where=_IS_OF_ONE,
)  # fmt: skip
SCHEMA: Final = Schema(
    key="gateway.database",
    metadata=_METADATA,
    version_table=version_table("gateway", _METADATA),
    version=3,
    lock_number=8_587,
    in_use="the journal of the gateway is in use: stop the other gateway, or give this one its "
    "own database",
    missing="there is no journal yet: start the gateway once",
)


# The first row that was written at an instant or later, or would be: found by halves, in one
# statement, so that it costs the same in a long journal.
_FIRST_SINCE: Final = text("""
    WITH RECURSIVE half(low, high) AS (
        SELECT CAST(1 AS BIGINT), (SELECT coalesce(max(sequence), 0) + 1 FROM gateway_journal)
        UNION ALL
        SELECT CASE WHEN (SELECT at FROM gateway_journal WHERE sequence = (low + high) / 2)
                    < :instant THEN (low + high) / 2 + 1 ELSE low END,
               CASE WHEN (SELECT at FROM gateway_journal WHERE sequence = (low + high) / 2)
                    < :instant THEN high ELSE (low + high) / 2 END
        FROM half WHERE low < high)
    SELECT low FROM half WHERE low >= high""")


def open_journal(url: str) -> JournalStore[GatewayRow]:
    """The journal at *url*, for one gateway alone. Raises ConfigError or Error."""
    return JournalStore(url, SCHEMA, JOURNAL, GatewayRow)


class Wanted(Struct, frozen=True, kw_only=True):
    """A page of a list: of a merchant, of some kinds, between rows and between times."""

    merchant: str
    kinds: tuple[str, ...]
    size: int
    above: int = 0  # behind this sequence: the oldest of those
    below: int = 0  # before it
    since: Seconds = 0.0
    until: Seconds | None = None  # before that
    customer: str = ""


@cache
def _query(kinds: tuple[str, ...], said: frozenset[str]) -> Select[Any]:
    """A page of *kinds* by what is *said* of it: made once, since that costs more than to ask."""
    c = JOURNAL.c
    query = select(JOURNAL).where(*_conditions(kinds, said))
    # Those next to the one that they come before, if that is named.
    order = c.sequence.asc() if "above" in said else c.sequence.desc()
    return query.order_by(order).limit(bindparam("size", type_=Integer))


def _conditions(kinds: tuple[str, ...], said: frozenset[str]) -> Iterator[ColumnElement[bool]]:
    c = JOURNAL.c
    named = [bindparam(f"kind_{number}", kind, type_=Text) for number, kind in enumerate(kinds)]
    begins = and_(c.owner == bindparam("merchant"), _IS_OWNED, c.sent_on.in_(named))
    if "customer" in said:
        yield from (c.customer == bindparam("customer"), _IS_OF_ONE)
        yield _is_given(begins, named) if INTENT in kinds else begins
    else:
        yield begins
    bounds = {
        "above": c.sequence > bindparam("above"),
        "below": c.sequence < bindparam("below"),
        "since": c.sequence >= bindparam("since"),
        "until": c.sequence < bindparam("until"),
    }
    yield from (bound for name, bound in bounds.items() if name in said)


def _is_given(
    begins: ColumnElement[bool], kinds: Sequence[BindParameter[str]]
) -> ColumnElement[bool]:
    """Whether a row is the last one that gives an intent of the merchant to a customer."""
    c, first, later = JOURNAL.c, JOURNAL.alias("first"), JOURNAL.alias("later")
    is_own = and_(first.c.owner == bindparam("merchant"), first.c.sent_on.in_(kinds))
    given_later = exists().where(first.c.leg == c.leg, first.c.identity != "", is_own)
    given_away = exists().where(
        later.c.leg == c.leg,
        later.c.sequence > c.sequence,
        later.c.state == Updated.__name__,
        later.c.customer != "",
    )
    return and_(or_(begins, and_(c.state == Updated.__name__, given_later)), ~given_away)


_BEHIND: Final = (
    select(JOURNAL)
    .where(JOURNAL.c.sequence > bindparam("behind"))
    .order_by(JOURNAL.c.sequence)
    .limit(bindparam("size", type_=Integer))
)


class GatewayReader:
    """Reads the journal at *url*, also while the gateway runs. Raises ConfigError or Error."""

    def __init__(self, url: str | Engine) -> None:
        self._reader: JournalStoreReader[GatewayRow] = JournalStoreReader(
            url, SCHEMA, JOURNAL, GatewayRow
        )
        self._table: Table = JOURNAL
        self._compiled: dict[Select[Any], Statement] = {}
        self._kept = KeptLegs()

    def page(self, wanted: Wanted) -> list[GatewayRow]:
        """The rows that begin what is *wanted*, newest first; each page costs the same."""
        rows = self._ask(*self._asked(wanted))
        return rows[::-1] if wanted.above else rows

    def _ask(self, query: Select[Any], given: Mapping[str, Any]) -> list[GatewayRow]:
        """What *query* finds, which is one of few that are made once."""
        statement = self._compiled.get(query)
        if statement is None:
            statement = self._compiled[query] = self._reader.compiled(query)
        return self._reader.ask(statement, given)

    def query(self, wanted: Wanted) -> Select[Any]:
        """How the page is asked for."""
        query, parameters = self._asked(wanted)
        return query.params(**parameters)

    def _asked(self, wanted: Wanted) -> tuple[Select[Any], dict[str, Any]]:
        """The query of such pages, and what of it is this one's."""
        first = self._first_since
        given = {
            "above": wanted.above or None,
            "below": wanted.below or None,
            "since": first(wanted.since) if wanted.since else None,
            "until": first(wanted.until) if wanted.until is not None else None,
            "customer": wanted.customer or None,
        }
        said = {name: value for name, value in given.items() if value is not None}
        query = _query(wanted.kinds, frozenset(said))
        return query, {**said, "merchant": wanted.merchant, "size": wanted.size}

    def _first_since(self, at: Seconds) -> int:
        """The first row that was written then or later, or would be."""
        with self._reader.connection() as connection:
            first: int = connection.execute(_FIRST_SINCE, {"instant": at}).scalar_one()
        return first

    def legs(self, legs: Iterable[int]) -> Legs:
        """What stands in *legs*; that to which nothing was written since is not read again."""
        last = self._reader.last_rows(tuple(legs))
        found = self._kept.those(last)
        rows: dict[int, list[GatewayRow]] = {}
        for row in self.rows(Question(legs=tuple(last.keys() - found.keys()))):
            rows.setdefault(row.leg, []).append(row)
        read = {leg: (each[-1].sequence, legs_of(each)) for leg, each in rows.items()}
        self._kept.keep(read)
        return merged([*found.values(), *[legs for _, legs in read.values()]])

    def named(self, kind: str, name: str) -> Sequence[GatewayRow]:
        """The rows of the leg *name*, which is of that *kind*."""
        return self.rows(Question(identities=((kind, name),)))

    def intent(self, ref: str) -> Intent | None:
        """The intent *ref*, if there is one."""
        return legs_of(self.named(INTENT, ref)).intents.get(ref)

    def exceptions(
        self, merchant: str | None = None, most: int = EXCEPTIONS_MAX
    ) -> tuple[list[tuple[Intent, Exchange]], bool]:
        """What waits for a person, newest first; of *merchant* alone, if one is named.

        At most so many, and whether there are more.
        """
        found = [*islice(self._left_to_people(merchant), most + 1)]
        return found[:most], len(found) > most

    def _left_to_people(self, merchant: str | None) -> Iterator[tuple[Intent, Exchange]]:
        """All of it: piece by piece, since most that ever waited was resolved long ago."""
        c = self._table.c
        newest = select(c.leg).where(_LEFT_TO_PEOPLE).order_by(c.leg.desc()).distinct()
        query = newest = newest.limit(LEGS_AT_ONCE)
        while True:
            with self._reader.connection() as connection:
                legs = [leg for (leg,) in connection.execute(query)]
            for intent in sorted(self.legs(legs).intents.values(), key=lambda each: -each.leg):
                if merchant in (None, intent.merchant):
                    yield from ((intent, exchange) for exchange in intent.exceptions)
            if len(legs) < LEGS_AT_ONCE:
                return
            query = newest.where(c.leg < legs[-1])

    def last(self) -> int:
        """The number of the last row; 0 if there is none."""
        sequence, _ = self._reader.head()
        return sequence

    def rows_behind(self, sequence: int, size: int) -> list[GatewayRow]:
        """The next rows behind *sequence*, in their order, at most *size*."""
        return self._ask(_BEHIND, {"behind": sequence, "size": size})

    def rows(self, question: Question) -> Sequence[GatewayRow]:
        """The rows of the legs that *question* names."""
        [rows] = self._reader.look_up([question])
        assert rows is not None, "few legs are named"
        return rows
