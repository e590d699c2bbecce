"""Which events an entry of an intent, or of a thing, makes: all of them are here. Pure."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from ..core.entries import (
    Answered,
    Canceled,
    Challenged,
    Created,
    IntentEntry,
    Lapsed,
    Owed,
    Refused,
    Resolved,
    Sent,
    Spent,
    Unauthenticated,
    Undone,
)
from ..core.exchanges import Exchange, Stand
from ..core.ids import text_of
from ..core.intents import EXPIRED, Intent
from ..core.things import Thing
from ..core.things.customers import Customer
from ..core.things.disputes import OVER, Dispute, DisputeStatus
from ..core.things.methods import Method
from ..core.things.payouts import DayClosed, Payout, PayoutStatus
from ..core.things.sessions import Session, SessionStatus

EVENT: Final = "evt_"

Kind = Literal[
    "payment_intent",
    "setup_intent",
    "charge",
    "refund",
    "customer",
    "payment_method",
    "checkout.session",
    "dispute",
    "payout",
    "balance",
    "x.batch",
]
Types = tuple[str, ...]
CREATED: Final = "payment_intent.created"
ACTION: Final = "payment_intent.requires_action"
PROCESSING: Final = "payment_intent.processing"
EXCEPTION: Final = "x.payment.exception"

# What became of an exchange, and the events of that. A capture that is not final is a part.
_APPROVED: Final[dict[str, Types]] = {
    "sale": ("payment_intent.succeeded", "charge.succeeded"),
    "authorisation": ("payment_intent.amount_capturable_updated", "charge.succeeded"),
    "increment": ("payment_intent.amount_capturable_updated",),
    "completion": ("payment_intent.succeeded", "charge.captured"),
    "part": ("payment_intent.amount_capturable_updated", "charge.updated"),
    "refund": ("refund.updated", "charge.refunded"),
    "verification": ("setup_intent.succeeded",),
}
_FAILED: Final[dict[str, Types]] = {
    "sale": ("payment_intent.payment_failed", "charge.failed"),
    "authorisation": ("payment_intent.payment_failed", "charge.failed"),
    "refund": ("refund.failed",),
    "verification": ("setup_intent.setup_failed",),
}
_SENT: Final[dict[str, Types]] = {"refund": ("refund.created",)}
_UNKNOWN: Final[dict[str, Types]] = {"sale": (PROCESSING,), "authorisation": (PROCESSING,)}
_CANCELED: Final[Types] = ("payment_intent.canceled",)
_RELEASED: Final[Types] = (*_CANCELED, "charge.refunded")
_EXPIRED: Final[Types] = (*_CANCELED, "charge.expired")
_SETUP_CREATED: Final[Types] = ("setup_intent.created",)
_SETUP_ACTION: Final[Types] = ("setup_intent.requires_action",)
_SETUP_CANCELED: Final[Types] = ("setup_intent.canceled",)
_CUSTOMER: Final[Types] = ("customer.created", "customer.updated", "customer.deleted")
_METHOD: Final[Types] = (
    "payment_method.attached",
    "payment_method.detached",
    "payment_method.updated",
)
_SESSION: Final[Types] = ("checkout.session.completed", "checkout.session.expired")
_DISPUTE: Final[Types] = (
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
)
# Of a day that was closed, and of a transfer that stands so.
_CLOSED: Final[Types] = ("x.batch.closed", "balance.available")
_PAYOUT: Final[dict[PayoutStatus, Types]] = {
    "in_transit": ("payout.created",),
    "paid": ("payout.paid",),
    "failed": ("payout.failed",),
}
_OF_EXCHANGES: Final = (_APPROVED, _FAILED, _SENT, _UNKNOWN)
TYPES: Final = tuple(
    dict.fromkeys(
        [
            CREATED,
            ACTION,
            *(type_ for table in _OF_EXCHANGES for types in table.values() for type_ in types),
            *(*_RELEASED, *_EXPIRED, *_SETUP_CREATED, *_SETUP_ACTION, *_SETUP_CANCELED),
            *(*_CUSTOMER, *_METHOD),
            *(*_SESSION, *_DISPUTE, *_CLOSED),
            *(type_ for types in _PAYOUT.values() for type_ in types),
            EXCEPTION,
        ]
    )
)


class Happening(Struct, frozen=True):
    """An event's type, and what its object is: the intent, or one that part *number* leads to."""

    type: str
    kind: Kind = "payment_intent"
    number: int = 0


def event_id(ref: str, sequence: int, place: int) -> str:
    """The id of event *place* of the row *sequence*, the same whenever it is read there.

    >>> event_id("a" * 22, 7, 0)
    'evt_cRa3uHNucklEazWO2L02if3v'
    """
    return EVENT + text_of(f"{ref}|{sequence}|{place}")


