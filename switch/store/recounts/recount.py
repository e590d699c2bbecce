"""What a close must have booked, derived a second time: from what befell each leg.

Its states, amounts and what stays are asked, not what rows say of money; and its day is found from
the place of its rows, not from their label.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    Select,
    Subquery,
    Table,
    case,
    func,
    insert,
    or_,
    select,
    union_all,
)
from sqlalchemy.schema import CreateTable

from cardswitch.specs.masking import printable

from ...settlement.days import BankDay
from ...settlement.fees.charges import BatchFees
from ...settlement.fees.schedules import BatchRate
from ..fees.recount import FeeRecount
from ..moved import (
    ALONE,
    BATCH_KEY,
    Own,
    batches,
    moved_columns,
    sums,
    temporary,
)
from ..tables import BATCHES, MOVEMENTS
from .befell import BEGUN, MOVED_ON, asked, legs_moved_on, moves

FINDINGS_MAX: Final = 1_000  # of each sort: where more differ, more than a record is wrong
_COMPARED: Final = ("leg", "amount", "rrn")  # of a movement itself; the rest its batch says

# Only where fees are counted too, which ask for it more than once.
_EXPECTED: Final = temporary("expected", *moved_columns())
_TABLES: Final = (BEGUN, MOVED_ON)


class Recount:
    """What must be booked once *day* is closed, on it or before, in the tables of *writer*.

    *days* are all that the acquirer has in the journal, of which the close has read *rows* up to
    *until*; *own* tells which of them are its. Batches up to number *after* were there before.
    """

    def __init__(
        self,
        writer: Connection,
        rows: Table,
        days: Sequence[BankDay],
        day: BankDay,
        *,
        until: int,
        after: int,
        own: Own = ALONE,
    ) -> None:
        self._writer = writer
        self._label = day.label
        self._after = after
        self._asked = asked(days, day, until)
        for table in _TABLES:
            writer.execute(CreateTable(table))
        begun = [{"sequence": each.sequence, "label": each.label} for each in days]
        writer.execute(insert(BEGUN), begun)
        writer.execute(insert(MOVED_ON).from_select(["leg"], legs_moved_on(rows)), self._asked)
        self._moves = moves(rows, own)
        self._expected = _all_of(self._moves)
        self._differing = self._booked = 0
        self._fees: FeeRecount | None = None
        self.batches = batches(self._label, self._sums(), after)

    def _sums(self) -> Sequence[Any]:
        """What is expected of each batch, and not in one of an earlier close.

        All is held against what is booked in the same pass. Where that agrees, the batches in the
        books tell movements apart as well as all that makes up a batch, at half the work.
        """
        found: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
        for each in self._moves:
            for batch, count, amount, differing in self._execute(_counted(each)):
                found[batch].update(count=count, amount=int(amount))
                self._differing += int(differing)
        m, b = MOVEMENTS.c, BATCHES.c
        if self._differing:
            is_new = or_(m.batch.is_(None), m.batch > self._after)
            expected = select(*self._expected.c).where(is_new)
            beside = expected.select_from(_beside_what_is_booked(self._expected))
            return list(self._execute(sums(beside.subquery())))
        query = select(b.number, *[b[name] for name in BATCH_KEY]).where(b.number > self._after)
        keys = [(key, found[number]) for number, *key in self._writer.execute(query)]
        self._booked = sum(summed["count"] for _, summed in keys)
        return [(*key, by["count"], by["amount"]) for key, by in keys if by]

    def charge(self, rates: Sequence[BatchRate]) -> tuple[BatchFees, ...]:
        """Count the fees too, those of batches with *rates*; their sums by batch."""
        self._writer.execute(CreateTable(_EXPECTED))
        names = [column.name for column in _EXPECTED.c]
        self._execute(insert(_EXPECTED).from_select(names, select(self._expected)))
        self._fees = FeeRecount(self._writer, _EXPECTED, self.batches, rates, self._after)
        return self._fees.sums(self.batches)

    def findings(self) -> Iterator[str]:
        """What is wrong with the movements in the books, one sentence for each."""
        e, m, b = self._expected.c, MOVEMENTS.c, BATCHES.c
        if self._differing:
            differing = (
                select(e.sequence, m.sequence, *_wanted(self._expected), *_booked())
                .select_from(_beside_what_is_booked(self._expected))
                .where(_differs(self._expected))
            )
            yield from map(_difference, self._first(differing.order_by(e.sequence)))
        is_booked = m.batch > self._after
        query = select(func.count()).select_from(MOVEMENTS).where(is_booked)
        if self._differing or self._writer.scalar(query) != self._booked:
            strangers = (
                select(m.sequence, m.leg, m.rrn, b.kind)
                .select_from(MOVEMENTS.outerjoin(BATCHES, b.number == m.batch))
                .where(is_booked, m.sequence.not_in(select(e.sequence)))
            )
            for sequence, leg, rrn, kind in self._first(strangers.order_by(m.sequence)):
                yield f"{_name(kind or '', sequence, rrn, leg)} does not belong there"
        if self._fees is not None:
            yield from self._fees.findings()

    def close(self) -> None:
        """Let go of what was only counted."""
        if self._fees is not None:
            self._fees.close()
            _EXPECTED.drop(self._writer)
        for table in _TABLES:
            table.drop(self._writer)

    def _first(self, query: Select[Any]) -> list[Any]:
        return list(self._execute(query.limit(FINDINGS_MAX)))

    def _execute(self, query: Executable) -> Any:
        return self._writer.execute(query, self._asked)


@cache
def _all_of(moves: tuple[Subquery, ...]) -> Subquery:
    return union_all(*[select(*each.c) for each in moves]).subquery()


@cache
def _counted(moves: Subquery) -> Select[Any]:
    """By the batch in which *moves* are booked: count, amount, and how many are so otherwise."""
    differs = case((_differs(moves), 1), else_=0).label("differs")
    # A subquery with an offset is not merged with the query around it: less is sorted.
    joined = _beside_what_is_booked(moves)
    each = select(MOVEMENTS.c.batch, moves.c.amount, differs).select_from(joined).offset(0)
    c = each.subquery().c
    counted = select(c.batch, func.count(), func.sum(c.amount), func.sum(c.differs))
    return counted.group_by(c.batch)


def _beside_what_is_booked(moves: Subquery) -> FromClause:
    joined = moves.outerjoin(MOVEMENTS, MOVEMENTS.c.sequence == moves.c.sequence)
    return joined.outerjoin(BATCHES, BATCHES.c.number == MOVEMENTS.c.batch)


def _differs(moves: Subquery) -> ColumnElement[bool]:
    pairs = zip(_booked(), _wanted(moves), strict=True)
    differs = [is_ != want for is_, want in pairs]
    return or_(MOVEMENTS.c.sequence.is_(None), BATCHES.c.number.is_(None), *differs)


def _booked() -> list[ColumnElement[Any]]:
    return [*[MOVEMENTS.c[name] for name in _COMPARED], *[BATCHES.c[name] for name in BATCH_KEY]]


def _wanted(moves: Subquery) -> list[ColumnElement[Any]]:
    return [moves.c[name] for name in (*_COMPARED, *BATCH_KEY)]


def _difference(row: Sequence[Any]) -> str:
    sequence, booked_as, *values = row
    names = (*_COMPARED, *BATCH_KEY)
    wanted = dict(zip(names, values[: len(names)], strict=True))
    booked = dict(zip(names, values[len(names) :], strict=True))
    said = _name(wanted["kind"], sequence, wanted["rrn"], wanted["leg"])
    if booked_as is None:
        return f"{said} is missing"
    differences = (
        f"{name} {printable(str(booked[name]), 40)}, expected {printable(str(wanted[name]), 40)}"
        for name in names
        if booked[name] != wanted[name]
    )
    return f"{said} has {', '.join(differences)}"


def _name(kind: str, sequence: int, rrn: str, leg: int) -> str:
    return f"movement {kind}:{sequence}/RRN {printable(rrn, 40)}/leg {leg}"
