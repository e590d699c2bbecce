"""What is settled with each upstream, by date: counted row by row, as the journal is written.

A checkpoint has all that was counted before it; a start counts the rows behind it. Reversals belong
to the date of what they undo, as field 15 of both says.
"""

from __future__ import annotations

from typing import Final

from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.settled import Settled

from ..row import Row
from ..states import CAPTURED, State

_DATE_SIZE: Final = 10  # of the label of a bank day; what follows says which run it is


def count(settled: Settled, row: Row, before: State | None) -> None:
    """Count what *row* changes, whose leg was in the state *before*."""
    number = _number(row, before)
    if number is None:
        return
    kind, date = KINDS.named(row.kind), date_of(row.business_date)
    settled.note(row.upstream, date, row.currency, kind, row.moved, number)


def date_of(label: str) -> str:
    """The settlement date of the bank day *label*: its runs are one.

    >>> date_of("2026-11-28-2")
    '2026-11-28'
    """
    return label[:_DATE_SIZE]


def _number(row: Row, before: State | None) -> int | None:
    """How many more there are by *row*: of what is undone in part, as many; None: it counts not."""
    match row.state:
        case State.APPROVED if before is not State.TAKEN:
            return 1
        case State.TAKEN if before is None:
            return 1
        case State.REVERSING if before in CAPTURED:
            return 0 if row.stays else -1
    return None
