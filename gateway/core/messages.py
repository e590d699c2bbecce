"""What the gateway says to the switch, by the rows of the table of transactions. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.amounts import currency, de4
from cardswitch.specs.dates import local_time, transmission_time
from cardswitch.specs.masking import kept_fields
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import pack_private
from cardswitch.specs.transactions.absent import (
    POSTAL_MAX,
    STREET_MAX,
    CardAddress,
    Channel,
    Proofs,
)
from cardswitch.specs.transactions.captures import Part
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.wire.ports import Seconds

from .authentication import Authentication
from .cards import Address, Card
from .entries import Asked
from .exchanges import Exchange

DEFAULT_ACCOUNTS: Final = "0000"  # field 3, behind what is asked for
# Fields 22 and 25 by how a number came in: into a web page without a PIN pad, to an operator by
# mail or telephone, or out of our vault.
_CHANNELS: Final[Mapping[Channel, tuple[str, str]]] = {
    "ecommerce": ("812", "59"),
    "mail": ("012", "08"),
    "on_file": ("102", "59"),
}
# ECI: whether the cardholder was asked over the web. Most brands', and Mastercard's.
AUTHENTICATED: Final = ("05", "02")
NOT_AUTHENTICATED: Final = ("07", "00")
_STREET: Final = re.compile("[0-9]+")
_POSTAL: Final = re.compile("[^0-9A-Za-z -]")
# What a reversal repeats of its original; the card is not among them.
_REVERSAL_FIELDS: Final = (3, 4, 12, 13, 22, 25, 41, 42, 49)


class Node(Struct, frozen=True):
    """Field 41 of this gateway, which no other node may have; and the zone of its local time."""

    terminal: str  # 1 to 8 characters
    zone: str = "UTC"


class Order(Struct, frozen=True, kw_only=True):
    """What is asked for; *pan* and *proofs* are in memory for one send."""

    asked: Asked
    merchant: str
    amount: int
    currency: str
    pan: str
    expiry: str
    proofs: Proofs = Proofs()
    channel: Channel = "ecommerce"
    takes_part: bool = False  # whether an approval of less than that stands
    authentication: Authentication | None = None

    def __repr__(self) -> str:
        """Without the card."""
        return f"<{self.asked} {self.amount} {self.currency} for {self.merchant}>"


def request_for(node: Node, order: Order, now: Seconds) -> Message:
    """The request for *order*, without its trace number."""
    row = KINDS.named(order.asked)
    time, date = local_time(now, node.zone)
    entry, condition = _CHANNELS[order.channel]
    fields = {
        2: order.pan,
        3: row.processing + DEFAULT_ACCOUNTS,
        4: de4(order.amount),
        7: transmission_time(now),
        12: time,
        13: date,
        14: order.expiry,
        22: entry,
        25: row.condition or condition,
        41: f"{node.terminal:8}",
        42: f"{order.merchant:15}",
    }
    if order.currency:
        fields[49] = currency(order.currency.upper()).numeric
    if tags := order.proofs.tags:
        fields[48] = pack_private(tags)
    return Message(row.mti[0], dict(sorted(fields.items())))


def proofs_for(
    card: Card,
    cvc: str,
    channel: Channel,
    authentication: Authentication | None = None,
    cavv: str = "",
) -> Proofs:
    """What a payment with *card* brings to prove it: code, address, and whether he was asked.

    *authentication* is as :func:`said_with` makes it.
    """
    address = _address_of(card.billing.address)
    if authentication is None:
        eci = _eci(card, NOT_AUTHENTICATED) if channel == "ecommerce" else ""
        return Proofs(cvc=cvc or None, address=address, eci=eci)
    return Proofs(
        cvc=cvc or None,
        address=address,
        eci=authentication.eci,
        cavv=cavv,
        ds_transaction=authentication.transaction or "",
        version=authentication.version or "",
    )


def said_with(card: Card, authentication: Authentication, cavv: str) -> Authentication:
    """*authentication* with the ECI that goes out: nobody believes in one without a CAVV."""
    eci = authentication.eci
    if cavv:
        eci = eci or _eci(card, AUTHENTICATED)
    elif not eci or eci in AUTHENTICATED:
        eci = _eci(card, NOT_AUTHENTICATED)
    return replace(authentication, eci=eci, has_proof=bool(cavv))


def _eci(card: Card, of_brands: tuple[str, str]) -> str:
    """Mastercard's own, or that of all others."""
    others, mastercard = of_brands
    return mastercard if card.brand == "mastercard" else others


def _address_of(given: Address) -> str:
    """Postal code and digits of the street, as far as they can be sent; empty if neither is."""
    postal = _POSTAL.sub("", given.postal_code or "").strip()
    digits = _STREET.search(given.line1 or "") if (given.line1 or "").isascii() else None
    street = digits[0] if digits else ""
    known = CardAddress(
        postal if len(postal) <= POSTAL_MAX else "", street if len(street) <= STREET_MAX else ""
    )
    return known.text if known != CardAddress() else ""


def capture_for(node: Node, payment: Exchange, amount: int, part: Part, now: Seconds) -> Message:
    """The advice that *amount* of what *payment* has set aside is taken, less its trace number."""
    advice = _following("completion", node, payment, amount, now)
    return advice.with_fields(part.fields)


def increment_for(node: Node, payment: Exchange, amount: int, now: Seconds) -> Message:
    """The request to set *amount* aside besides what *payment* has, less its trace number."""
    return _following("increment", node, payment, amount, now)


def _following(kind: str, node: Node, payment: Exchange, amount: int, now: Seconds) -> Message:
    """What, of the class *kind*, comes about what *payment* has set aside."""
    assert payment.answer is not None, "it was approved"
    row, request, said = KINDS.named(kind), payment.request, payment.answer
    time, date = local_time(now, node.zone)
    fields = {number: request[number] for number in (22, 41, 42, 49)}
    fields |= {number: said[number] for number in (37, 38) if said.get(number).strip(" ")}
    fields |= {3: row.processing + DEFAULT_ACCOUNTS, 4: de4(amount), 7: transmission_time(now)}
    fields |= {12: time, 13: date, 25: row.condition or request[25]}
    fields |= {90: original_data(request)}
    return Message(row.mti[0], dict(sorted(fields.items())))


def stored(message: Message) -> Message:
    """*message* as it may lie on disk: without card, expiry and CVC."""
    return Message(message.mti, kept_fields(message.fields, message.mti[:1]))


def repeat_of(message: Message) -> Message:
    """*message*, an advice or a reversal, as it is sent again."""
    return Message(f"{message.mti[:3]}1", message.fields)


def reversal_for(request: Message, now: Seconds, rrn: str = "") -> Message:
    """The 0420 for *request*, stored or not, without its trace number; *rrn* where it is known."""
    fields = {number: request[number] for number in _REVERSAL_FIELDS}
    fields |= {7: transmission_time(now), 90: original_data(request)}
    if rrn:
        fields[37] = rrn
    return Message("0420", dict(sorted(fields.items())))
