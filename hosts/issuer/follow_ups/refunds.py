"""Refunds of what was captured: together never more than that, and to the account that has paid."""

from __future__ import annotations

from collections.abc import Sequence

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted, Terms
from cardswitch.specs.transactions.followed import RefundRule

from ..entries import IssuerEntry
from ..legs import Purchase
from .followed import captured_one, followed_by
from .increments import Increments


class Refunds(Increments):
    """Each is a leg of its own. A card that is lost or over gets its money back all the same."""

    rule: RefundRule = "captured"

    def _the_one(self, request: Message, terms: Terms, originals: Sequence[Purchase]) -> Purchase:
        """Which of *originals* gave what is given back. Raises Decline."""
        return captured_one(request, terms, originals, self.rule)

    def _look_at(self, request: Message, accepted: Accepted) -> None:
        """Its account is that of the original, whatever has become of the card."""

    def _require_funds(self, original: Purchase, amount: int) -> None:
        """It is coming, and nothing is held."""

    def _changed(
        self, original: Purchase, terms: Terms, amount: int, request: Message
    ) -> IssuerEntry:
        return followed_by(original, terms, amount)
