"""What a close must have booked, derived a second time: from what befell each leg.

Its states, amounts and what stays are asked, not what rows say of money; and its day is found from
the place of its rows, not from their label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Select,
    Table,
    Text,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.schema import CreateTable

from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.store.tables import ROW_NUMBER

from ..core.states import State
from ..settlement.days import BankDay
from ..settlement.fees.charges import BatchFees
from ..settlement.fees.schedules import BatchRate
from .fees.recount import FeeRecount
from .moved import BATCH_KEY, SERVES_MERCHANTS, batches, kinds_of, moved_columns, sums, temporary
from .tables import BATCHES, MOVEMENTS

FINDINGS_MAX: Final = 1_000  # of each sort: where more differ, more than a record is wrong
# What its state alone says of money.
_CAPTURES: Final = (State.APPROVED.value, State.TAKEN.value)
_TELLING: Final = (*_CAPTURES, State.REVERSING.value)
_COMPARED: Final = ("leg", "amount", "rrn")  # of a movement itself; the rest its batch says

# What befell the merchants' legs that moved on since the day began, a row for each step of them.
_STEPS: Final = temporary(
    "steps",
    Column("leg", BigInteger),
    Column("sequence", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("began", BigInteger),  # the first row of the leg
    *[Column(name, BigInteger) for name in ("amount", "stays")],
    *[Column(name, Text) for name in ("state", "kind", "channel")],
    *[Column(name, Text) for name in ("rrn", "merchant", "terminal", "currency")],
)
# Made once they are all there: to keep them in this order from the start is half the work more.
_BY_LEG: Final = Index("steps_leg", _STEPS.c.leg, _STEPS.c.sequence)
_BEGUN: Final = temporary(
    "begun", Column("sequence", BigInteger, primary_key=True), Column("label", Text)
)
_EXPECTED: Final = temporary("expected", *moved_columns())
_TABLES: Final = (_STEPS, _BEGUN, _EXPECTED)


class Recount:
    """What must be booked once *day* is closed, on it or before, in the tables of *writer*.

    *days* are all of the journal, of which the close has read *rows* up to *until*. Batches up to
    number *after* were there before.
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
    ) -> None:
        self._writer = writer
        self._label = day.label
        self._after = after
        for table in _TABLES:
            writer.execute(CreateTable(table))
        begun = [{"sequence": each.sequence, "label": each.label} for each in days]
        writer.execute(insert(_BEGUN), begun)
        names = [column.name for column in _STEPS.c]
        writer.execute(insert(_STEPS).from_select(names, _steps(rows, day.sequence, until)))
        earlier = _earlier(rows, day.sequence)
        writer.execute(insert(_STEPS).from_select(names, earlier))
        _BY_LEG.create(writer)
        ends = min((each.sequence for each in days if each.sequence > day.sequence), default=until)
        names = [column.name for column in _EXPECTED.c]
        for expected in (_captures(day, ends), _reversals(day, ends)):
            writer.execute(insert(_EXPECTED).from_select(names, expected))

        query = sums(_EXPECTED).where(~self._was_booked())
        self._fees: FeeRecount | None = None
        self.batches = batches(self._label, writer.execute(query), after)

    def charge(self, rates: Sequence[BatchRate]) -> tuple[BatchFees, ...]:
        """Count the fees too, those of batches with *rates*; their sums by batch."""
        self._fees = FeeRecount(self._writer, _EXPECTED, self.batches, rates, self._after)
        return self._fees.sums(self.batches)

    def findings(self) -> Iterator[str]:
        """What is wrong with the movements in the books, one sentence for each."""
        e, m, b = _EXPECTED.c, MOVEMENTS.c, BATCHES.c
        joined = _EXPECTED.outerjoin(MOVEMENTS, m.sequence == e.sequence).outerjoin(
            BATCHES, b.number == m.batch
        )
        booked = [*[m[name] for name in _COMPARED], *[b[name] for name in BATCH_KEY]]
        wanted = [*[e[name] for name in _COMPARED], *[e[name] for name in BATCH_KEY]]
        differs = or_(*[is_ != want for is_, want in zip(booked, wanted, strict=True)])
        query = (
            select(e.sequence, m.sequence, *wanted, *booked)
            .select_from(joined)
            .where(or_(m.sequence.is_(None), b.number.is_(None), differs))
        )
        for row in self._first(query.order_by(e.sequence)):
            yield _difference(row)
        strangers = (
            select(m.sequence, m.leg, m.rrn, b.kind)
            .select_from(MOVEMENTS.outerjoin(BATCHES, b.number == m.batch))
            .where(m.batch > self._after, ~exists().where(e.sequence == m.sequence))
        )
        for sequence, leg, rrn, kind in self._first(strangers.order_by(m.sequence)):
            yield f"{_name(kind or '', sequence, rrn, leg)} does not belong there"
        if self._fees is not None:
            yield from self._fees.findings()

    def _was_booked(self) -> ColumnElement[bool]:
        """Whether an earlier close has booked it."""
        m = MOVEMENTS.c
        return exists().where(m.sequence == _EXPECTED.c.sequence, m.batch <= self._after)

    def close(self) -> None:
        """Let go of what was only counted."""
        if self._fees is not None:
            self._fees.close()
        for table in _TABLES:
            table.drop(self._writer)

    def _first(self, query: Select[Any]) -> list[Any]:
        return list(self._writer.execute(query.limit(FINDINGS_MAX)))


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


