"""What the terminal says, by the rows of the table of transactions. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.amounts import currency, de4
from cardswitch.specs.codes import CVV2_TAG
from cardswitch.specs.dates import local_time, transmission_time
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.masking import kept_fields
from cardswitch.specs.message import Message, repeat_mti
from cardswitch.specs.tlv import pack_private
from cardswitch.specs.transactions.additional import pack_cash
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.ports import Seconds

from ..customer.card import Card
from ..pinpad.dukpt import DukptPad
from ..pinpad.pad import PinPad
from .outcome import SWIPE

AnyPinPad = PinPad | DukptPad

SALE: Final = "sale"  # the row of what a terminal does unless it is told otherwise
COMPLETION: Final = "completion"
INCREMENT: Final = "increment"
OFFLINE: Final = "offline"
LINKED_REFUND: Final = "linked_refund"
APPROVAL_SIZE: Final = 6  # field 38
DEFAULT_ACCOUNTS: Final = "0000"  # field 3, behind what is asked for
MANUAL: Final = "01"  # field 22: typed in, as SWIPE is read from the stripe
WITH_PIN_PAD: Final = "1"  # field 22, third digit
WITHOUT_PIN_PAD: Final = "2"
NORMAL: Final = "00"  # field 25

# What a reversal repeats of its original; neither the card nor the PIN is among them.
_REVERSAL_FIELDS: Final = (3, 4, 12, 13, 22, 25, 41, 42, 49)


class TerminalIdentity(Struct, frozen=True):
    """Where the terminal stands: fields 41 and 42, its clock's zone, and what it takes."""

    terminal: str  # 1 to 8 characters
    merchant: str  # 1 to 15 characters
    zone: str = "UTC"
    takes_part: bool = True  # whether an approval of less than was asked for stands


class Order(Struct, frozen=True, kw_only=True):
    """What the merchant and the customer want: *amount* in minor units, *currency* by any code.

    Of what moves no money, the amount is 0. What is paid out in *cash* is charged besides.
    """

    amount: int
    currency: str
    card: Card
    entry: Literal["swipe", "manual"] = "swipe"
    pin: str | None = None
    cash: int = 0
    said: Mapping[int, str] = {}  # what its class wants besides

    def __repr__(self) -> str:
        """Without the PIN: an order may stand in any log or exception."""
        return f"<Order {self.amount} {self.currency} {self.card!r} {self.entry}>"


def request_for(
    place: TerminalIdentity, order: Order, pinpad: AnyPinPad | None, now: Seconds, kind: str = SALE
) -> Message:
    """The request of the class *kind* for *order*, without its trace number.

    Raises FormatError, CryptoError or ConfigError if order, PIN or terminal do not allow it.
    """
    row = KINDS.named(kind)
    if (order.amount > 0) != row.moves_money:
        wanted = "an amount above zero" if row.moves_money else "no amount"
        raise FormatError(wanted, field="4")
    if (order.cash > 0) != row.takes_cash:
        wanted = "cash above zero" if row.takes_cash else "no cash"
        raise FormatError(wanted, field="54")
    time, date = local_time(now, place.zone)
    mode = SWIPE if order.entry == "swipe" else MANUAL
    fields = {
        3: row.processing + DEFAULT_ACCOUNTS,
        4: de4(order.amount + order.cash),
        7: transmission_time(now),
        12: time,
        13: date,
        22: mode + (WITH_PIN_PAD if pinpad else WITHOUT_PIN_PAD),
        25: row.condition or NORMAL,
        41: f"{place.terminal:8}",
        42: f"{place.merchant:15}",
        49: currency(order.currency).numeric,
        **card_fields(order.card, mode),
        **_pin_field(order, pinpad),
    }
    if order.cash:
        fields[54] = pack_cash(order.cash, fields[49])
    if not row.processing:  # It is not about paying.
        fields = {n: value for n, value in fields.items() if n not in (3, 4, 25, 49)}
    fields |= order.said
    return Message(row.mti[0], dict(sorted(fields.items())))


