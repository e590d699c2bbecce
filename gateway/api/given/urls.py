"""URLs that browsers are sent to: of the merchant's own origins, and of nobody else's."""

from __future__ import annotations

from urllib.parse import urlsplit

from cardswitch.wire.web.safety import origin_of

from ..endpoints import Asked, Services
from ..faults import bad


def given_url(asked: Asked, text: str, param: str) -> str:
    """*text*, which the merchant's shoppers can be sent to. Raises Fault."""
    return url_for(asked.services, asked.key.merchant, text, param)


def url_for(services: Services, name: str, text: str, param: str) -> str:
    """*text*, which shoppers of the merchant *name* can be sent to. Raises Fault."""
    try:
        is_one = bool(urlsplit(text).hostname)
    except ValueError:
        is_one = False
    origin = origin_of(text) if is_one else ""
    if not origin or any(not c.isprintable() or c.isspace() for c in text):
        raise bad("Not a URL: https://…", param, "url_invalid")
    merchant = services.merchants.get(name)
    origins = merchant.origins if merchant is not None else ()
    ours = services.pages_url  # where a link ends that names no other place
    if origin not in map(origin_of, (*origins, ours)):
        raise bad(
            f"{param}: {origin} is none of this merchant's origins: shoppers are sent back to "
            "those alone, and [[merchants]] has them as origins",
            param,
            "url_invalid",
        )
    return text
