"""Payment links by the operator: made, listed and ended as the API would, for one merchant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.control import Verb

from .api.endpoints import Asked, Services
from .api.families.links import create_link, list_links, update_link
from .api.forms import leaves, refuse_stray_cards
from .api.keys import ApiKey

_OPERATOR: Final = "operator"  # who needs no key: his channel is his


def link_verbs(services: Services, merchants: tuple[str, ...]) -> dict[str, Verb]:
    """The verbs of links."""

    def asked(told: Mapping[str, Any], value: Mapping[str, Any], id_: str = "") -> Asked:
        name = told.get("merchant") or next(iter(merchants), "")
        if name not in merchants:
            raise Error(f"merchant: expected one of {', '.join(merchants)}")
        key = ApiKey(id=_OPERATOR, kind="secret", merchant=name, hash="", hint="", created=0)
        return Asked(services=services, key=key, id=id_, value=dict(value))

    async def create(told: Mapping[str, Any]) -> Mapping[str, Any]:
        price = {
            "currency": told.get("currency"),
            "unit_amount": told.get("amount"),
            "product_data": {"name": told.get("name")},
        }
        order: dict[str, Any] = {
            "line_items": [{"price_data": price, "quantity": told.get("quantity", 1)}]
        }
        if not told.get("often"):
            order["restrictions"] = {"completed_sessions": {"limit": 1}}
        if told.get("back"):
            order["after_completion"] = {"type": "redirect", "redirect": {"url": told["back"]}}
        refuse_stray_cards(leaves(order))
        return (await create_link(asked(told, order)))[0]

    async def list_all(told: Mapping[str, Any]) -> Mapping[str, Any]:
        shown, _ = await list_links(asked(told, {"limit": told.get("last", 10)}))
        return {"links": shown["data"]}

    async def deactivate(told: Mapping[str, Any]) -> Mapping[str, Any]:
        id_ = told.get("id")
        if not isinstance(id_, str):
            raise Error("id: expected text")
        return (await update_link(asked(told, {"active": False}, id_)))[0]

    return {"link_create": create, "links": list_all, "link_deactivate": deactivate}
