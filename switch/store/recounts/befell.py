"""What befell each leg, as statements on the rows of a journal: made once, asked at every close.

The day of a row is found from its place, not from its label. To make these statements is a third of
the close of a short day, so all that differs between two closes is a parameter, see `asked`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
)

from cardswitch.specs.transactions.kinds import KINDS

from ...core.states import State
from ...settlement.days import BankDay
from ..moved import SERVES_MERCHANTS, Own, kinds_of, moved_columns, temporary

# What its state alone says of money.
_CAPTURES: Final = (State.APPROVED.value, State.TAKEN.value)
_TELLING: Final = (*_CAPTURES, State.REVERSING.value)
_SAID: Final = ("merchant", "terminal", "currency", "rrn")  # by its row, or else by the first one

# The days, and the row that each began with.
BEGUN: Final = temporary(
    "begun", Column("sequence", BigInteger, primary_key=True), Column("label", Text)
)
# Of what an earlier close has looked at, the legs that moved on since.
MOVED_ON: Final = temporary("moved_on", Column("leg", BigInteger, primary_key=True))

_DAY: Final = bindparam("the_day", type_=Text)  # its label
_SINCE: Final = bindparam("the_day_began", type_=BigInteger)  # its row
_UNTIL: Final = bindparam("read_to", type_=BigInteger)  # the last row that the close reads
_ENDS: Final = bindparam("the_day_ends", type_=BigInteger)  # the row that began the next day


def asked(days: Sequence[BankDay], day: BankDay, until: int) -> Mapping[str, Any]:
    """The parameters of what is asked about *day*, one of *days*, in rows up to *until*."""
    ends = min((each.sequence for each in days if each.sequence > day.sequence), default=until)
    began = {"the_day": day.label, "the_day_began": day.sequence}
    return {**began, "read_to": until, "the_day_ends": ends}


@cache
def moves(rows: Table, own: Own) -> tuple[Subquery, ...]:
    """What must be booked of *rows* that are *own*: of the day, and of legs that moved on."""
    c = rows.c
    behind = and_(c.sequence > _SINCE, c.sequence <= _UNTIL, own.of(rows))
    moved_on = c.leg.in_(select(MOVED_ON.c.leg))
    before = and_(c.sequence <= _SINCE, moved_on, own.of(rows))
    return tuple(
        steps(rows, place).subquery()
        for place in (behind, before)
        for steps in (_captures, _reversals)
    )


@cache
def legs_moved_on(rows: Table) -> Select[Any]:
    """The legs that began before the day, and moved on in it."""
    c, before, last = rows.c, rows.alias("before"), rows.alias("last")
    began = exists().where(before.c.leg == c.leg, before.c.sequence <= _SINCE)
    # None of them has a higher number, which spares a look for most of the others.
    older = select(last.c.leg).where(last.c.sequence <= _SINCE)
    newest = older.order_by(last.c.leg.desc()).limit(1)
    return (
        select(c.leg)
        .where(c.sequence > _SINCE, c.sequence <= _UNTIL, c.leg <= newest.scalar_subquery())
        .where(_tells(rows), began)
        .distinct()
    )


def _tells(rows: Any) -> ColumnElement[bool]:
    """Whether the state of a row says by itself that money was moved, of those *rows*."""
    moving = [name for name, kind in KINDS.all.items() if kind.sign]
    return and_(rows.c.state.in_(_TELLING), rows.c.kind.in_(moving))


def _captures(rows: Table, place: ColumnElement[bool]) -> Select[Any]:
    """What was captured: by the first step of a leg, unless that undoes it.

    What is acknowledged, or sent again, was counted then.
    """
    c, first, earlier = rows.c, rows.alias("first"), rows.alias("earlier")
    between = earlier.c.sequence > first.c.sequence, earlier.c.sequence < c.sequence
    told = exists().where(earlier.c.leg == c.leg, *between, _tells(earlier)).correlate(rows, first)
    told_at_first = and_(first.c.sequence < c.sequence, _tells(first))
    captured = _moved(rows, first, c.amount, first.c.sequence, is_undone=False)
    return captured.where(place, c.state.in_(_CAPTURES), ~told_at_first, ~told)


def _reversals(rows: Table, place: ColumnElement[bool]) -> Select[Any]:
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
    return _moved(undone, rows.alias("first"), -taken, u.sequence, is_undone=True)


def _moved(
    steps: FromClause,
    first: Any,
    amount: ColumnElement[int],
    row: ColumnElement[int],
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
    moved_on = case((row > _SINCE, _DAY), else_=_day_of(row))
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
        select(*[values[column.name].label(column.name) for column in moved_columns()])
        .select_from(steps.join(first, first.c.sequence == began.scalar_subquery()))
        .where(first.c.serves == SERVES_MERCHANTS, row < _ENDS, moved != 0)
    )


def _day_of(row: ColumnElement[int]) -> ColumnElement[str]:
    """The day that *row* lies in: the last one that began before it, or the first of all."""
    b = BEGUN.c
    before = select(b.label).where(b.sequence < row).order_by(b.sequence.desc()).limit(1)
    first = select(b.label).order_by(b.sequence).limit(1)
    return func.coalesce(before.scalar_subquery(), first.scalar_subquery())
