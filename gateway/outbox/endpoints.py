"""Webhook endpoints: where a merchant is told of events, of which, and with which secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

ENDPOINT: Final = "we_"
PREFIX: Final = "whsec_"
ALL: Final = "*"
OVERLAP_S: Final[Seconds] = 24 * 3_600.0  # how long both secrets sign after a roll
ENDPOINTS_MAX: Final = 16  # of one merchant
ROLLS_KEPT: Final = 32  # whose keys are known again
_NO_KEY: Final = "-"  # of a roll that came without one


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
    rolled_by: str | None = None  # by which idempotency keys, their hashes, the last one last
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


def rolled(endpoint: Endpoint, token: str, now: Seconds) -> Endpoint:
    """*endpoint* with a new secret; as it is, if it was rolled with that *token* before.

    >>> one = Endpoint(id="", merchant="", url="", types=(), created=0)
    >>> for token in ("r1", "r2", "r1"):
    ...     one = rolled(one, token, 0.0)
    >>> one.generation, since(one, "r1"), since(one, "r2")
    (2, 1, 0)
    """
    if token and token in _tokens(endpoint):
        return endpoint
    tokens = [*_tokens(endpoint), token or _NO_KEY][-ROLLS_KEPT:]
    generation = endpoint.generation + 1
    return replace(endpoint, generation=generation, rolled=now, rolled_by=" ".join(tokens))


def since(endpoint: Endpoint, token: str) -> int:
    """How many times it was rolled after the roll with that *token*."""
    after = _tokens(endpoint)[::-1]
    return after.index(token) if token in after else 0


def _tokens(endpoint: Endpoint) -> list[str]:
    return (endpoint.rolled_by or "").split()


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
