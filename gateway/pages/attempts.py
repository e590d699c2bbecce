"""An attempt at a page: one request for each, however often its form is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from ..core.calls import Reply
from ..core.states import Status

SPENT_MAX: Final = 10  # keys of one attempt that came to nothing
_UNTRIED: Final = (Status.NEEDS_METHOD, Status.NEEDS_CONFIRMATION)


async def attempted(call: Callable[[str], Awaitable[Reply]], said: str, attempt: int) -> Reply:
    """The reply to *call* with the idempotency key of *attempt* at what is *said*.

    A gateway that died while it asked about the cardholder has tried no card with that key, and
    never will: then the attempt has another.
    """
    reply = await call(_key(f"{said}|{attempt}"))
    for spent in range(1, SPENT_MAX):
        if not _is_spent(reply, attempt):
            break
        reply = await call(_key(f"{said}|{attempt}|{spent}"))
    return reply


def _is_spent(reply: Reply, attempt: int) -> bool:
    intent = reply.intent
    if intent is None or not reply.is_replayed:
        return False
    return intent.tries == attempt and intent.status in _UNTRIED


def _key(said: str) -> str:
    return sha256(said.encode()).hexdigest()
