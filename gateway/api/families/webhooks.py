"""What is asked of events and of the endpoints that are told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import replace

from cardswitch.specs.errors import Error

from ...core.calls import Claim, Reply
from ...core.problems import missing
from ...outbox.endpoints import ALL, ENDPOINT, Endpoint, rolled, secret_of, since
from ...outbox.follow import Event
from ...outbox.happenings import TYPES
from ...outbox.service import Events
from .. import params
from ..endpoints import Answer, Asked, limit_of
from ..event_params import (
    EndpointParams,
    EndpointsParams,
    EndpointUpdate,
    EventsParams,
    ResendParams,
)
from ..events import event_object
from ..faults import Fault, bad
from ..ids import new_id
from ..objects import Object, list_object
from ..paging import refuse_both, times_of

URL: Final = "/v1/webhook_endpoints"
EVENTS: Final = "/v1/events"
_ENDPOINTS: Final = "webhook_endpoint"


# Endpoints ----------------------------------------------------------------------------------------


async def create_endpoint(asked: Asked) -> Answer:
    """POST /v1/webhook_endpoints: the answer alone has the secret."""
    given = params.read(EndpointParams, asked.value)
    events = asked.services.events
    _check(events, given.url, given.enabled_events)
    endpoint = Endpoint(
        id=new_id(ENDPOINT),
        merchant=asked.key.merchant,
        url=given.url,
        types=given.enabled_events,
        created=asked.services.now(),
        description=given.description,
        metadata=given.metadata,
        token=asked.idempotency or None,
        digest=asked.digest,
    )
    reader, reply = asked.services.reader, await _claimed(asked, endpoint.id)
    try:
        made = await asyncio.to_thread(lambda: events.outbox.add(endpoint, reader.last()))
    except Error as error:
        raise bad(str(error)) from None
    if made.digest != endpoint.digest:
        raise asked.other_request()
    return {**endpoint_object(made), "secret": secret_of(made, events.secret_for)}, reply


async def list_endpoints(asked: Asked) -> Answer:
    """GET /v1/webhook_endpoints."""
    given = params.read(EndpointsParams, asked.value)
    found = await _endpoints(asked)
    ids = [each.id for each in found]
    if given.starting_after is not None:
        if given.starting_after not in ids:
            raise Fault(missing(_ENDPOINTS, given.starting_after, "starting_after"))
        found = found[ids.index(given.starting_after) + 1 :]
    size = limit_of(given)
    return list_object(URL, [*map(endpoint_object, found[:size])], len(found) > size), None


async def retrieve_endpoint(asked: Asked) -> Answer:
    """GET /v1/webhook_endpoints/{id}."""
    params.read(params.NoParams, asked.value)
    return endpoint_object(await _endpoint(asked)), None


async def update_endpoint(asked: Asked) -> Answer:
    """POST /v1/webhook_endpoints/{id}."""
    given = params.read(EndpointUpdate, asked.value, unsets=True)

    def changed(before: Endpoint) -> Endpoint:
        said, marks = given.description, given.metadata
        return replace(
            before,
            url=before.url if given.url is None else given.url,
            types=given.enabled_events or before.types,
            description=before.description if said is UNSET else said,
            metadata=before.metadata if marks is UNSET else params.merged(before.metadata, marks),
            is_enabled=before.is_enabled if given.disabled is None else not given.disabled,
        )

    then = changed(await _endpoint(asked))
    _check(asked.services.events, then.url, then.types)
    return endpoint_object(await _change(asked, changed)), None


async def roll_endpoint(asked: Asked) -> Answer:
    """POST /v1/x/webhook_endpoints/{id}/roll: a new secret; for a day, both sign."""
    params.read(params.NoParams, asked.value)
    token, now = asked.idempotency, asked.services.now()
    endpoint = await _endpoint(asked)
    reply = await _claimed(asked, endpoint.id)
    endpoint = await _change(asked, lambda before: rolled(before, token, now))
    secret = secret_of(endpoint, asked.services.events.secret_for, since(endpoint, token))
    return {**endpoint_object(endpoint), "secret": secret}, reply


async def delete_endpoint(asked: Asked) -> Answer:
    """DELETE /v1/webhook_endpoints/{id}."""
    params.read(params.NoParams, asked.value)
    endpoint = await _endpoint(asked)
    await asyncio.to_thread(asked.services.events.outbox.remove, endpoint.id)
    return {"id": endpoint.id, "object": "webhook_endpoint", "deleted": True}, None


def endpoint_object(endpoint: Endpoint) -> Object:
    """A `webhook_endpoint`, without its secret."""
    return {
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": int(endpoint.created),
        "description": endpoint.description,
        "enabled_events": list(endpoint.types),
        "livemode": False,
        "metadata": dict(endpoint.metadata),
        "status": "enabled" if endpoint.is_enabled else "disabled",
        "url": endpoint.url,
    }


# Events -------------------------------------------------------------------------------------------


async def list_events(asked: Asked) -> Answer:
    """GET /v1/events: those of the last 30 days, newest first."""
    given = params.read(EventsParams, asked.value)
    refuse_both(given)
    types = (given.type,) if given.type is not None else given.types
    size = limit_of(given)
    before, after = [
        await _number(asked, given, name) for name in ("starting_after", "ending_before")
    ]
    between = times_of(given.created)
    outbox = asked.services.events.outbox
    page = await asyncio.to_thread(
        outbox.page,
        asked.key.merchant,
        size + 1,
        before=before,
        after=after,
        types=types,
        between=between,
    )
    kept = page[1:] if after and len(page) > size else page[:size]
    data = await asyncio.to_thread(_shown, asked, kept)
    return list_object(EVENTS, data, len(page) > size), None


async def retrieve_event(asked: Asked) -> Answer:
    """GET /v1/events/{id}."""
    params.read(params.ReadParams, asked.value)
    found = await _event(asked, asked.id, "id")
    [shown] = await asyncio.to_thread(_shown, asked, [found])
    return shown, None


async def resend_event(asked: Asked) -> Answer:
    """POST /v1/x/events/{id}/resend: to all endpoints that want it, or to one of them."""
    given = params.read(ResendParams, asked.value)
    number, event = await _event(asked, asked.id, "id")
    if given.webhook_endpoint is not None:
        chosen = [await _endpoint(asked, given.webhook_endpoint, "webhook_endpoint")]
    else:
        chosen = [each for each in await _endpoints(asked) if each.wants(event.type)]
    events, now = asked.services.events, asked.services.now()
    await asyncio.to_thread(events.outbox.resend, number, chosen, now)
    events.poke()
    [shown] = await asyncio.to_thread(_shown, asked, [(number, event)])
    return shown, None


def _shown(asked: Asked, found: list[tuple[int, Event]]) -> list[Object]:
    pending = asked.services.events.outbox.pending([number for number, _ in found])
    reader = asked.services.reader
    return [event_object(event, reader, pending[number]) for number, event in found]


# Parts --------------------------------------------------------------------------------------------


def _check(events: Events, url: str, types: tuple[str, ...]) -> None:
    try:
        events.check(url)
    except Error as error:
        raise bad(str(error), "url", "url_invalid") from None
    for place, type_ in enumerate(types):
        if type_ not in (ALL, *TYPES):
            raise bad(f"No such event: {type_[:80]}", f"enabled_events[{place}]")
    if not types:
        raise bad("At least one type of event, or *", "enabled_events", "parameter_missing")


async def _claimed(asked: Asked, ref: str) -> Reply | None:
    """Have the journal know the idempotency key, as that of no other request. Raises Told."""
    if not asked.idempotency:
        return None
    return await asked.call(ref, ref, Claim(), _ENDPOINTS)


async def _change(asked: Asked, changed: Callable[[Endpoint], Endpoint]) -> Endpoint:
    """The caller's endpoint as it is once it is *changed*, whoever else changes it meanwhile."""
    endpoint = await asyncio.to_thread(asked.services.events.outbox.change, asked.id, changed)
    if endpoint is None:
        raise Fault(missing(_ENDPOINTS, asked.id, "id"))
    asked.services.events.poke()
    return endpoint


async def _endpoints(asked: Asked) -> list[Endpoint]:
    return await asyncio.to_thread(asked.services.events.outbox.endpoints, asked.key.merchant)


async def _endpoint(asked: Asked, id_: str | None = None, param: str = "id") -> Endpoint:
    wanted = asked.id if id_ is None else id_
    for endpoint in await _endpoints(asked):
        if endpoint.id == wanted:
            return endpoint
    raise Fault(missing(_ENDPOINTS, wanted, param))


async def _event(asked: Asked, id_: str, param: str) -> tuple[int, Event]:
    found = await asyncio.to_thread(asked.services.events.outbox.find, id_)
    if found is None or found[1].merchant != asked.key.merchant:
        raise Fault(missing("event", id_, param))
    return found


async def _number(asked: Asked, given: Any, name: str) -> int:
    """The number of the event that parameter *name* is the id of; 0 where none is given."""
    id_ = getattr(given, name)
    return 0 if id_ is None else (await _event(asked, id_, name))[0]
