"""What protects a page: its headers, and whether a page of ours made a browser ask."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request

# A name or an address, and nothing that could end a directive of a policy.
_ENDS_THE_HOST: Final = "\\"  # for a browser, and for urlsplit not
_HOST: Final = re.compile(r"[0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\]")
_HOST_AND_PORT: Final = re.compile(rf"({_HOST.pattern})(?::[0-9]+)?")
SELF: Final = "'self'"
# Same-origin and not no-referrer: with that a browser says `Origin: null` of our own forms too.
_FIXED: Final = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def origin_of(url: str) -> str:
    """Scheme, host and port of *url*; empty where it has none that a page could go to.

    >>> origin_of("https://shop.localhost:7443/thanks?id=1"), origin_of("javascript:alert(1)")
    ('https://shop.localhost:7443', '')
    """
    try:
        parts = urlsplit("" if _ENDS_THE_HOST in url else url)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    host = parts.hostname or ""
    named = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(named):
        return ""
    return f"{parts.scheme}://{named}{port}"


def with_query(url: str, **more: str) -> str:
    """*url* with *more* in its query.

    >>> with_query("https://shop.localhost/pay?a=1#b", wrong="cvc")
    'https://shop.localhost/pay?a=1&wrong=cvc#b'
    """
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(more))))
    return urlunsplit(parts._replace(query=query))


def host_of(request: Request) -> str:
    """The host that a browser asks for, without its port; empty where it says none that can be."""
    found = _HOST_AND_PORT.fullmatch(request.headers.get("host", ""))
    return found[1] if found else ""


def headers_of(request: Request) -> dict[bytes, bytes]:
    """The headers of *request* by their names in small letters; of one that came twice, the first.

    For whoever asks for several: `request.headers` looks through all of them each time.
    """
    return dict(reversed(request.scope["headers"]))


def address_of(request: Request) -> str:
    """Who asks, as far as his address tells; empty where there is none."""
    client = request.scope.get("client")
    return str(client[0]) if client else ""


def headers_for(
    *leaving_to: str, framed_by: str = "", embeds: str = "", frames: str = ""
) -> dict[str, str]:
    """The headers of a page whose form may lead to the origins of the URLs *leaving_to*.

    A browser holds the redirect that answers a form against `form-action` too. *framed_by*: a URL
    of the origin that may show it in a frame, or SELF; *embeds*: one of that whose script and
    frames it has; *frames*: one of that which it shows in a frame, that leads back to us.
    """
    guest = origin_of(embeds)
    framer = framed_by if framed_by == SELF else origin_of(framed_by) or "'none'"
    shown = f"{SELF} {origin_of(frames)}" if frames else guest or "'none'"
    actions = " ".join(["'self'", *sorted({origin_of(url) for url in leaving_to} - {""})])
    policy = [
        "default-src 'none'",
        f"script-src 'self' {guest}".rstrip(),
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        f"form-action {actions}",
        f"frame-src {shown}",
        f"frame-ancestors {framer}",
    ]
    return {"Content-Security-Policy": "; ".join(policy), **_FIXED}


def is_from_us(request: Request) -> bool:
    """Whether a page of ours made the browser send *request*, as far as the browser says."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or origin == f"https://{request.headers.get('host', '')}"
