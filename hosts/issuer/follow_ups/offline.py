"""Sales that a terminal has approved by itself: they have happened, so nobody declines one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cardswitch.specs.codes import APPROVED, CARD_UNKNOWN, NOT_PERMITTED
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted

from ...rules.rule import NOTHING, Deed
from ..books import IssuerBooks
from ..config import CardConfig
from ..entries import PurchaseDecided
from ..legs import Purchase
from .completions import Completions


class OfflineSales(Completions):
    """Each is taken of its card's account, as it is and though that be overdrawn.

    It is refused only if it cannot be true: the card, or its currency, is none of ours.
    """

    def __init__(
        self, *known: Any, books: IssuerBooks, record_of: Callable[[str], CardConfig | None]
    ) -> None:
        """*known*: see :class:`FollowUps`; *record_of* finds the card of a number."""
        super().__init__(*known)
        self._books = books
        self._record_of = record_of

    def _decide(self, own: Purchase, request: Message, accepted: Accepted, _: Any) -> Deed:
        """Durably take it."""
        terms, record = own.terms, self._record_of(accepted.pan)
        assert terms is not None, "what is asked for has terms"
        if not own.is_open:
            return NOTHING
        account = self._books.account_of(record, terms.currency) if record else None
        code = APPROVED if account else CARD_UNKNOWN
        if account and account.currency != terms.currency:
            code = NOT_PERMITTED
        amount = terms.amount if code == APPROVED else 0
        decided = PurchaseDecided(
            terms=terms,
            pan_masked=mask_pan(accepted.pan),
            code=code,
            account=account.id if account and amount else "",
            amount=amount,
            approval_code=request.get(38).strip(" "),
        )
        self._journal.write(decided, own)
        return NOTHING
