"""Checkout sessions: an order that a shopper pays on a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ...core.calls import Alter, Create, Things, Use
from ...core.entries import CaptureMethod, Details, Terms
from ...core.ids import INTENT, SESSION, SETUP, id_of
from ...core.problems import Problem
from ...core.row import INTENT as INTENTS
from ...core.row import SETUP as SETUPS
from ...core.things import Record, Thing
from ...core.things.sessions import Item, Mode, Session, SessionStatus, Ui, expired
from .. import params
from ..endpoints import Answer, Asked, money_of, read_thing, thing_of
from ..faults import bad
from ..given.sources import SESSIONS, customer_use, session_use
from ..given.urls import given_url
from ..ids import SECRET_LENGTH, new_id, new_ref, random_text
from ..objects import Object, list_object
from ..paging import cut, page_of, thing_of_kind

URL: Final = "/v1/checkout/sessions"
LIVES_S: Final = (1_800, 86_400)  # seconds from its making until it expires
SLACK_S: Final = 60  # What a client counts from its own clock may come a little short.
ITEMS_MAX: Final = 100
QUANTITY_MAX: Final = 999_999
# Older clients read the intent of a session at once.
_WITH_INTENT_UNTIL: Final = "2022-08-01"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Product(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is sold."""

    name: str
    description: str | None = None
    images: tuple[str, ...] = ()


