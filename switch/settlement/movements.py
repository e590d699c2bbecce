"""What the journal says of money: what was approved, and what of that was undone."""

from __future__ import annotations

from typing import Final, NamedTuple

UNDONE: Final = "-reversal"  # so ends what settlement counts under that was taken back


class Movement(NamedTuple):
    """Funds that a merchant gets, or gives back: a line of the sub-ledger, in order of its columns.

    What was approved belongs to the bank day of its leg, what was undone to that of its own row.
    """

    sequence: int  # the row of the journal that moved them
    leg: int  # the transaction leg in the journal
    batch: int  # the number of its batch in the books
    amount: int  # what it adds to that which the merchant is owed: minor units, signed
    rrn: str
    moved_on: str  # label of the bank day that it belongs to
    merchant: str  # "" where field 42 was empty
    channel: str  # the listener that it came in by
    terminal: str
    currency: str  # ISO 4217 numeric
    kind: str  # see movement_kind

    @property
    def name(self) -> str:
        """Its name, once and for all: no movement is booked twice."""
        return movement_name(self.kind, self.sequence)


# Of a movement what its batch does not say: number of the batch, row of the journal, amount, RRN.
BatchedLine = tuple[int, int, int, str]
# And what it is charged: interchange, scheme fee, all that the merchant pays, version; or nothing.
ChargedLine = tuple[int, int, int, str, int | None, int | None, int | None, str | None]


def movement_name(kind: str, sequence: int) -> str:
    """The name of the movement that row *sequence* of the journal made."""
    return f"{kind}:{sequence}"


def movement_kind(bucket: str, *, is_undone: bool) -> str:
    """What settlement counts it under, by the *bucket* of its class.

    >>> movement_kind("sale", is_undone=False), movement_kind("sale", is_undone=True)
    ('sale', 'sale-reversal')
    """
    return f"{bucket}{UNDONE}" if is_undone else bucket
