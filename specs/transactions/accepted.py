"""What a request asks for, checked once where it comes in; from there on it is this value.

Switch, acquirer and issuer ask the same of a request, so that none forwards what the next refuses.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from msgspec import Struct

from ..amounts import is_currency
from ..codes import (
    CARD_UNKNOWN,
    FORMAT_ERROR,
    INVALID_AMOUNT,
    INVALID_TRANSACTION,
    PIN_REQUIRED,
)
from ..dates import is_transmission_time
from ..errors import Decline, FormatError
from ..masking import mask_pan
from ..message import Message
from ..tracks import PAN_DIGITS_MAX, SEPARATORS, Track2, is_luhn_valid, unpack_track2
from .additional import cash_of
from .captures import part_of
from .card_files import ACTION as FILE_ACTION
from .card_files import action_of
from .kinds import KINDS, Kind

NOTHING: Final = "000000000000"
ORIGINAL_DATA: Final = 90
_DIGITS: Final = frozenset("0123456789")


class Terms(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What is asked for, without the card: a repeat must agree in all of it.

    A journal may hold it; *card* is the fingerprint of the card number.
    """

    kind: str  # the name of its row
    processing: str  # field 3
    amount: int  # minor units
    currency: str  # ISO 4217 numeric
    card: str
    cash: int = 0  # minor units of the amount that are paid out
    # Of a capture that is not the only one: which, as in field 48.70. Of a file action: field 91.
    part: str = ""

    @property
    def digest(self) -> str:
        """All of it as one text.

        >>> asked = {"processing": "000000", "amount": 1250, "currency": "978"}
        >>> Terms(kind="sale", **asked, card="f").digest
        'sale|000000|1250|978|f'
        """
        told = f"{self.kind}|{self.processing}|{self.amount}|{self.currency}|{self.card}"
        return "|".join(filter(None, (told, str(self.cash or ""), self.part)))


class Accepted(Struct, frozen=True, kw_only=True):
    """A request of a known class, in which nothing is missing or wrong."""

    kind: Kind
    pan: str  # may be "" if it names an original, which has one
    track: Track2 | None  # where it was read
    processing: str
    amount: int  # minor units; 0 where no money moves
    currency: str  # ISO 4217 numeric; "" where no money moves and none is named
    merchant: str  # field 42 without trailing spaces
    cash: int = 0  # minor units of the amount that are paid out
    part: str = ""  # as that of Terms

    def terms(self, card: str) -> Terms:
        """The same as a journal may hold it; *card* is the fingerprint of the card number."""
        return Terms(
            kind=self.kind.name,
            processing=self.processing,
            amount=self.amount,
            currency=self.currency,
            card=card,
            cash=self.cash,
            part=self.part,
        )

    def __repr__(self) -> str:
        """Masked like a message."""
        return f"<{self.kind.name} {self.amount} {self.currency} {mask_pan(self.pan)}>"


def pan_of(message: Message) -> str:
    """The card number, from field 2 or else from the front of track 2; ``""`` if there is none.

    >>> pan_of(Message("0200", {35: "9999990000000014=30122011"}))
    '9999990000000014'
    """
    pan = message.get(2)
    if pan:
        return pan
    track, equals, letter = message.get(35), *SEPARATORS
    return track.replace(letter, equals).partition(equals)[0]


def card_number(message: Message) -> str:
    """The same, as a FormatError if it is there and is none: 1 to 19 digits."""
    pan = pan_of(message)
    if len(pan) > PAN_DIGITS_MAX or not _DIGITS.issuperset(pan):
        raise FormatError("a card number of digits", field="2")
    return pan


def no_kind(request: Message) -> Decline:
    """Why *request* is refused, which has no row, or one that is not for here: 12.

    Or 30 where it has none since its field 3 is missing.
    """
    if KINDS.find(request) is not None or not KINDS.is_asked_for(request.mti):
        return Decline(INVALID_TRANSACTION)
    return Decline(INVALID_TRANSACTION if 3 in request.fields else FORMAT_ERROR, "3")


def accept(request: Message, kind: Kind, also: Collection[int] = ()) -> Accepted:
    """*request* of the class *kind*; raises Decline for the first fault, naming its field.

    It depends on the message alone, so a copy gets the same. *also* are fields that whoever reads
    it needs besides those that its class requires.
    """
    fields = request.fields
    require_fields(request, kind, also)
    if kind.shape == "advise" and not kind.original and ORIGINAL_DATA in fields:
        raise Decline(INVALID_TRANSACTION, str(ORIGINAL_DATA))  # No new one: whose, it says.
    pan, track = _card(request, is_required=not kind.original)
    amount = fields.get(4, NOTHING)
    if (amount != NOTHING) != kind.moves_money:
        raise Decline(INVALID_AMOUNT, "4")
    if 49 in fields and not is_currency(fields[49]):
        raise Decline(FORMAT_ERROR, "49")
    cash = _cash(request, int(amount)) if kind.takes_cash else 0
    if not request.is_repeat:
        require_pin(request, kind)
    if kind.pin == "refused" and 52 in fields:
        raise Decline(FORMAT_ERROR, "52")
    return Accepted(
        kind=kind,
        pan=pan,
        track=track,
        processing=fields.get(3, ""),
        amount=int(amount),
        currency=request.get(49),
        merchant=fields[42].rstrip(" "),
        cash=cash,
        part=_what(request, kind),
    )


def require_fields(request: Message, kind: Kind, also: Collection[int] = ()) -> None:
    """Declines *request* if a field is missing that its class requires, or *also*, or 7 is wrong.

    For classes that have a field 7.
    """
    for number in (*kind.requires, *also):
        if number not in request.fields:
            raise Decline(FORMAT_ERROR, str(number))
    if not is_transmission_time(request[7]):
        raise Decline(FORMAT_ERROR, "7")


def _what(request: Message, kind: Kind) -> str:
    """What a request of this *kind* says of itself besides: see :attr:`Terms.part`."""
    if FILE_ACTION in kind.requires:
        return action_of(request)
    if kind.money != "capture":
        return ""
    try:
        return str(part_of(request))
    except FormatError:
        raise Decline(FORMAT_ERROR, "48") from None


def _cash(request: Message, amount: int) -> int:
    """What of *amount* is paid out: more than nothing, and less than all."""
    cash = cash_of(request[54], request.get(49))
    if not cash:
        raise Decline(FORMAT_ERROR, "54")
    if cash >= amount:
        raise Decline(INVALID_AMOUNT, "54")
    return cash


def require_pin(request: Message, kind: Kind) -> None:
    """Declines *request* if it lacks the PIN that its class wants.

    A repeat is told what the first was told without it; whoever performs it as new must ask.
    """
    if kind.pin == "required" and 52 not in request.fields:
        raise Decline(PIN_REQUIRED, "52")


def _card(request: Message, *, is_required: bool) -> tuple[str, Track2 | None]:
    """The card number, and the track if it was read."""
    pan, track = request.get(2), None
    if 35 in request.fields:
        try:
            track = unpack_track2(request[35])
        except FormatError:
            raise Decline(FORMAT_ERROR, "35") from None
        pan = pan or track.pan
        if track.pan != pan:
            raise Decline(FORMAT_ERROR, "2")
    if not pan and is_required:
        raise Decline(FORMAT_ERROR, "2")
    if pan and not is_luhn_valid(pan):
        raise Decline(CARD_UNKNOWN, "2")
    return pan, track
