"""Payment methods: a sealed card that is kept, for one customer or for none."""

from __future__ import annotations

from msgspec import Struct

from ..authentication import Authentication
from ..cards import Card, Metadata


class Method(Struct, frozen=True, kw_only=True, tag="payment_method"):
    """A card, and whose it is."""

    card: Card
    customer: str | None = None
    metadata: Metadata = {}
    authentication: Authentication | None = None  # of its holder, when it was set up
