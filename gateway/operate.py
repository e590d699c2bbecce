"""What a gateway that runs does for its operator, on its control channel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.control import Verb

from .api import params
from .api.endpoints import Services
from .api.families.exceptions import ResolveParams, exception_named, exception_object
from .api.forms import refuse_stray_cards
from .api.given.sources import session_use
from .core.calls import Resolve
from .core.exchanges import Exchange
from .core.intents import Intent
from .linking import link_verbs
from .triggers import trigger

CONTROL: Final = "gateway"
# All that it can be asked there; the last two by those that a vault has.
VERBS: Final = (
    "trigger",
    "resend",
    "exceptions",
    "resolve",
    "link_create",
    "links",
    "link_deactivate",
    "vault_status",
    "vault_rotate",
)
_RESOLVING: Final = ("outcome", "because")


def operator_verbs(services: Services, merchants: tuple[str, ...]) -> dict[str, Verb]:
    """The verbs of its channel."""

    async def trigger_event(told: Mapping[str, Any]) -> Mapping[str, Any]:
        type_, merchant = _text(told, "type"), _text(told, "merchant") or next(iter(merchants), "")
        if merchant not in merchants:
            raise Error(f"merchant: expected one of {', '.join(merchants)}")
        return await trigger(services.front, services.vault, merchant, type_)

    async def resend(told: Mapping[str, Any]) -> Mapping[str, Any]:
        ids = await asyncio.to_thread(
            _resend, services, _text(told, "event"), _text(told, "endpoint")
        )
        services.events.poke()
        return {"endpoints": ids}

    async def list_exceptions(_: Mapping[str, Any]) -> Mapping[str, Any]:
        found, more = await asyncio.to_thread(services.reader.exceptions)
        return {"exceptions": [_shown(*each) for each in found], "has_more": more}

    async def resolve(told: Mapping[str, Any]) -> Mapping[str, Any]:
        return await _resolve(services, told)

    return {
        "trigger": trigger_event,
        "resend": resend,
        "exceptions": list_exceptions,
        "resolve": resolve,
        **link_verbs(services, merchants),
    }


async def _resolve(services: Services, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep what a person knows of an exception."""
    given = params.read(ResolveParams, {name: told.get(name) for name in _RESOLVING})
    refuse_stray_cards([("because", given.because)])
    ref, number = exception_named(_text(told, "id"))
    intent = await asyncio.to_thread(services.reader.intent, ref)
    if intent is None or not intent.exceptions:
        raise Error(f"{_text(told, 'id')[:80]}: no exception that waits for a person")
    who = f"operator {_text(told, 'who')}"
    deed = Resolve(number=number, outcome=given.outcome, because=given.because, who=who)
    uses = session_use(intent.session)
    reply = await services.front.call(intent.merchant, ref, deed, uses=uses)
    if reply.problem is not None or reply.intent is None:
        raise Error(reply.problem.message if reply.problem else "nothing was done")
    return _shown(reply.intent, reply.intent.exchange(number))


def _shown(intent: Intent, exchange: Exchange) -> Mapping[str, Any]:
    return {**exception_object(intent, exchange), "merchant": intent.merchant}


def _resend(services: Services, event: str, endpoint: str) -> list[str]:
    """Owe *event* once more; the ids of the endpoints."""
    outbox = services.events.outbox
    found = outbox.find(event)
    if found is None:
        raise Error(f"{event[:80]}: no such event of the last 30 days")
    number, known = found
    of_merchant = outbox.endpoints(known.merchant)
    if endpoint:
        chosen = [each for each in of_merchant if each.id == endpoint]
        if not chosen:
            raise Error(f"{endpoint[:80]}: no such endpoint of {known.merchant}")
    else:
        chosen = [each for each in of_merchant if each.wants(known.type)]
    outbox.resend(number, chosen, services.now())
    return [each.id for each in chosen]


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name, "")
    if not isinstance(value, str):
        raise Error(f"{name}: expected text")
    return value