class Price(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one costs."""

    currency: str
    unit_amount: params.Whole
    product_data: Product


class ItemParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A line: by its price, or as clients of old say it."""

    price_data: Price | None = None
    quantity: params.Whole | None = None  # one
    name: str | None = None
    amount: params.Whole | None = None
    currency: str | None = None
    description: str | None = None
    images: tuple[str, ...] = ()


class IntentParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of the intent that the session makes."""

    capture_method: CaptureMethod = "automatic"
    description: str | None = None
    metadata: dict[str, str] = {}
    statement_descriptor: str | None = None


class CreateParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new session."""

    success_url: str
    cancel_url: str | None = None
    mode: Mode = "payment"
    line_items: tuple[ItemParams, ...] = ()
    payment_intent_data: IntentParams = IntentParams()
    payment_method_types: tuple[Literal["card"], ...] = ("card",)
    customer: str | None = None
    customer_email: str | None = None
    client_reference_id: str | None = None
    currency: str | None = None
    metadata: dict[str, str] = {}
    expires_at: params.Whole | None = None
    ui_mode: Ui | Literal["hosted"] = "hosted_page"
    locale: str | None = None
    submit_type: str | None = None


class SessionsParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of sessions: of a customer, or of all."""

    customer: str | None = None


async def create_session(asked: Asked) -> Answer:
    """POST /v1/checkout/sessions."""
    given = params.read(CreateParams, asked.value)
    id_, uses = new_id(SESSION), customer_use(given.customer)
    session = session_of(asked, given, id_)

    def change(things: Things, now: Seconds) -> Mapping[str, Thing]:
        return {id_: session}

    reply = await asked.call(id_, "", Alter(change), SESSIONS, uses)
    record = thing_of(reply)
    if reply.is_replayed:
        record = await read_thing(asked, SESSIONS, record.id)
    has_intent = session_in(record).intent is not None
    if has_intent or not _wants_intent(asked.version) or session.mode == "setup":
        return session_object(record), reply
    deed, own = intent_for(record.id, session), session_use(record.id)
    alone = replace(asked, idempotency="", digest="")  # The session has the key.
    await alone.call(new_ref(), "", deed, uses=(*uses, *own))
    return session_object(await read_thing(asked, SESSIONS, record.id)), reply


async def retrieve_session(asked: Asked) -> Answer:
    """GET /v1/checkout/sessions/{id}."""
    params.read(params.ReadParams, asked.value)
    return session_object(await read_thing(asked, SESSIONS, asked.id)), None


async def expire_session(asked: Asked) -> Answer:
    """POST /v1/checkout/sessions/{id}/expire."""
    params.read(params.NoParams, asked.value)
    uses = (Use(kind=SESSIONS, id=asked.id),)
    reply = await asked.call(asked.id, asked.id, Alter(expiry_of(asked.id)), SESSIONS, uses)
    return session_object(thing_of(reply)), reply


def expiry_of(id_: str) -> Callable[[Things, Seconds], Mapping[str, Thing] | Problem]:
    """What ends the session *id_* before its time."""

    def change(things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
        then = expired(session_in(things[id_]))
        return then if isinstance(then, Problem) else {id_: then}

    return change


async def list_sessions(asked: Asked) -> Answer:
    """GET /v1/checkout/sessions."""
    given = params.read(SessionsParams, asked.value)
    locate = thing_of_kind(SESSIONS)
    page = await page_of(asked, given, (SESSIONS,), locate, given.customer)
    return page.shown(URL, [session_object(each) for each in page.things()]), None


async def list_items(asked: Asked) -> Answer:
    """GET /v1/checkout/sessions/{id}/line_items."""
    given = params.read(params.ListParams, asked.value)
    return items_of(await read_thing(asked, SESSIONS, asked.id), given), None


def items_of(record: Record, given: params.ListParams) -> Object:
    """The page of its lines that is asked for."""
    session = session_in(record)
    ids = [f"li_{record.id.removeprefix(SESSION)}{n}" for n in range(len(session.items))]
    pairs = list(zip(ids, session.items, strict=True))
    found, has_more = cut(pairs, ids, given)
    data = [_item_object(id_, item, session.currency) for id_, item in found]
    url = f"{URL}/{record.id}/line_items"
    return list_object(url, data, has_more)


def intent_for(id_: str, session: Session) -> Create:
    """The intent that is paid by the session *id_*."""
    is_setup = session.mode == "setup"
    return Create(
        secret=random_text(SECRET_LENGTH),
        amount=0 if is_setup else session.total,
        currency="" if is_setup else session.currency,
        details=Details(
            description=session.description,
            metadata=session.intent_metadata,
            receipt_email=session.customer_email,
            statement_descriptor=session.statement_descriptor,
        ),
        terms=Terms(capture=session.capture, future_usage="off_session" if is_setup else None),
        customer=session.customer,
        session=id_,
        is_setup=is_setup,
    )


def session_in(record: Record) -> Session:
    """The session that *record* is of."""
    assert isinstance(record.thing, Session)
    return record.thing


def kind_of(session: Session) -> str:
    """Of which kind its intent is, or will be."""
    return SETUPS if session.mode == "setup" else INTENTS


def session_object(record: Record) -> Object:
    """A `checkout.session`."""
    session = session_in(record)
    is_setup, ref = session.mode == "setup", session.intent
    intent = None if ref is None else id_of(SETUP if is_setup else INTENT, ref)
    paid = "no_payment_required" if is_setup else "paid" if session.is_paid else "unpaid"
    return {
        "id": record.id,
        "object": "checkout.session",
        "created": int(record.at),
        "livemode": False,
        "amount_subtotal": None if is_setup else session.total,
        "amount_total": None if is_setup else session.total,
        "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id,
        "currency": session.currency or None,
        "customer": session.customer,
        "customer_details": None,
        "customer_email": session.customer_email,
        "expires_at": int(session.expires_at),
        "metadata": dict(session.metadata),
        "mode": session.mode,
        "payment_intent": None if is_setup else intent,
        "payment_link": session.link,
        "payment_method_types": ["card"],
        "payment_status": paid,
        "setup_intent": intent if is_setup else None,
        "status": str(session.status),
        "success_url": session.success_url,
        "ui_mode": session.ui,
        "url": session.url if session.status is SessionStatus.OPEN else None,
    }


def session_of(asked: Asked, given: CreateParams, id_: str) -> Session:
    """The session *id_*, as it is asked for. Raises Fault."""
    items = [_item(each, f"line_items[{n}]") for n, each in enumerate(given.line_items)]
    codes = {code.lower() for _, code in items}
    if given.mode == "payment" and not items:
        raise bad("Missing required param: line_items", "line_items", "parameter_missing")
    if given.mode == "setup" and items:
        raise bad("A setup sells nothing: leave line_items out", "line_items")
    if len(items) > ITEMS_MAX:
        raise bad(f"At most {ITEMS_MAX} lines", "line_items")
    if len(codes) > 1:
        raise bad("All lines are in one currency", "line_items")
    total = sum(item.total for item, _ in items)
    currency = money_of(asked, params.Whole(total), codes.pop())[1] if items else ""
    data = given.payment_intent_data
    params.check_metadata(data.metadata)
    return Session(
        mode=given.mode,
        items=tuple(item for item, _ in items),
        currency=currency,
        success_url=given_url(asked, given.success_url, "success_url"),
        cancel_url=given.cancel_url and given_url(asked, given.cancel_url, "cancel_url"),
        expires_at=_expiry(asked.services.now(), given.expires_at),
        client_reference_id=given.client_reference_id,
        customer=given.customer,
        customer_email=given.customer_email,
        metadata=given.metadata,
        ui="hosted_page" if given.ui_mode == "hosted" else given.ui_mode,
        capture=data.capture_method,
        description=data.description,
        intent_metadata=data.metadata,
        statement_descriptor=data.statement_descriptor,
        url=f"{pages}/c/{id_}" if (pages := asked.services.pages_url) else None,
    )


def _item(given: ItemParams, param: str) -> tuple[Item, str]:
    """A line, and its currency. Raises Fault."""
    price = given.price_data
    name = price.product_data.name if price else given.name
    amount = price.unit_amount if price else given.amount
    code = price.currency if price else given.currency
    if name is None or amount is None or code is None:
        raise bad(f"Missing required param: {param}[price_data]", param, "parameter_missing")
    if amount < 0:
        raise bad("An amount is not below zero", param, "parameter_invalid_integer")
    quantity = 1 if given.quantity is None else int(given.quantity)
    if not 1 <= quantity <= QUANTITY_MAX:
        place = f"{param}[quantity]"
        raise bad(f"quantity: 1 to {QUANTITY_MAX}", place, "parameter_invalid_integer")
    return Item(name=name, amount=int(amount), quantity=quantity), code


def _expiry(now: Seconds, given: int | None) -> Seconds:
    low, high = LIVES_S
    if given is None:
        return now + high
    if not now + low - SLACK_S <= given <= now + high + SLACK_S:
        raise bad("expires_at: 30 minutes to 24 hours from now", "expires_at")
    return float(given)


def _wants_intent(version: str) -> bool:
    found = _DATE.match(version)
    return found is not None and found[0] < _WITH_INTENT_UNTIL


def _item_object(id_: str, item: Item, currency: str) -> dict[str, Any]:
    return {
        "id": id_,
        "object": "item",
        "amount_subtotal": item.total,
        "amount_total": item.total,
        "currency": currency,
        "description": item.name,
        "price": {"object": "price", "currency": currency, "unit_amount": item.amount},
        "quantity": item.quantity,
    }
