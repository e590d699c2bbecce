"""Webhook endpoints: where a merchant is told of events, of which, and with which secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from cardswitch.wire.ports import Seconds

ENDPOINT: Final = "we_"
PREFIX: Final = "whsec_"
ALL: Final = "*"
OVERLAP_S: Final[Seconds] = 24 * 3_600.0  # how long both secrets sign after a roll
ENDPOINTS_MAX: Final = 16  # of one merchant


class Endpoint(Struct, frozen=True, kw_only=True):
    """One of them. Its secret is made of the vault's key, its id and *generation*: it lies nowhere.

    *token* and *digest* are the hashes of the idempotency key and of the request that made it.
    """

    id: str
    merchant: str
    url: str
    types: tuple[str, ...]
    created: Seconds
    description: str | None = None
    metadata: Mapping[str, str] = {}
    is_enabled: bool = True
    generation: int = 0
    rolled: Seconds = 0.0
    rolled_by: str | None = None  # the hash of the idempotency key of that roll
    token: str | None = None
    digest: str = ""

    def wants(self, type_: str) -> bool:
        """Whether it is told of events of *type_*.

        >>> Endpoint(id="", merchant="", url="", types=("a.b",), created=0).wants("a.c")
        False
        """
        return ALL in self.types or type_ in self.types

    def columns(self) -> dict[str, Any]:
        """As its row has it."""
        told = {name: getattr(self, name) for name in self.__struct_fields__}
        lists = {name: msgspec.json.encode(told[name]).decode() for name in ("types", "metadata")}
        return {**told, **lists, "is_enabled": int(self.is_enabled)}


def endpoint_of(row: Mapping[Any, Any]) -> Endpoint:
    """The endpoint of *row*."""
    lists = {name: msgspec.json.decode(row[name]) for name in ("types", "metadata")}
    told = {name: row[name] for name in Endpoint.__struct_fields__}
    told |= {**lists, "is_enabled": bool(row["is_enabled"])}
    return msgspec.convert(told, Endpoint)


def secret_of(endpoint: Endpoint, secret_for: Callable[[str], str], back: int = 0) -> str:
    """Its secret, or that of *back* generations before."""
    return PREFIX + secret_for(f"{endpoint.id}|{endpoint.generation - back}")


def secrets_of(endpoint: Endpoint, secret_for: Callable[[str], str], now: Seconds) -> list[str]:
    """All that sign *now*: the one before too, for a while after a roll."""
    is_rolling = endpoint.generation > 0 and now < endpoint.rolled + OVERLAP_S
    return [secret_of(endpoint, secret_for, back) for back in range(1 + is_rolling)]
