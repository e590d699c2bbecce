"""What the journal says of one bank day: the captures, and the reversals of what was captured."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from string import digits
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.masking import printable
from cardswitch.wire.ports import Seconds

from ..core.entry import Entry
from ..core.states import OPEN, State

# One purchase has a leg on each side of the switch; the merchant's is the one that came in here.
SOURCE: Final = "pos"
FINANCIAL: Final = "2"  # The second digit of an MTI: 0200 moves money, 0100 only asks for it.
# Amount, RRN, terminal, merchant and currency: without one of them money has no owner or no size.
_NEEDED: Final = (4, 37, 41, 42, 49)


class MovementKind(StrEnum):
    """Which way the money goes."""

    CAPTURE = "capture"
    REVERSAL = "reversal"


class Movement(Struct, frozen=True, gc=False):
    """Funds that a merchant gets, or gives back; *amount* in minor units, never negative."""

    kind: MovementKind
    leg: int  # the transaction leg in the journal
    business_date: str  # of this movement: a reversal after cut-off belongs to the later day
    merchant: str
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
        return f"{self.kind}:{self.leg}"


def movements(
    business_date: str,
    entries: Iterable[Entry],
    business_date_of: Callable[[Seconds], str],
    source: str = SOURCE,
) -> tuple[Movement, ...]:
    """The movements of *business_date* ``YYYY-MM-DD``, in the order of the journal.

    *entries* must hold every entry of the legs that were accepted, or reversed, on that day. A
    capture is the approved amount of a leg, on the leg's day; a reversal takes all of it back on
    the day of the instant at which it became owed. An authorisation (0100) moves nothing. Raises
    Error if a leg is still open.
    """
    last: dict[int, Entry] = {}
    captures: dict[int, Movement] = {}
    found: list[Movement] = []
    for entry in entries:
        if entry.source != source:
            continue
        last[entry.leg] = entry
        if entry.state is State.APPROVED and entry.message.mti[1] == FINANCIAL:
            captures[entry.leg] = capture(entry)
            found.append(captures[entry.leg])
        elif entry.state is State.REVERSING and entry.leg in captures:
            found.append(reversal(captures[entry.leg], business_date_of(entry.at)))
    _refuse_open_legs(business_date, last.values())
    return tuple(movement for movement in found if movement.business_date == business_date)


def capture(approved: Entry) -> Movement:
    """What the merchant is owed for the leg that *approved* ended well. Raises Error."""
    fields = approved.message.fields
    missing = [number for number in _NEEDED if not fields.get(number, "").strip(" ")]
    if missing or fields[4].strip(digits):
        raise Error(
            f"entry {approved.sequence} of the journal cannot be settled: expected field "
            f"{missing[0] if missing else 4} in the answer that approved it"
        )
    return Movement(
        MovementKind.CAPTURE,
        approved.leg,
        approved.business_date,
        fields[42].rstrip(" "),
        fields[41].rstrip(" "),
        fields[49],
        int(fields[4]),
        fields[37],
    )


def reversal(captured: Movement, business_date: str) -> Movement:
    """The movement that takes *captured* back on *business_date*."""
    return Movement(
        MovementKind.REVERSAL,
        captured.leg,
        business_date,
        captured.merchant,
        captured.terminal,
        captured.currency,
        captured.amount,
        captured.rrn,
    )


def _refuse_open_legs(business_date: str, last: Iterable[Entry]) -> None:
    for entry in last:
        if entry.state in OPEN and entry.business_date <= business_date:
            rrn = printable(entry.message.get(37), 12) or "not given yet"
            raise Error(
                f"{business_date} cannot be closed: leg {entry.leg} (RRN {rrn}) is still "
                f"{entry.state}; close again when it has an outcome"
            )
