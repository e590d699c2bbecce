"""What a request must hold before it becomes a leg."""

from __future__ import annotations

from typing import Final, NamedTuple

from cardswitch.specs.amounts import currency
from cardswitch.specs.dates import is_transmission_time
from cardswitch.specs.errors import FormatError
from cardswitch.specs.merchants import is_merchant_id
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import is_luhn_valid, unpack_track2

from .settings import Serves

FORMAT: Final = "30"
UNKNOWN_TRANSACTION: Final = "12"
DUPLICATE: Final = "94"  # It has the identity of another request.
# Field 3 of what this switch can settle. A refund, say, must not be paid out as if it were a sale.
PURCHASE: Final = "00"
REQUIRED: Final = (3, 4, 7, 41, 42, 49)


class RequestFault(NamedTuple):
    """Why a request is refused: the code for field 39 and the field to name in 44."""

    code: str
    field: str


def pan_of(request: Message) -> str:
    """The card number, from field 2 or else from the front of track 2; ``""`` if there is none.

    >>> pan_of(Message("0200", {35: "9999990000000014=30122011"}))
    '9999990000000014'
    """
    return request.get(2) or request.get(35).replace("D", "=").partition("=")[0]


def find_fault(request: Message, serves: Serves) -> RequestFault | None:
    """The first reason not to accept *request*, a purchase or authorisation, or ``None``.

    It depends on the message alone, and on whom its listener *serves*: a copy gets the same.
    """
    fields = request.fields
    for number in REQUIRED:
        if number not in fields:
            return RequestFault(FORMAT, str(number))
    if not is_transmission_time(fields[7]):
        return RequestFault(FORMAT, "7")
    if serves == "merchants" and not is_merchant_id(fields[42].rstrip(" ")):
        return RequestFault(FORMAT, "42")
    if not fields[3].startswith(PURCHASE):
        return RequestFault(UNKNOWN_TRANSACTION, "3")
    pan = pan_of(request)
    if 35 in fields:
        try:
            track = unpack_track2(fields[35])
        except FormatError:
            return RequestFault(FORMAT, "35")
        if track.pan != pan:
            return RequestFault(FORMAT, "2")
    if not pan:
        return RequestFault(FORMAT, "2")
    if not is_luhn_valid(pan):
        return RequestFault("14", "2")
    if fields[4] == "000000000000":
        return RequestFault("13", "4")
    try:
        currency(fields[49])
    except FormatError:
        return RequestFault(FORMAT, "49")
    return None
