"""What says yes in field 39, in each edition. Pure."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.message import Message

# The class of an MTI whose answers of 1993 say so by a code of their own, 400 and the like.
_OWN: Final = frozenset("345678")
_DIGITS: Final = {"1": 3, "2": 4}  # of an action code, by edition


def accepted(request: Message) -> str:
    """The code for field 39 by which *request* is agreed to.

    >>> [accepted(Message(mti)) for mti in ("0200", "1200", "1804", "2420")]
    ['00', '000', '800', '0400']
    """
    digits = _DIGITS.get(request.mti[:1])
    if digits is None:
        return "00"
    return f"{request.mti[1] if request.mti[1] in _OWN else 0}00".zfill(digits)
