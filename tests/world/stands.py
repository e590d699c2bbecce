"""How the legs of the switch stand, as their rows tell it; and what is raised if that is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import State


class Broken(AssertionError):
    """An invariant does not hold; the text says which and where."""


class Stand(NamedTuple):
    """A leg as its rows tell it: the first one, the last one, and what is held for it."""

    first: Row
    last: Row
    held: int
    was_approved: bool = False
    approved: int = 0  # of that, with its increments, what was not undone
    is_captured: bool = False  # in whole or in part
    granted: int = 0  # what upstream has approved of it, and nobody has undone
    due: int = 0  # what is to be held for it, with its increments, less what was captured


def legs_of(rows: Iterable[Row]) -> list[Stand]:
    """One for each leg in *rows*."""
    legs: dict[int, Stand] = {}
    for row in rows:
        if not row.leg:
            continue
        before = legs.get(row.leg) or Stand(row, row, 0)
        legs[row.leg] = stand = _after(before, row)
        added = stand.granted - before.granted
        if added and KINDS.named(stand.first.kind).adds:
            original = legs[stand.first.original]
            legs[stand.first.original] = original._replace(due=original.due + added)
    return list(legs.values())


def _after(stand: Stand, row: Row) -> Stand:
    # Whatever the answer to an advice says or leaves out, it was kept as it is.
    is_kept = row.state == State.APPROVED and stand.last.state == State.TAKEN
    is_captured = stand.is_captured or row.state in (State.COMPLETED, State.PART_COMPLETED)
    return Stand(
        stand.first,
        row,
        held=stand.held if is_kept else _held(row, stand.held),
        was_approved=stand.was_approved or row.state in (State.APPROVED, State.TAKEN),
        approved=_approved(stand, row) if is_captured else 0,
        is_captured=is_captured,
        granted=_granted(stand, row),
        due=_due(row, stand.due),
    )


def _approved(stand: Stand, row: Row) -> int:
    if not stand.is_captured:
        return stand.held
    adjusted = row.stays - stand.held if row.state == State.ADJUSTED else 0
    return stand.approved + adjusted


def _granted(stand: Stand, row: Row) -> int:
    if row.state == State.APPROVED:
        return row.amount
    return 0 if row.state in (State.REVERSING, State.REVERSED) else stand.granted


def _due(row: Row, due: int) -> int:
    match row.state:
        case State.APPROVED:
            return row.amount
        case State.REVERSING:
            return row.stays
        case State.PART_COMPLETED:
            return due - row.amount
        case State.REVERSED | State.COMPLETED:
            return 0
    return due


def _held(row: Row, held: int) -> int:
    match row.state:
        case State.APPROVED | State.TAKEN:
            return 0 if KINDS.named(row.kind).adds else row.amount  # Its original holds that.
        case State.REVERSING | State.ADJUSTED | State.COMPLETED | State.PART_COMPLETED:
            return row.stays
        case State.REVERSED:
            return 0
    return held


def line(rrn: str, kind: str) -> str:
    """The line of a book for money of that *kind*: what is only set aside has one of its own."""
    return f"{rrn} set aside" if KINDS.named(kind).money == "hold" else rrn


def direction(kind: str) -> int:
    """Which way money goes for that class of transaction: -1 if the cardholder gets it."""
    return -1 if KINDS.named(kind).money == "credit" else 1
