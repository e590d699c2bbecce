"""Payment links: an order at an address, for whoever is sent there; no shop is needed for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ...core.calls import Alter, Things, Use
from ...core.things import Record, Thing
from ...core.things.links import Link
from .. import params
from ..endpoints import Answer, Asked, read_thing, thing_of
from ..faults import bad
from ..ids import new_id
from ..objects import Object
from ..paging import page_of, thing_of_kind
from .sessions import CreateParams as SessionParams
from .sessions import IntentParams, ItemParams, session_of

LINKS: Final = "payment_link"
PREFIX: Final = "plink_"
URL: Final = "/v1/payment_links"
_LIMIT: Final = "restrictions[completed_sessions][limit]"


class Redirect(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the browser goes once it is paid."""

    url: str


class AfterParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What comes once it is paid: a page of ours, or one of the merchant's."""

    type: Literal["hosted_confirmation", "redirect"] = "hosted_confirmation"
    redirect: Redirect | None = None


class Completed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often it may be paid."""

    limit: params.Whole


class Restrictions(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Within which bounds."""

    completed_sessions: Completed


class CreateParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new link."""

    line_items: tuple[ItemParams, ...]
    after_completion: AfterParams = AfterParams()
    payment_intent_data: IntentParams = IntentParams()
    metadata: dict[str, str] = {}
    restrictions: Restrictions | None = None


class UpdateParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whether it can still be paid."""

    active: bool


async def create_link(asked: Asked) -> Answer:
    """POST /v1/payment_links."""
    given = params.read(CreateParams, asked.value)
    pages, id_ = asked.services.pages_url, new_id(PREFIX)
    if not pages:
        raise bad("This gateway has no pages: its configuration says where they are")
    if given.restrictions is not None and given.restrictions.completed_sessions.limit != 1:
        raise bad("limit: 1, or leave it out: then it is paid as often as it is opened", _LIMIT)
    after = given.after_completion.redirect
    order = SessionParams(
        success_url=after.url if after is not None else f"{pages}/c/{{CHECKOUT_SESSION_ID}}",
        line_items=given.line_items,
        payment_intent_data=given.payment_intent_data,
        metadata=given.metadata,
    )
    link = Link(
        order=session_of(asked, order, id_),
        url=f"{pages}/l/{id_}",
        is_once=given.restrictions is not None,
    )
    reply = await asked.call(id_, "", Alter(lambda things, now: {id_: link}), LINKS)
    return link_object(thing_of(reply)), reply


async def retrieve_link(asked: Asked) -> Answer:
    """GET /v1/payment_links/{id}."""
    params.read(params.ReadParams, asked.value)
    return link_object(await read_thing(asked, LINKS, asked.id)), None


async def update_link(asked: Asked) -> Answer:
    """POST /v1/payment_links/{id}."""
    given = params.read(UpdateParams, asked.value)

    def change(things: Things, now: Seconds) -> Mapping[str, Thing]:
        return {asked.id: replace(link_in(things[asked.id]), is_active=given.active)}

    uses = (Use(kind=LINKS, id=asked.id),)
    reply = await asked.call(asked.id, asked.id, Alter(change), LINKS, uses)
    return link_object(thing_of(reply)), reply


async def list_links(asked: Asked) -> Answer:
    """GET /v1/payment_links."""
    given = params.read(params.ListParams, asked.value)
    page = await page_of(asked, given, (LINKS,), thing_of_kind(LINKS))
    return page.shown(URL, [link_object(each) for each in page.things()]), None


def link_in(record: Record) -> Link:
    """The link that *record* is of."""
    assert isinstance(record.thing, Link)
    return record.thing


def link_object(record: Record) -> Object:
    """A `payment_link`; `x_session` is the last session that was opened by it."""
    link = link_in(record)
    return {
        "id": record.id,
        "object": "payment_link",
        "active": link.is_active,
        "currency": link.order.currency,
        "livemode": False,
        "metadata": dict(link.order.metadata),
        "restrictions": {"completed_sessions": {"limit": 1}} if link.is_once else None,
        "url": link.url,
        "x_amount_total": link.order.total,
        "x_created": int(record.at),
        "x_session": link.session,
    }
