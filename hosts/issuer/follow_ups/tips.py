"""Tips: each is taken besides, of the account of its sale, though that be overdrawn."""

from __future__ import annotations

from collections.abc import Sequence

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms

from ..entries import IssuerEntry
from ..legs import Purchase
from .completions import Completions
from .followed import captured_one, followed_by


class Tips(Completions):
    """Nobody declines one; it is refused if it cannot be true."""

    def _the_one(self, request: Message, terms: Terms, originals: Sequence[Purchase]) -> Purchase:
        return captured_one(request, terms, originals)

    def _changed(
        self, original: Purchase, terms: Terms, amount: int, request: Message
    ) -> IssuerEntry:
        return followed_by(original, terms, amount)