# What befell -------------------------------------------------------------------------------------


def _steps(rows: Table, since: int, until: int) -> Select[Any]:
    """The steps behind row *since*, up to *until*."""
    first = rows.alias("first")
    same = rows.alias("same")
    began = select(func.min(same.c.sequence)).where(same.c.leg == rows.c.leg)
    return (
        _columns(rows, first)
        .select_from(rows.join(first, first.c.sequence == began.correlate(rows).scalar_subquery()))
        .where(rows.c.sequence > since, rows.c.sequence <= until, *_are_told_of(rows, first))
    )


def _earlier(rows: Table, since: int) -> Select[Any]:
    """The steps up to row *since* of legs that began by then, and moved on behind it."""
    first = rows.alias("first")
    legs = select(_STEPS.c.leg, _STEPS.c.began).where(_STEPS.c.began <= since).distinct().subquery()
    return (
        _columns(rows, first)
        .select_from(
            legs.join(rows, rows.c.leg == legs.c.leg).join(first, first.c.sequence == legs.c.began)
        )
        .where(rows.c.sequence <= since, *_are_told_of(rows, first))
    )


def _are_told_of(rows: Table, first: Any) -> list[ColumnElement[bool]]:
    moving = [name for name, kind in KINDS.all.items() if kind.sign]
    return [
        rows.c.state.in_(_TELLING),
        rows.c.kind.in_(moving),
        first.c.serves == SERVES_MERCHANTS,
    ]


def _columns(rows: Table, first: Any) -> Select[Any]:
    c = rows.c
    said = [
        func.coalesce(func.nullif(c[name], ""), first.c[name])
        for name in ("rrn", "merchant", "terminal", "currency")
    ]
    return select(
        c.leg,
        c.sequence,
        first.c.sequence,
        c.amount,
        c.stays,
        c.state,
        c.kind,
        first.c.source,
        *said,
    )


def _captures(day: BankDay, ends: int) -> Select[Any]:
    """What was captured: by the first step of a leg, unless that undoes it.

    What is acknowledged, or sent again, was counted then.
    """
    s, earlier = _STEPS.c, _STEPS.alias("earlier")
    is_told_again = exists().where(earlier.c.leg == s.leg, earlier.c.sequence < s.sequence)
    captured = _moved(s.amount, s.began, day, ends, is_undone=False)
    return captured.where(s.state.in_(_CAPTURES), ~is_told_again)


def _reversals(day: BankDay, ends: int) -> Select[Any]:
    """What was taken back: all that was captured until then, but for what stays."""
    s, first, earlier = _STEPS.c, _STEPS.alias("first"), _STEPS.alias("earlier")
    captured = (
        select(case((first.c.state.in_(_CAPTURES), first.c.amount), else_=0))
        .where(first.c.leg == s.leg)
        .order_by(first.c.sequence)
        .limit(1)
        .scalar_subquery()
    )
    left = (
        select(func.min(earlier.c.stays))
        .where(
            earlier.c.leg == s.leg,
            earlier.c.sequence < s.sequence,
            earlier.c.state == State.REVERSING.value,
        )
        .scalar_subquery()
    )
    before: ColumnElement[int] = case((left < captured, left), else_=captured)
    taken: ColumnElement[int] = case((before > s.stays, before - s.stays), else_=0)
    undone = _moved(-taken, s.sequence, day, ends, is_undone=True)
    return undone.where(s.state == State.REVERSING.value)


def _moved(
    amount: ColumnElement[int],
    row: ColumnElement[int],
    day: BankDay,
    ends: int,
    *,
    is_undone: bool,
) -> Select[Any]:
    """Steps that move *amount*, in the direction of their kind, on the day that *row* lies in."""
    s = _STEPS.c
    signs = {name: kind.sign for name, kind in KINDS.all.items() if kind.sign}
    return select(
        s.sequence,
        s.leg,
        case(signs, value=s.kind, else_=0) * amount,
        case((row > day.sequence, literal(day.label)), else_=_day_of(row)),
        s.merchant,
        s.channel,
        s.terminal,
        s.currency,
        kinds_of(s.kind, literal(is_undone)),
        s.rrn,
    ).where(amount != 0, row < ends)


def _day_of(row: ColumnElement[int]) -> ColumnElement[str]:
    """The day that *row* lies in: the last one that began before it, or the first of all."""
    b = _BEGUN.c
    before = select(b.label).where(b.sequence < row).order_by(b.sequence.desc()).limit(1)
    first = select(b.label).order_by(b.sequence).limit(1)
    return func.coalesce(before.scalar_subquery(), first.scalar_subquery())
