"""What the journal says of money: what was approved, and what of that was undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct


class Movement(Struct, frozen=True, gc=False, kw_only=True):
    """Funds that a merchant gets, or gives back.

    What was approved belongs to the bank day of its leg, what was undone to that of its own row.
    """

    kind: str  # see movement_kind
    sequence: int  # the row of the journal that moved them
    leg: int  # the transaction leg in the journal
    moved_on: str  # label of the bank day that it belongs to
    merchant: str  # "" where field 42 was empty
    terminal: str
    currency: str  # ISO 4217 numeric
    amount: int  # what it adds to that which the merchant is owed: minor units, signed
    rrn: str

    @property
    def journal_id(self) -> str:
        """Its name, once and for all: no movement is booked twice."""
        return journal_id(self.kind, self.sequence)


def movement_kind(bucket: str, *, is_undone: bool) -> str:
    """What settlement counts it under, by the *bucket* of its class.

    >>> movement_kind("sale", is_undone=False), movement_kind("sale", is_undone=True)
    ('sale', 'sale-reversal')
    """
    return f"{bucket}-reversal" if is_undone else bucket


def journal_id(kind: str, sequence: int) -> str:
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
