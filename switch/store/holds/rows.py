"""What rows of a journal say of holds: step by step; and, by other rows, how each stands."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, case, exists, func, literal, select, union_all

from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.kinds import KINDS

from ...core.states import State
from ..moved import ALONE, SERVES_MERCHANTS, Own, said
from ..tables import HOLDS

# An increment is a leg of its own; what it adds, a row of its original says.
_HOLDING: Final = [k.name for k in KINDS.all.values() if k.money == "hold" and not k.original]
_CAPTURING: Final = [k.name for k in KINDS.all.values() if k.money == "capture"]
_CAPTURES: Final = (State.PART_COMPLETED.value, State.COMPLETED.value)
STEPS: Final = {
    State.APPROVED.value: "placed",
    State.ADJUSTED.value: "changed",
    State.REVERSING.value: "voided",
    **dict.fromkeys(_CAPTURES, "posted"),
}
COLUMNS: Final = (
    "sequence", "leg", "state", "kind", "business_date", "amount", "stays", "original",
    "merchant", "currency", "rrn",
)  # fmt: skip


def hold_name(leg: int, rrn: str) -> str:
    """What a hold is called where something is wrong with it."""
    return f"hold of leg {leg}/RRN {printable(rrn, 40)}"


def hold_rows(rows: Table, after: int, until: int, own: Own = ALONE) -> Select[Any]:
    """Of *rows* behind row *after*, up to *until*, all that says something of a merchant's hold.

    Of the merchants of one acquirer, whose rows are its *own*.
    """
    c = rows.c
    texts = [said(rows, name) for name in COLUMNS[-3:]]
    # An advice that a person has sent again was captured when it came.
    earlier = rows.alias("earlier")
    was_taken = exists().where(
        earlier.c.leg == c.leg,
        earlier.c.sequence < c.sequence,
        earlier.c.state == State.TAKEN.value,
    )
    return select(*[c[name] for name in COLUMNS[:-3]], *texts).where(
        c.sequence > after,
        c.sequence <= until,
        c.serves == SERVES_MERCHANTS,
        own.of(rows),
        (c.kind.in_(_HOLDING) & c.state.in_(list(STEPS)))
        | (c.kind.in_(_CAPTURING) & (c.state == State.TAKEN.value) & ~was_taken),
    )


def _holding(some: Any) -> ColumnElement[bool]:
    held: ColumnElement[bool] = some.c.kind.in_(_HOLDING)
    return held


def _rest(some: Any) -> ColumnElement[int]:
    """What is held behind the row."""
    c = some.c
    return case(
        (c.state == State.APPROVED.value, c.amount),
        (c.state == State.COMPLETED.value, 0),
        else_=c.stays,
    )


def hold_steps(some: Any, label: str) -> Select[Any]:
    """The steps of the rows *some*, as the close of *label* books them, in order of its columns.

    What is captured of a hold that has expired is posted, and gives nothing back.
    """
    c, h = some.c, HOLDS.c
    before = select(func.coalesce(func.sum(h.held), 0)).where(h.leg == c.leg).scalar_subquery()
    was = func.coalesce(func.lag(_rest(some)).over(partition_by=c.leg, order_by=c.sequence), before)
    has_expired = exists().where(h.leg == c.leg, h.step == "expired")
    steps = (
        select(
            c.sequence,
            case(STEPS, value=c.state).label("step"),
            literal(label).label("business_date"),
            c.leg,
            c.merchant,
            c.currency,
            c.rrn,
            c.business_date.label("placed_on"),
            case((has_expired, 0), else_=_rest(some) - was).label("held"),
            case((c.state.in_(_CAPTURES), c.amount), else_=0).label("posted"),
        )
        .where(_holding(some))
        .subquery()
    )
    return select(steps).where((steps.c.held != 0) | (steps.c.posted != 0))


def hold_standing(some: Any) -> Select[Any]:
    """Leg, what is held of it, and what was captured: by its last row, and by its captures.

    What is held is NULL of a leg of which the rows *some* have captures alone.
    """
    c = some.c
    place = func.row_number().over(partition_by=c.leg, order_by=c.sequence.desc())
    last = select(c.leg, _rest(some).label("held"), place.label("place")).where(_holding(some))
    ends = last.subquery()
    held = select(ends.c.leg, ends.c.held, literal(0).label("posted")).where(ends.c.place == 1)
    posted = select(c.original, literal(None), c.amount).where(~_holding(some))
    b = union_all(held, posted).subquery().c
    return select(
        b.leg, func.max(b.held).label("held"), func.sum(b.posted).label("posted")
    ).group_by(b.leg)
