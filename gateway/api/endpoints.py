"""What each endpoint does: parameters in, calls of the core, objects out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hmac import compare_digest
from typing import Final

from msgspec import Struct

from cardswitch.specs.amounts import AMOUNT_DIGITS_MAX, currency
from cardswitch.specs.errors import FormatError
from cardswitch.specs.merchants import Merchant
from cardswitch.wire.ports import Seconds

from ..core.calls import Cancel, Create, Deed, Pay, Read, Refund, Reply
from ..core.entries import Card, Details
from ..core.ids import CHARGE, INTENT, REFUND, id_of, parts_of
from ..core.intents import Exchange, Intent
from ..core.problems import missing
from ..front import Front
from ..store import GatewayReader
from . import params
from .cards import Sealing, card_of, named_card
from .faults import Fault, bad, unauthorised
from .forms import Value
from .ids import SECRET_LENGTH, new_ref, random_text
from .keys import ApiKey
from .objects import (
    CHARGE_PATHS,
    INTENT_PATHS,
    REFUND_PATHS,
    Object,
    charge_object,
    expanded,
    intent_object,
    list_object,
    refund_object,
)

LIMIT_MAX: Final = 100


class Services(Struct, frozen=True):
    """What endpoints use."""

    front: Front
    reader: GatewayReader
    vault: Sealing
    merchants: dict[str, Merchant]
    now: Callable[[], Seconds]


class Asked(Struct, frozen=True, kw_only=True):
    """One request: who asks, for what, with which parameters and idempotency key."""

    services: Services
    key: ApiKey
    id: str
    value: Value
    idempotency: str = ""
    digest: str = ""

    @property
    def is_public(self) -> bool:
        """Whether a browser asks: it may do little, and must know the client secret."""
        return self.key.kind == "publishable"

    async def call(self, ref: str, named: str, deed: Deed) -> Reply:
        """Have *deed* done for the intent *ref*. Raises Told if that has a problem."""
        reply = await self.services.front.call(
            self.key.merchant,
            ref,
            deed,
            named=named,
            key=self.idempotency,
            digest=self.digest,
        )
        if reply.problem is not None:
            raise Told(reply)
        return reply


class Told(Fault):
    """The core has found a problem; *reply* is what it said."""

    def __init__(self, reply: Reply) -> None:
        assert reply.problem is not None
        super().__init__(reply.problem)
        self.reply = reply


Answer = tuple[Object, Reply | None]


# Intents ------------------------------------------------------------------------------------------


async def create_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents."""
    given = params.read(params.CreateParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    amount, money = _money(asked, given.amount, given.currency)
    card, cvc = _card(asked, given.payment_method, given.payment_method_data)
    if given.confirm and card is None:
        raise bad("Missing required param: payment_method", "payment_method", "parameter_missing")
    details = Details(
        description=given.description,
        metadata=given.metadata,
        receipt_email=given.receipt_email,
        statement_descriptor=given.statement_descriptor,
        statement_descriptor_suffix=given.statement_descriptor_suffix,
    )
    deed = Create(
        secret=random_text(SECRET_LENGTH),
        amount=amount,
        currency=money,
        card=card,
        details=details,
        pay=Pay(cvc=cvc) if given.confirm else None,
    )
    reply = await asked.call(new_ref(), "", deed)
    return intent_object(_intent(reply), expand), reply


async def read_intent(asked: Asked) -> Answer:
    """GET /v1/payment_intents/{id}."""
    given = params.read(params.ReadParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    intent = await _seen(asked, given.client_secret)
    return intent_object(intent, expand), None


async def confirm_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/confirm."""
    given = params.read(params.ConfirmParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    if asked.is_public:
        await _seen(asked, given.client_secret)
    card, cvc = _card(asked, given.payment_method, given.payment_method_data)
    reply = await asked.call(_ref(asked.id), asked.id, Pay(card=card, cvc=cvc))
    return intent_object(_intent(reply), expand), reply


async def cancel_intent(asked: Asked) -> Answer:
    """POST /v1/payment_intents/{id}/cancel."""
    given = params.read(params.CancelParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS)
    reply = await asked.call(_ref(asked.id), asked.id, Cancel(reason=given.cancellation_reason))
    return intent_object(_intent(reply), expand), reply


async def list_intents(asked: Asked) -> Answer:
    """GET /v1/payment_intents."""
    given = params.read(params.ListParams, asked.value)
    expand = expanded(given.expand, INTENT_PATHS, "data.")
    limit = _limit(given)
    before = 0
    if given.starting_after is not None:
        named = parts_of(INTENT, given.starting_after)
        found = await _read(asked, named[0] if named else "", given.starting_after)
        before = found.leg
    intents = asked.services.reader.intents
    page = await asyncio.to_thread(intents, asked.key.merchant, limit + 1, before=before)
    data = [intent_object(intent, expand) for intent in page[:limit]]
    return list_object("/v1/payment_intents", data, len(page) > limit), None


# Charges and refunds ------------------------------------------------------------------------------


async def read_charge(asked: Asked) -> Answer:
    """GET /v1/charges/{id}."""
    given = params.read(params.ReadParams, asked.value)
    expand = expanded(given.expand, CHARGE_PATHS)
    intent, payment = await _part(asked, CHARGE, "charge", asked.id)
    return charge_object(intent, payment, expand), None


async def create_refund(asked: Asked) -> Answer:
    """POST /v1/refunds."""
    given = params.read(params.RefundParams, asked.value)
    expand = expanded(given.expand, REFUND_PATHS)
    if (given.payment_intent is None) == (given.charge is None):
        raise bad("Name a payment_intent or a charge", "payment_intent", "parameter_missing")
    if given.amount is not None and given.amount < 1:
        raise bad("An amount above zero", "amount", "parameter_invalid_integer")
    named = given.payment_intent or given.charge or ""
    amount = None if given.amount is None else int(given.amount)
    deed = Refund(amount=amount, reason=given.reason, metadata=given.metadata)
    reply = await asked.call(_ref(named, INTENT if given.payment_intent else CHARGE), named, deed)
    intent = _intent(reply)
    return refund_object(intent, intent.exchange(reply.number), expand), reply


async def read_refund(asked: Asked) -> Answer:
    """GET /v1/refunds/{id}."""
    given = params.read(params.ReadParams, asked.value)
    expand = expanded(given.expand, REFUND_PATHS)
    intent, refund = await _part(asked, REFUND, "refund", asked.id)
    return refund_object(intent, refund, expand), None


async def list_refunds(asked: Asked) -> Answer:
    """GET /v1/refunds: those of one payment_intent or charge, newest first."""
    given = params.read(params.ListParams, asked.value)
    expand = expanded(given.expand, REFUND_PATHS, "data.")
    named = given.payment_intent or given.charge
    if named is None:
        raise bad("Name a payment_intent or a charge", "payment_intent", "parameter_missing")
    intent = await _read(asked, _ref(named, INTENT if given.payment_intent else CHARGE), named)
    refunds = [each for each in reversed(intent.exchanges) if each.asked == "refund"]
    ids = [id_of(REFUND, intent.ref, each.number) for each in refunds]
    if given.starting_after is not None:
        if given.starting_after not in ids:
            raise Fault(missing("refund", given.starting_after, "starting_after"))
        refunds = refunds[ids.index(given.starting_after) + 1 :]
    limit = _limit(given)
    data = [refund_object(intent, each, expand) for each in refunds[:limit]]
    return list_object("/v1/refunds", data, len(refunds) > limit), None


# Parts --------------------------------------------------------------------------------------------

_NO_REF: Final = "-"  # of an id that is none: nothing has it


def _ref(id_: str, prefix: str = INTENT) -> str:
    parts = parts_of(prefix, id_)
    return parts[0] if parts else _NO_REF


def _intent(reply: Reply) -> Intent:
    assert reply.intent is not None
    return reply.intent


async def _read(asked: Asked, ref: str, named: str) -> Intent:
    reply = await asked.services.front.call(asked.key.merchant, ref, Read(), named=named)
    if reply.problem is not None:
        raise Told(reply)
    return _intent(reply)


async def _seen(asked: Asked, secret: str | None) -> Intent:
    """The intent, for whoever has the secret key, or else its client secret."""
    intent = await _read(asked, _ref(asked.id), asked.id)
    if asked.is_public:
        wanted = f"{id_of(INTENT, intent.ref)}_secret_{intent.secret}"
        if secret is None or not compare_digest(secret.encode(), wanted.encode()):
            raise unauthorised("The client_secret is not that of the intent", 403)
    return intent


async def _part(asked: Asked, prefix: str, what: str, id_: str) -> tuple[Intent, Exchange]:
    parts = parts_of(prefix, id_)
    wanted = "sale" if prefix == CHARGE else "refund"
    if parts is not None:
        ref, number = parts
        intent = await _read(asked, ref, id_)
        if 1 <= number <= len(intent.exchanges) and intent.exchange(number).asked == wanted:
            return intent, intent.exchange(number)
    raise Fault(missing(what, id_, "id"))


def _limit(given: params.ListParams) -> int:
    if not 1 <= given.limit <= LIMIT_MAX:
        raise bad(f"limit: 1 to {LIMIT_MAX}", "limit", "parameter_invalid_integer")
    return int(given.limit)


def _money(asked: Asked, amount: params.Whole, code: str) -> tuple[int, str]:
    """The amount in minor units, and the currency in small letters. Raises Fault."""
    try:
        if code != code.lower() and code != code.upper():
            raise FormatError("a currency")
        known = currency(code.upper())
    except FormatError:
        raise bad(f"Invalid currency: {code[:10]}", "currency") from None
    if known.alpha != code.upper():
        raise bad(f"Invalid currency: {code[:10]}", "currency")
    merchant = asked.services.merchants.get(asked.key.merchant)
    if merchant is not None and known.numeric not in merchant.currencies:
        raise bad(f"This merchant takes no {known.alpha}", "currency", "currency_not_supported")
    if amount < 1:
        raise bad("An amount above zero", "amount", "amount_too_small")
    if amount >= 10**AMOUNT_DIGITS_MAX:
        raise bad(f"At most {AMOUNT_DIGITS_MAX} digits", "amount", "amount_too_large")
    return int(amount), known.alpha.lower()


def _card(
    asked: Asked, name: str | None, data: params.MethodParams | None
) -> tuple[Card | None, str]:
    """The card that is given, sealed, and its CVC."""
    if name is not None and data is not None:
        raise bad("Give payment_method or payment_method_data, not both", "payment_method_data")
    if name is not None:
        return named_card(name, asked.services.vault), ""
    if data is None:
        return None, ""
    return card_of(data, asked.services.vault, asked.services.now()), data.card.cvc or ""