def offline_request(
    place: TerminalIdentity, order: Order, now: Seconds, approval_code: str = ""
) -> Message:
    """The 0220 for *order*, without its trace number; *approval_code*: what a bank gave by phone.

    Raises FormatError.
    """
    is_word = approval_code.isascii() and approval_code.isalnum()
    if approval_code and not (is_word and len(approval_code) == APPROVAL_SIZE):
        raise FormatError(f"{APPROVAL_SIZE} letters and digits", field="38")
    request = request_for(place, order, None, now, OFFLINE)
    said = {38: approval_code.upper()} if approval_code else {}
    return told_request(request.with_fields(said), order.card.pan, order.card.expiry)


def told_request(request: Message, pan: str, expiry: str) -> Message:
    """*request*, stored or not, with number and *expiry* of its card, and no track."""
    fields = {**request.without(35).fields, 2: pan, 14: expiry}
    return Message(request.mti, dict(sorted(fields.items())))


def following_request(
    place: TerminalIdentity,
    kind: str,
    request: Message,
    said: Mapping[int, str],
    amount: int,
    now: Seconds,
) -> Message:
    """What, of the class *kind*, comes about what *request* has set aside, without a trace number.

    *said*: the fields 37 and 38 of the answer to *request*, where it had them. Raises FormatError.
    """
    if amount <= 0:
        raise FormatError("an amount above zero", field="4")
    row = KINDS.named(kind)
    time, date = local_time(now, place.zone)
    fields = {number: request[number] for number in (22, 41, 42, 49)}
    fields |= {number: value for number, value in said.items() if value}
    fields |= {3: row.processing + DEFAULT_ACCOUNTS, 4: de4(amount), 7: transmission_time(now)}
    fields |= {12: time, 13: date, 25: row.condition or NORMAL, 90: original_data(request)}
    return Message(row.mti[0], dict(sorted(fields.items())))


def card_fields(card: Card, mode: str) -> dict[int, str]:
    """The fields that hold *card*: its stripe if swiped, else number, expiry and CVV2.

    >>> card_fields(Card(pan="9999990000000014", expiry="3012", cvv2="456"), "01")
    {2: '9999990000000014', 14: '3012', 48: '9203456'}
    """
    if mode == SWIPE:
        return {35: card.track2}
    typed = {2: card.pan, 14: card.expiry}
    return {**typed, 48: pack_private({CVV2_TAG: card.cvv2})} if card.cvv2 else typed


def stored(message: Message) -> Message:
    """*message* as it may lie on disk: without card, expiry, track, CVV2 and PIN block."""
    return Message(message.mti, kept_fields(message.fields, message.mti[:1]))


def repeat_request(request: Message, card: Card | None) -> Message:
    """The repeat of a *request* that was stored; the card is presented anew, the PIN is not.

    What names an original was sent without a card, and is again.
    """
    presented = card_fields(card, request[22][:2]) if card is not None else {}
    fields = {**request.fields, **presented}
    return Message(repeat_mti(request.mti), dict(sorted(fields.items())))


def reversal_request(request: Message, now: Seconds, rrn: str = "", stays: int = 0) -> Message:
    """The 0420 for *request*, stored or not, without its trace number.

    *rrn* is the sale's, where it is known; *stays* what is to remain of it, in minor units.
    """
    fields = {number: request[number] for number in _REVERSAL_FIELDS}
    fields |= {7: transmission_time(now), 90: original_data(request)}
    if rrn:
        fields[37] = rrn
    if stays:
        fields[95] = replacement_amounts(stays)
    return Message("0420", dict(sorted(fields.items())))


def _pin_field(order: Order, pinpad: AnyPinPad | None) -> dict[int, str]:
    if order.pin is None:
        return {}
    if pinpad is None:
        raise ConfigError(
            "this terminal has no key for its PIN pad: set tpk or dukpt, or give no PIN"
        )
    return pinpad.pin_fields(order.pin, order.card.pan)
