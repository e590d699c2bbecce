"""What the API is given of events: their database, and what it may not know how to do itself."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from .events import Outbox


class Events(Struct, frozen=True, kw_only=True):
    """*check* raises Error for a URL where nothing may be sent; *poke* has the courier look."""

    outbox: Outbox
    secret_for: Callable[[str], str]
    check: Callable[[str], None]
    poke: Callable[[], None]