def happened(before: Intent | None, entry: IntentEntry, after: Intent) -> tuple[Happening, ...]:
    """The events of *entry*, which made *after* of *before*."""
    match entry:
        case Created():
            return _made(_SETUP_CREATED if after.is_setup else (CREATED,), 0)
        case Challenged():
            return _made(_SETUP_ACTION if after.is_setup else (ACTION,), 0)
        case Unauthenticated():
            return _made(_FAILED["verification" if after.is_setup else "sale"][:1], 0)
        case Canceled() if after.is_setup:
            return _made(_SETUP_CANCELED, 0)
        case Lapsed(_, number):
            return _made(_FAILED[after.exchange(number).asked], number)
        case Canceled(_, reason):
            paid = after.paid
            if paid is None:
                return _made(_CANCELED, 0)
            return _made(_EXPIRED if reason == EXPIRED else _RELEASED, paid.number)
        case Sent(asked=asked, number=number):
            return _made(_SENT.get(asked, ()), number)
        case Answered(_, number, _):
            return _answered(after.exchange(number))
        case Owed(_, number, _, _) if after.exchange(number).stand is Stand.UNKNOWN:
            return _made(_UNKNOWN.get(after.exchange(number).asked, ()), number)
        case Undone(_, number, _) if after.exchange(number).stand is Stand.UNDONE:
            return _made(_FAILED.get(after.exchange(number).asked, ()), number)
        case Resolved(number=number) if after.exchange(number).stand is Stand.APPROVED:
            return _made(_APPROVED.get(after.exchange(number).asked, ()), number)
        case Resolved(number=number) if after.exchange(number).stand is Stand.UNDONE:
            return _made(_FAILED.get(after.exchange(number).asked, ()), number)
        case Refused(_, number, _) | Spent(_, number):
            is_refund = after.exchange(number).asked == "refund"
            return (Happening(EXCEPTION, "refund" if is_refund else "payment_intent", number),)
    return ()


def happened_to(before: Thing | None, after: Thing) -> tuple[Happening, ...]:
    """The events of a thing that became *after*."""
    match before, after:
        case None, Customer():
            return _made(_CUSTOMER[:1], 0)
        case Customer(), Customer(is_deleted=is_deleted):
            return _made(_CUSTOMER[2:] if is_deleted else _CUSTOMER[1:2], 0)
        case None, Method(customer=str()):
            return _made(_METHOD[:1], 0)
        case Method(customer=known), Method(customer=kept) if known != kept:
            return _made(_METHOD[1:2] if kept is None else _METHOD[:1], 0)
        case Session(), Session(status=SessionStatus.COMPLETE):
            return _made(_SESSION[:1], 0)
        case Session(), Session(status=SessionStatus.EXPIRED):
            return _made(_SESSION[1:], 0)
        case None, Dispute(status=status):
            return _made(_DISPUTE[::2] if status in OVER else _DISPUTE[:1], 0)
        case Dispute(), Dispute(status=DisputeStatus.WON | DisputeStatus.LOST):
            return _made(_DISPUTE[2:], 0)
        case Dispute(), Dispute():
            return _made(_DISPUTE[1:2], 0)
        case Method(), Method():
            return _made(_METHOD[2:], 0)
        case None, DayClosed():
            return _made(_CLOSED, 0)
        case _, Payout(status=status):
            return _made(_PAYOUT[status], 0)
    return ()


def _answered(exchange: Exchange) -> tuple[Happening, ...]:
    if exchange.stand is not Stand.APPROVED:
        types = _FAILED.get(exchange.asked, ())
        # Of an intent whose shopper is now asked, it is not said that it has failed.
        return _made(types[1:] if exchange.lacks == "sought" else types, exchange.number)
    is_part = exchange.asked == "completion" and not exchange.is_final
    return _made(_APPROVED.get("part" if is_part else exchange.asked, ()), exchange.number)


def _made(types: Types, number: int) -> tuple[Happening, ...]:
    """Each with the object that its name begins with: a thing, the intent, or a part of it."""
    return tuple(Happening(type_, _KINDS[type_.rpartition(".")[0]], number) for type_ in types)


_KINDS: Final[dict[str, Kind]] = {
    "payment_intent": "payment_intent",
    "setup_intent": "setup_intent",
    "customer": "customer",
    "checkout.session": "checkout.session",
    "charge.dispute": "dispute",
    "payment_method": "payment_method",
    "charge": "charge",
    "refund": "refund",
    "payout": "payout",
    "balance": "balance",
    "x.batch": "x.batch",
}
