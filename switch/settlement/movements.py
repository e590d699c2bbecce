"""What the journal says of money: the captures, and the reversals of what was captured."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from msgspec import Struct


class MovementKind(StrEnum):
    """Which way the money goes."""

    CAPTURE = "capture"
    REVERSAL = "reversal"


class Movement(Struct, frozen=True, gc=False, kw_only=True):
    """Funds that a merchant gets, or gives back; *amount* in minor units, never negative.

    A capture belongs to the bank day of its leg, a reversal to the day that its own row lies in.
    """

    kind: MovementKind
    sequence: int  # the row of the journal that moved them
    leg: int  # the transaction leg in the journal
    moved_on: str  # label of the bank day that it belongs to
    merchant: str  # "" where field 42 was empty
    terminal: str
    currency: str  # ISO 4217 numeric
    amount: int
    rrn: str

    @property
    def signed(self) -> int:
        """What it adds to that which the merchant is owed."""
        return self.amount if self.kind is MovementKind.CAPTURE else -self.amount

    @property
    def journal_id(self) -> str:
        """Its name, once and for all: no movement is booked twice."""
        return journal_id(self.kind, self.sequence)


def journal_id(kind: MovementKind, sequence: int) -> str:
    """The name of the movement that row *sequence* of the journal made."""
    return f"{kind}:{sequence}"


def due(
    found: Iterable[Movement], label: str, closed: Collection[str], read_to: int
) -> tuple[Movement, ...]:
    """What the close of the day *label* books, of the movements *found* since that day began.

    Those of the day itself, and those of days *closed* before that came behind row *read_to*: the
    last one that the close before had read, which booked all up to there.
    """
    return tuple(
        movement
        for movement in found
        if movement.moved_on == label
        or (movement.sequence > read_to and movement.moved_on in closed)
    )
