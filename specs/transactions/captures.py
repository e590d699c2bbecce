"""What may be captured of a pre-authorisation: the same rule at switch, acquirer and issuer.

It may be captured in several parts. Field 48.70 says which one this is, of how many, and whether
it is the last (`01/02P`, then `02/02F`); a capture without it is the only one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from ..codes import (
    DUPLICATE,
    HOLD_EXPIRED,
    INVALID_AMOUNT,
    INVALID_TRANSACTION,
    MISMATCH,
    UNKNOWN_ORIGINAL,
)
from ..dates import Seconds, transmission_at
from ..errors import Decline, FormatError
from ..masking import CAPTURE_TAG
from ..message import Message
from ..tlv import pack_private, unpack_private

_DAY_S: Final = 86_400.0
# How long money is set aside, by whether the card was there (field 22).
PRESENT_S: Final[Seconds] = 30 * _DAY_S
ABSENT_S: Final[Seconds] = 7 * _DAY_S
_PRESENT: Final = frozenset(["02", "05", "07", "80", "90", "91", "95"])
OF_UNKNOWN: Final = 99  # of captures: there will be more, nobody knows how many
_PART: Final = re.compile("([0-9]{2})/([0-9]{2})([FP])")


class Part(NamedTuple):
    """Which capture of an authorisation one is; what is left after the last is free."""

    sequence: int = 1
    of: int = 1  # how many are expected, or OF_UNKNOWN
    is_final: bool = True

    def __str__(self) -> str:
        """As field 48.70 says it; of the only one, nothing.

        >>> str(Part(1, OF_UNKNOWN, is_final=False)), str(Part(2, 2)), str(Part())
        ('01/99P', '02/02F', '')
        """
        if self == Part():
            return ""
        return f"{self.sequence:02}/{self.of:02}{'F' if self.is_final else 'P'}"

    @property
    def fields(self) -> dict[int, str]:
        """Field 48 of its request, if it needs one."""
        said = str(self)
        return {48: pack_private({CAPTURE_TAG: said})} if said else {}


def part_of(capture: Message) -> Part:
    """Which one *capture* is. Raises FormatError if its field 48 does not say it as it must.

    >>> part_of(Message("0220", {48: "700601/02P"}))
    Part(sequence=1, of=2, is_final=False)
    """
    said = unpack_private(capture.get(48)).get(CAPTURE_TAG)
    if said is None:
        return Part()
    match = _PART.fullmatch(said)
    part = Part(int(match[1]), int(match[2]), match[3] == "F") if match else None
    if part is None or not 1 <= part.sequence <= part.of:
        raise FormatError("which capture of how many, and P or F: 01/02P", field="48")
    return part


def holds_for_s(authorisation: Message) -> Seconds:
    """How long what *authorisation* sets aside is held.

    >>> [holds_for_s(Message("0100", {22: mode})) / 86_400 for mode in ("021", "011")]
    [30.0, 7.0]
    """
    return PRESENT_S if authorisation.get(22)[:2] in _PRESENT else ABSENT_S


def left_after(left: int, capture: Message) -> int:
    """What of *left* still is set aside behind *capture*; behind the last one, nothing.

    >>> left_after(8000, Message("0220", {4: "000000003000", 48: "700601/02P"}))
    5000
    """
    return 0 if part_of(capture).is_final else left - int(capture[4])


class Known(Protocol):
    """What is known of an original, which whoever names it must not contradict."""

    @property
    def card(self) -> str:
        """The fingerprint of its card."""

    @property
    def currency(self) -> str:
        """Numeric."""

    @property
    def rrn(self) -> str:
        """Field 37."""

    @property
    def approval_code(self) -> str:
        """Field 38."""


def is_about(said: Message, card: str, original: Known) -> bool:
    """Whether fields 37, 38 and 49 of *said*, and its *card*, are those of *original*.

    What it leaves out agrees, and so does what is not known.
    """
    known = {37: original.rrn, 38: original.approval_code}
    for number, value in known.items():
        if said.get(number).strip(" ") not in ("", value or said.get(number).strip(" ")):
            return False
    return card in ("", original.card or card) and said[49] == original.currency


class Hold(NamedTuple):
    """A pre-authorisation, as whoever is told of a capture of it knows it; in minor units."""

    card: str  # fingerprint
    currency: str
    rrn: str
    approval_code: str
    left: int  # what may still be captured; 0 where it was declined or undone
    is_captured: bool  # whether its last capture was taken
    captures: int = 0  # the number of the last one that was taken
    ends_at: Seconds = float("inf")  # what was sent later comes too late


def the_one(capture: Message, amount: int, card: str, holds: Sequence[Hold], now: Seconds) -> int:
    """Which of *holds*, which *capture* may mean, *amount* is captured of: its place among them.

    Declines as :func:`refusal` does; with 25 if there is none, and 64 if it may be several.
    """
    return chosen([refusal(capture, amount, card, hold, now) for hold in holds])


def chosen(codes: Sequence[str]) -> int:
    """The place of the one of *codes* that is empty. Declines as :func:`the_one`."""
    if codes.count("") == 1:
        return codes.index("")
    raise Decline(codes[0] if len(codes) == 1 else MISMATCH if codes else UNKNOWN_ORIGINAL)


def refusal(capture: Message, amount: int, card: str, hold: Hold, now: Seconds) -> str:
    """Why *amount* may not be captured of *hold*, as a code for field 39; ``""`` if it may.

    An increment takes nothing of it: its *amount* is 0.

    *card* is the fingerprint of the card that *capture* names, or ``""``. What it leaves out of 37,
    38 and the card agrees, and so does what is not known. What was sent in time is in time, however
    long it took until *now*.

    >>> hold = Hold("f", "978", "608800000007", "A1B2C3", 8000, False)
    >>> said = {7: "1123120000", 37: "608800000007", 38: "A1B2C3", 49: "978"}
    >>> [refusal(Message("0220", said), amount, "f", hold, 1795435200.0) for amount in (6520, 8001)]
    ['', '13']
    """
    if not is_about(capture, card, hold):
        return MISMATCH
    if hold.is_captured or (amount and part_of(capture).sequence <= hold.captures):
        return DUPLICATE
    if min(now, transmission_at(capture[7], now)) > hold.ends_at:
        return HOLD_EXPIRED
    if not hold.left:
        return INVALID_TRANSACTION
    return INVALID_AMOUNT if amount > hold.left else ""
