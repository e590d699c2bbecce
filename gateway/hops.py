"""What others know of a payment, as its story tells it: filled by who can read their journals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds


class Hop(Struct, frozen=True, kw_only=True):
    """One step somewhere: a message there as it is kept, in its *dialect*; or what it says."""

    at: Seconds
    where: str
    step: str
    message: Message | None = None
    dialect: str = ""
    more: Mapping[str, Any] = {}


Request = tuple[Seconds, Message]  # one that was sent, and when


class Chain(Protocol):
    """The programs behind the gateway, and the books."""

    def hops(self, requests: Sequence[Request]) -> list[Hop]:
        """All that is known there of *requests*. Raises Error."""
        ...


class NoChain:
    """Nobody else can be asked."""

    def hops(self, requests: Sequence[Request]) -> list[Hop]:
        """Nothing."""
        return []
