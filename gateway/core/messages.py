"""What the gateway says to the switch, by the rows of the table of transactions. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from cardswitch.specs.amounts import currency, de4
from cardswitch.specs.codes import CVV2_TAG
from cardswitch.specs.dates import local_time, transmission_time
from cardswitch.specs.masking import kept_fields
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import pack_private
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.ports import Seconds

from .entries import Asked
from .exchanges import Exchange

DEFAULT_ACCOUNTS: Final = "0000"  # field 3, behind what is asked for
TYPED_AT_A_SITE: Final = "812"  # field 22: typed into a web page, without a PIN pad
E_COMMERCE: Final = "59"  # field 25
# What a reversal repeats of its original; the card is not among them.
_REVERSAL_FIELDS: Final = (3, 4, 12, 13, 22, 25, 41, 42, 49)


class Node(Struct, frozen=True):
    """Field 41 of this gateway, which no other node may have; and the zone of its local time."""

    terminal: str  # 1 to 8 characters
    zone: str = "UTC"


class Order(Struct, frozen=True, kw_only=True):
    """What is asked for; *pan* and *cvc* are in memory for one send."""

    asked: Asked
    merchant: str
    amount: int
    currency: str
    pan: str
    expiry: str
    cvc: str = ""
    takes_part: bool = False  # whether an approval of less than that stands

    def __repr__(self) -> str:
        """Without the card."""
        return f"<{self.asked} {self.amount} {self.currency} for {self.merchant}>"


def request_for(node: Node, order: Order, now: Seconds) -> Message:
    """The request for *order*, without its trace number."""
    row = KINDS.named(order.asked)
    time, date = local_time(now, node.zone)
    fields = {
        2: order.pan,
        3: row.processing + DEFAULT_ACCOUNTS,
        4: de4(order.amount),
        7: transmission_time(now),
        12: time,
        13: date,
        14: order.expiry,
        22: TYPED_AT_A_SITE,
        25: row.condition or E_COMMERCE,
        41: f"{node.terminal:8}",
        42: f"{order.merchant:15}",
    }
    if order.currency:
        fields[49] = currency(order.currency.upper()).numeric
    if order.cvc:
        fields[48] = pack_private({CVV2_TAG: order.cvc})
    return Message(row.mti[0], dict(sorted(fields.items())))


def capture_for(node: Node, payment: Exchange, amount: int, now: Seconds) -> Message:
    """The advice that *amount* of what *payment* has set aside is taken, less its trace number."""
    assert payment.answer is not None, "it was approved"
    row, request, said = KINDS.named("completion"), payment.request, payment.answer
    time, date = local_time(now, node.zone)
    fields = {number: request[number] for number in (22, 41, 42, 49)}
    fields |= {number: said[number] for number in (37, 38) if said.get(number).strip(" ")}
    fields |= {3: row.processing + DEFAULT_ACCOUNTS, 4: de4(amount), 7: transmission_time(now)}
    fields |= {12: time, 13: date, 25: row.condition, 90: original_data(request)}
    return Message(row.mti[0], dict(sorted(fields.items())))


def stored(message: Message) -> Message:
    """*message* as it may lie on disk: without card, expiry and CVC."""
    return Message(message.mti, kept_fields(message.fields, message.mti[:1]))


def repeat_of(message: Message) -> Message:
    """*message*, an advice or a reversal, as it is sent again."""
    return Message(f"{message.mti[:3]}1", message.fields)


def reversal_for(request: Message, now: Seconds, rrn: str = "", stays: int = 0) -> Message:
    """The 0420 for *request*, stored or not, without its trace number; *rrn* where it is known.

    *stays* is what is to remain of it, in minor units.
    """
    fields = {number: request[number] for number in _REVERSAL_FIELDS}
    fields |= {7: transmission_time(now), 90: original_data(request)}
    if rrn:
        fields[37] = rrn
    if stays:
        fields[95] = replacement_amounts(stays)
    return Message("0420", dict(sorted(fields.items())))
