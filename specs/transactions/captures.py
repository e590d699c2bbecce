"""What may be captured of a pre-authorisation: the same rule at switch, acquirer and issuer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..codes import (
    DUPLICATE,
    INVALID_AMOUNT,
    INVALID_TRANSACTION,
    MISMATCH,
    UNKNOWN_ORIGINAL,
)
from ..errors import Decline
from ..message import Message


class Hold(NamedTuple):
    """A pre-authorisation, as whoever is told of a capture of it knows it; in minor units."""

    card: str  # fingerprint
    currency: str
    rrn: str
    approval_code: str
    left: int  # what may still be captured; 0 where it was declined or undone
    is_captured: bool  # whether its last capture was taken


def the_one(capture: Message, amount: int, card: str, holds: Sequence[Hold]) -> int:
    """Which of *holds*, which *capture* may mean, *amount* is captured of: its place among them.

    Declines as :func:`refusal` does; with 25 if there is none, and 64 if it may be several.
    """
    codes = [refusal(capture, amount, card, hold) for hold in holds]
    if codes.count("") == 1:
        return codes.index("")
    raise Decline(codes[0] if len(codes) == 1 else MISMATCH if codes else UNKNOWN_ORIGINAL)


def refusal(capture: Message, amount: int, card: str, hold: Hold) -> str:
    """Why *amount* may not be captured of *hold*, as a code for field 39; ``""`` if it may.

    *card* is the fingerprint of the card that *capture* names, or ``""``. What it leaves out of 37,
    38 and the card agrees, and so does what is not known.

    >>> hold = Hold("f", "978", "608800000007", "A1B2C3", 8000, False)
    >>> capture = Message("0220", {37: "608800000007", 38: "A1B2C3", 49: "978"})
    >>> refusal(capture, 6520, "f", hold), refusal(capture, 8001, "f", hold)
    ('', '13')
    """
    known = {37: hold.rrn, 38: hold.approval_code}
    is_of_it = all(
        said in ("", known[number] or said)
        for number, said in ((number, capture.get(number).strip(" ")) for number in known)
    )
    if not is_of_it or card not in ("", hold.card) or capture[49] != hold.currency:
        return MISMATCH
    if hold.is_captured:
        return DUPLICATE
    if not hold.left:
        return INVALID_TRANSACTION
    return INVALID_AMOUNT if amount > hold.left else ""
