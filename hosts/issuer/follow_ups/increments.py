"""Increments: an authorisation that stands holds as much more, for as long as it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cardswitch.specs.codes import APPROVALS, INVALID_AMOUNT, INVALID_TRANSACTION, NO_FUNDS
from cardswitch.specs.errors import Decline
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted, Terms
from cardswitch.specs.transactions.captures import the_one
from cardswitch.specs.transactions.identity import is_of_now
from cardswitch.wire.machine.budget import Budget

from ..books import IssuerBooks
from ..cards import read_card
from ..entries import AuthorisationAdjusted, IssuerEntry, PurchaseDecided
from ..legs import Purchase
from ..ruling import NOBODY, Ruling
from ..verification import Verification
from .completions import Completions, hold_of


class Increments(Completions):
    """Each is a leg of its own; what it sets aside is held, captured and freed with its original.

    Whoever was paid with is not there: PIN and CVV are not asked for.
    """

    budget = Budget.DOING

    def __init__(
        self,
        *known: Any,
        books: IssuerBooks,
        verification: Verification,
        approval: Callable[[], dict[int, str]],
        ruling: Ruling,
    ) -> None:
        """*known*: see :class:`FollowUps`; *approval*: the fields of the next one."""
        super().__init__(*known)
        self._books = books
        self._verification = verification
        self._approval = approval
        self._ruling = ruling

    def _decide(
        self, own: Purchase, request: Message, accepted: Accepted, originals: list[Purchase]
    ) -> None:
        """Durably approve it, in whole or in part, or not; unless its reversal was faster."""
        if not own.is_open:
            return None
        terms, masked = own.terms, mask_pan(accepted.pan) if accepted.pan else ""
        assert terms is not None, "what is asked for has terms"
        try:
            original, code, amount = self._approved(own, request, accepted, originals)
        except Decline as declined:
            refused = PurchaseDecided(terms=terms, pan_masked=masked, code=declined.code)
            return self._journal.write(refused, own)
        assert original.decided is not None, "what holds was decided"
        said = self._approval()
        approved = PurchaseDecided(
            terms=terms,
            pan_masked=masked,
            code=code,
            account=original.decided.account,
            amount=amount,
            approval_code=said.pop(38),
            said=said,
            original=original.leg,
        )
        self._journal.write(approved, own)
        return self._journal.write(self._changed(original, terms, amount, request), original)

    def _approved(
        self, own: Purchase, request: Message, accepted: Accepted, originals: list[Purchase]
    ) -> tuple[Purchase, str, int]:
        """What is held more, of which of *originals*, and the code that says so. Raises Decline."""
        terms, now = own.terms, self._desk.now
        assert terms is not None, "what is asked for has terms"
        is_bound = self._journal.tombstones.binds(
            own.who.name,
            own.rrn,
            now,
            card=terms.card,
            amount=terms.amount,
            currency=terms.currency,
        )
        if is_bound or not is_of_now(request, now):
            raise Decline(INVALID_TRANSACTION)
        original = self._the_one(request, terms, originals)
        if accepted.pan:
            self._look_at(request, accepted)
        link = next(iter(own.waiters), NOBODY)
        deed = self._ruling.deed(link, request, accepted.kind, accepted.pan)
        if deed.answer and deed.answer not in APPROVALS:
            raise Decline(deed.answer)
        amount = terms.amount * (deed.percent or 100) // 100
        if not amount:
            raise Decline(INVALID_AMOUNT)
        self._require_funds(original, amount)
        return original, deed.answer or accepted.kind.approval, amount

    def _the_one(self, request: Message, terms: Terms, originals: Sequence[Purchase]) -> Purchase:
        """Which of *originals* it is about. Raises Decline."""
        holds = [hold_of(each) for each in originals]
        return originals[the_one(request, 0, terms.card, holds, self._desk.now)]

    def _look_at(self, request: Message, accepted: Accepted) -> None:
        """Raise Decline if its card may not be used any more."""
        self._verification.find(read_card(request, accepted))

    def _require_funds(self, original: Purchase, amount: int) -> None:
        """Raise Decline if *amount* cannot be held besides."""
        assert original.decided is not None, "what holds was decided"
        if amount > self._books.account(original.decided.account).available:
            raise Decline(NO_FUNDS)

    def _changed(
        self, original: Purchase, terms: Terms, amount: int, request: Message
    ) -> IssuerEntry:
        return AuthorisationAdjusted(added=amount)
