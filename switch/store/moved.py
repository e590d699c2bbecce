"""What rows of a journal have moved for merchants, by what they say: the first of two derivations.

The second one, `recount`, does not ask what rows say of money, but what befell their legs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Column as Field
from sqlalchemy import (
    ColumnElement,
    FromClause,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.schema import SchemaItem

from cardswitch.specs.transactions.kinds import KINDS

from ..core.day import OF
from ..core.states import State
from ..settlement.movements import movement_kind
from ..settlement.totals import BatchTotals
from .tables import BATCHES, CLOSES, MOVEMENTS

SERVES_MERCHANTS: Final = "merchants"  # Legs that came in from the network are another's sales.
# What tells the batches of one close apart, in the order of their numbers.
BATCH_KEY: Final = ("moved_on", "merchant", "channel", "terminal", "currency", "kind")
# The same, with that first in which most of them differ: a database compares less to sort by it.
_SORTED_BY: Final = ("terminal", "merchant", "currency", "kind", "channel", "moved_on")


class Own(Struct, frozen=True, gc=False):
    """What tells the rows of one acquirer's days from those of others in the same journal."""

    acquirer: str = ""
    is_alone: bool = True  # Then nothing is asked: all rows are its.

    def of(self, rows: FromClause) -> ColumnElement[bool]:
        """Whether a row of *rows* is the acquirer's, by the day of its leg."""
        if self.is_alone:
            return true()
        label = rows.c.business_date
        if self.acquirer:
            return label.endswith(f"{OF}{self.acquirer}", autoescape=True)
        return ~label.contains(OF, autoescape=True)


ALONE: Final = Own()


def moved_columns() -> list[Field[Any]]:
    """What is known of a movement, as columns of a table of its own."""
    sequence = Field("sequence", MOVEMENTS.c.sequence.type, primary_key=True, autoincrement=False)
    numbers = [Field(name, MOVEMENTS.c[name].type) for name in ("leg", "amount")]
    return [sequence, *numbers, *[Field(name, Text) for name in (*BATCH_KEY, "rrn")]]


def temporary(name: str, *items: SchemaItem, **options: Any) -> Table:
    """A table that only the connection sees which makes it."""
    return Table(name, MetaData(), *items, prefixes=["TEMPORARY"], **options)


def moved(rows: Table, label: str, closed: Any, since: int, after: int, until: int) -> Select[Any]:
    """What the close of the day *label*, begun by row *since*, books of *rows*, up to *until*.

    Movements of the day itself, and those of days *closed* before that came behind row *after*: the
    last one that the close before had read, which booked all up to there.
    """
    c = rows.c
    is_undone = c.state == State.REVERSING.value
    moved_on: ColumnElement[str] = case((is_undone, c.day), else_=c.business_date)
    is_due = or_(moved_on == label, and_(c.sequence > after, moved_on.in_(closed)))
    return select(
        c.sequence,
        c.leg,
        c.moved.label("amount"),
        moved_on.label("moved_on"),
        said(rows, "merchant"),
        c.source.label("channel"),
        said(rows, "terminal"),
        said(rows, "currency"),
        kinds_of(c.kind, is_undone).label("kind"),
        said(rows, "rrn"),
    ).where(
        c.sequence > since,
        c.sequence <= until,
        c.moved != 0,
        c.serves == SERVES_MERCHANTS,
        is_due,
    )


def kinds_of(kind: ColumnElement[str], is_undone: ColumnElement[bool]) -> ColumnElement[str]:
    """What settlement counts rows of *kind* under."""
    buckets = {name: row.bucket for name, row in KINDS.all.items() if row.bucket}
    undone = {name: movement_kind(text, is_undone=True) for name, text in buckets.items()}
    return case(
        (is_undone, case(undone, value=kind, else_=kind)),
        else_=case(buckets, value=kind, else_=kind),
    )


def sums(moved_rows: Any) -> Select[Any]:
    """The batches of *moved_rows*: their key, count and amount."""
    c = moved_rows.c
    key = [c[name] for name in BATCH_KEY]
    counted = select(*key, func.count().label("count"), func.sum(c.amount).label("amount"))
    return counted.group_by(*[c[name] for name in _SORTED_BY])


def batches(label: str, rows: Iterable[Any], after: int = 0) -> tuple[BatchTotals, ...]:
    """The batches that :func:`sums` has found for the day *label*, numbered behind *after*."""
    found = sorted((*key, int(count), int(amount)) for *key, count, amount in rows)
    names = (*BATCH_KEY, "count", "amount")
    return tuple(
        BatchTotals(number=number, business_date=label, **dict(zip(names, row, strict=True)))
        for number, row in enumerate(found, after + 1)
    )


def closed_days() -> Select[Any]:
    """The labels of the days that the books have closed."""
    return select(CLOSES.c.business_date)


def batched(label: str, moved_rows: Table) -> Select[Any]:
    """*moved_rows* as movements, each in its batch of the close of *label*."""
    c = moved_rows.c
    same = [BATCHES.c[name] == c[name] for name in BATCH_KEY]
    joined = moved_rows.join(BATCHES, and_(BATCHES.c.business_date == label, *same))
    return (
        select(c.sequence, c.leg, BATCHES.c.number, c.amount, c.rrn)
        .select_from(joined)
        .order_by(c.sequence)
    )


def said(rows: Table, name: str) -> ColumnElement[str]:
    """As the row says, or else as the request did, in the first row of the leg."""
    first = rows.alias()
    told = select(first.c[name]).where(first.c.leg == rows.c.leg).order_by(first.c.sequence)
    asked = told.limit(1).correlate(rows).scalar_subquery()
    return case((rows.c[name] != literal(""), rows.c[name]), else_=asked).label(name)
