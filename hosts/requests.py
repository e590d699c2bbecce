"""What both hosts do alike with a request: is it whole, who waits for it, how is it answered."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.amounts import de4
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import unpack_track2

PURCHASES: Final = ("010", "020")  # MTIs without their last digit, which tells a repeat
REVERSALS: Final = ("040", "042")
REQUIRED: Final = (3, 4, 7, 11, 37, 41, 42, 49)

APPROVED: Final = "00"
INVALID: Final = "12"
UNAVAILABLE: Final = "91"
DUPLICATE: Final = "94"
MALFUNCTION: Final = "96"


def require_fields(request: Message) -> None:
    """Raise FormatError, naming the field, if a purchase lacks one that both hosts need."""
    for number in REQUIRED:
        if number not in request.fields:
            raise FormatError("a value in every purchase", field=str(number))


def pan_of(request: Message) -> str:
    """The card number alone: FormatError, naming field 35, if it stands in neither field."""
    if 2 in request.fields:
        return request[2]
    return unpack_track2(request.get(35)).pan


def decision(request: Message, code: str, amount: int = 0, approval_code: str = "") -> Message:
    """The answer to a purchase: *code*, and if it approves, how much (in field 4) and field 38.

    >>> decision(Message("0200", {4: "000000001210"}), "10", 605, "000001")
    <0210 4=000000000605, 38=000001, 39=10>
    """
    return request.reply(code, {4: de4(amount), 38: approval_code} if amount else None)
