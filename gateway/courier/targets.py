"""Where events may be sent: https, no credentials, and addresses that the configuration allows.

A name is resolved once for each try, and the address that is dialled is the one that was checked.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.masking import printable

URL_MAX: Final = 2_048
_PORTS: Final = {"https": 443, "http": 80}
_SHOWN: Final = 80


class Target(Struct, frozen=True):
    """Where a URL leads: *host* as it stands there, and all that is asked for on it."""

    host: str
    port: int
    path: str
    scheme: str = "https"

    @property
    def authority(self) -> str:
        """Host and port, as a URL and the header Host have them."""
        return _authority(self.host, self.port)


def target_of(url: str, schemes: Sequence[str] = ("https",)) -> Target:
    """Where *url* leads. Raises Error that says what is wrong with it.

    >>> target_of("https://[::1]:8443/hook?x=1")
    Target(host='::1', port=8443, path='/hook?x=1', scheme='https')
    """
    parts, port = _split(url)
    if parts.scheme not in schemes:
        raise Error(f"The URL must begin with {' or '.join(f'{each}://' for each in schemes)}")
    if parts.username is not None or parts.password is not None:
        raise Error("A URL holds no user and no password")
    if not parts.hostname or parts.fragment:
        raise Error("A URL names a host, and has no #")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, port or _PORTS[parts.scheme], path, parts.scheme)


def _split(url: str) -> tuple[SplitResult, int | None]:
    if len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise Error(f"A URL is at most {URL_MAX} characters of ASCII, without blanks")
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise Error(f"{printable(url, _SHOWN)}: no URL") from None


def refuse_literal(target: Target, allows: Callable[[str], bool]) -> None:
    """Raise Error if *target* is an address, and not one that is allowed."""
    if _is_address(target.host) and not allows(target.host):
        raise _not_allowed(target.host)


async def address_of(target: Target, allows: Callable[[str], bool], resolving: Executor) -> str:
    """The address to dial. Raises Error if it has none, or any that is not allowed."""
    if _is_address(target.host):
        refuse_literal(target, allows)
        return target.host
    try:
        found = await asyncio.get_running_loop().run_in_executor(
            resolving, _resolve, target.host, target.port
        )
    except (OSError, UnicodeError):
        raise Error(f"{printable(target.host, _SHOWN)}: no such host") from None
    for address in found:
        if not allows(address):
            raise _not_allowed(address)
    return found[0]


def url_at(address: str, target: Target) -> str:
    """The URL of *target* with *address* in place of its name."""
    return f"{target.scheme}://{_authority(address, target.port)}{target.path}"


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _not_allowed(address: str) -> Error:
    return Error(f"{address}: not in gateway.webhooks.networks, which names where may be sent")
