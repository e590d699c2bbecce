"""What a close must have booked, derived a second time: from what befell each leg.

Its states, amounts and what stays are asked, not what rows say of money; and its day is found from
the place of its rows, not from their label.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.schema import CreateTable

from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.kinds import KINDS

from ..core.states import State
from ..settlement.days import BankDay
from ..settlement.fees.charges import BatchFees
from ..settlement.fees.schedules import BatchRate
from .fees.recount import FeeRecount
from .moved import (
    ALONE,
    BATCH_KEY,
    SERVES_MERCHANTS,
    Own,
    batches,
    kinds_of,
    moved_columns,
    sums,
    temporary,
)
from .tables import BATCHES, MOVEMENTS

FINDINGS_MAX: Final = 1_000  # of each sort: where more differ, more than a record is wrong
# What its state alone says of money.
_CAPTURES: Final = (State.APPROVED.value, State.TAKEN.value)
_TELLING: Final = (*_CAPTURES, State.REVERSING.value)
_SAID: Final = ("merchant", "terminal", "currency", "rrn")  # by its row, or else by the first one
_COMPARED: Final = ("leg", "amount", "rrn")  # of a movement itself; the rest its batch says

_BEGUN: Final = temporary(
    "begun", Column("sequence", BigInteger, primary_key=True), Column("label", Text)
)
# Of what an earlier close has looked at, the legs that moved on since.
_MOVED_ON: Final = temporary("moved_on", Column("leg", BigInteger, primary_key=True))
# Only where fees are counted too, which ask for it more than once.
_EXPECTED: Final = temporary("expected", *moved_columns())
_TABLES: Final = (_BEGUN, _MOVED_ON)


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
        for table in _TABLES:
            writer.execute(CreateTable(table))
        begun = [{"sequence": each.sequence, "label": each.label} for each in days]
        writer.execute(insert(_BEGUN), begun)
        writer.execute(insert(_MOVED_ON).from_select(["leg"], _moved_on(rows, day.sequence, until)))
        self._moves = _moves(rows, days, day, until, own)
        self._expected = union_all(*[select(*each.c) for each in self._moves]).subquery()
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
            for batch, count, amount, differing in self._writer.execute(_counted(each)):
                found[batch].update(count=count, amount=int(amount))
                self._differing += int(differing)
        m, b = MOVEMENTS.c, BATCHES.c
        if self._differing:
            is_new = or_(m.batch.is_(None), m.batch > self._after)
            moves = select(*self._expected.c).select_from(_beside_what_is_booked(self._expected))
            return self._writer.execute(sums(moves.where(is_new).subquery())).all()
        query = select(b.number, *[b[name] for name in BATCH_KEY]).where(b.number > self._after)
        keys = [(key, found[number]) for number, *key in self._writer.execute(query)]
        self._booked = sum(summed["count"] for _, summed in keys)
        return [(*key, by["count"], by["amount"]) for key, by in keys if by]

    def charge(self, rates: Sequence[BatchRate]) -> tuple[BatchFees, ...]:
        """Count the fees too, those of batches with *rates*; their sums by batch."""
        self._writer.execute(CreateTable(_EXPECTED))
        names = [column.name for column in _EXPECTED.c]
        self._writer.execute(insert(_EXPECTED).from_select(names, select(self._expected)))
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
        return list(self._writer.execute(query.limit(FINDINGS_MAX)))


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


# What befell -------------------------------------------------------------------------------------


def _moves(
    rows: Table, days: Sequence[BankDay], day: BankDay, until: int, own: Own
) -> tuple[Subquery, ...]:
    """What must be booked of *rows* up to *until*: of *day*, and of legs that moved on."""
    ends = min((each.sequence for each in days if each.sequence > day.sequence), default=until)
    c = rows.c
    behind = and_(c.sequence > day.sequence, c.sequence <= until, own.of(rows))
    moved_on = c.leg.in_(select(_MOVED_ON.c.leg))
    before = and_(c.sequence <= day.sequence, moved_on, own.of(rows))
    return tuple(
        moves(rows, place, day, ends).subquery()
        for place in (behind, before)
        for moves in (_captures, _reversals)
    )


def _moved_on(rows: Table, since: int, until: int) -> Select[Any]:
    """The legs that began by row *since*, and moved on behind it."""
    c, before, last = rows.c, rows.alias("before"), rows.alias("last")
    began = exists().where(before.c.leg == c.leg, before.c.sequence <= since)
    # None of them has a higher number, which spares a look for most of the others.
    newest = select(last.c.leg).where(last.c.sequence <= since).order_by(last.c.leg.desc()).limit(1)
    return (
        select(c.leg)
        .where(c.sequence > since, c.sequence <= until, c.leg <= newest.scalar_subquery())
        .where(_tells(rows), began)
        .distinct()
    )


def _tells(rows: Any) -> ColumnElement[bool]:
    """Whether the state of a row says by itself that money was moved, of those *rows*."""
    moving = [name for name, kind in KINDS.all.items() if kind.sign]
    return and_(rows.c.state.in_(_TELLING), rows.c.kind.in_(moving))


def _captures(rows: Table, place: ColumnElement[bool], day: BankDay, ends: int) -> Select[Any]:
    """What was captured: by the first step of a leg, unless that undoes it.

    What is acknowledged, or sent again, was counted then.
    """
    c, first, earlier = rows.c, rows.alias("first"), rows.alias("earlier")
    between = earlier.c.sequence > first.c.sequence, earlier.c.sequence < c.sequence
    told = exists().where(earlier.c.leg == c.leg, *between, _tells(earlier)).correlate(rows, first)
    told_at_first = and_(first.c.sequence < c.sequence, _tells(first))
    captured = _moved(rows, first, c.amount, first.c.sequence, day, ends, is_undone=False)
    return captured.where(place, c.state.in_(_CAPTURES), ~told_at_first, ~told)


def _reversals(rows: Table, place: ColumnElement[bool], day: BankDay, ends: int) -> Select[Any]:
    """What was taken back: all that was captured until then, but for what stays."""
    c, told, earlier = rows.c, rows.alias("told"), rows.alias("earlier")
    captured = (
        select(case((told.c.state.in_(_CAPTURES), told.c.amount), else_=0))
        .where(told.c.leg == c.leg, _tells(told))
        .order_by(told.c.sequence)
        .limit(1)
        .correlate(rows)
        .scalar_subquery()
    )
    left = (
        select(func.min(earlier.c.stays))
        .where(
            earlier.c.leg == c.leg,
            earlier.c.sequence < c.sequence,
            earlier.c.state == State.REVERSING.value,
            _tells(earlier),
        )
        .correlate(rows)
        .scalar_subquery()
    )
    said = [c[name] for name in ("sequence", "leg", "kind", "stays", *_SAID)]
    undone = (
        select(*said, captured.label("captured"), left.label("left"))
        .where(place, c.state == State.REVERSING.value)
        .offset(0)  # Else both are looked for wherever they are named.
        .subquery()
    )
    u = undone.c
    before: ColumnElement[int] = case((u.left < u.captured, u.left), else_=u.captured)
    taken: ColumnElement[int] = case((before > u.stays, before - u.stays), else_=0)
    return _moved(undone, rows.alias("first"), -taken, u.sequence, day, ends, is_undone=True)


def _moved(
    steps: FromClause,
    first: Any,
    amount: ColumnElement[int],
    row: ColumnElement[int],
    day: BankDay,
    ends: int,
    *,
    is_undone: bool,
) -> Select[Any]:
    """*steps* that move *amount*, in the direction of their kind, on the day that *row* lies in.

    *first* is to be the first row of their leg.
    """
    c, same = steps.c, first.element.alias("same")
    began = select(func.min(same.c.sequence)).where(same.c.leg == c.leg).correlate(steps)
    signs = {name: kind.sign for name, kind in KINDS.all.items() if kind.sign}
    moved: ColumnElement[int] = case(signs, value=c.kind, else_=0) * amount
    said = {name: case((c[name] != "", c[name]), else_=first.c[name]) for name in _SAID}
    moved_on = case((row > day.sequence, literal(day.label)), else_=_day_of(row))
    values = {
        "sequence": c.sequence,
        "leg": c.leg,
        "amount": moved,
        "moved_on": moved_on,
        "channel": first.c.source,
        "kind": kinds_of(c.kind, literal(is_undone)),
        **said,
    }
    return (
        select(*[values[column.name].label(column.name) for column in _EXPECTED.c])
        .select_from(steps.join(first, first.c.sequence == began.scalar_subquery()))
        .where(first.c.serves == SERVES_MERCHANTS, row < ends, moved != 0)
    )


def _day_of(row: ColumnElement[int]) -> ColumnElement[str]:
    """The day that *row* lies in: the last one that began before it, or the first of all."""
    b = _BEGUN.c
    before = select(b.label).where(b.sequence < row).order_by(b.sequence.desc()).limit(1)
    first = select(b.label).order_by(b.sequence).limit(1)
    return func.coalesce(before.scalar_subquery(), first.scalar_subquery())
