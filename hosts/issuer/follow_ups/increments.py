"""Increments: an authorisation that stands holds as much more, for as long as it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cardswitch.specs.codes import (
    HOLD_EXPIRED,
    INVALID_AMOUNT,
    INVALID_TRANSACTION,
    NO_FUNDS,
    PARTLY_APPROVED,
)
from cardswitch.specs.errors import Decline
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted, Terms
from cardswitch.specs.transactions.captures import the_one
from cardswitch.specs.transactions.identity import is_of_now
from cardswitch.specs.transactions.kinds import Kind
from cardswitch.wire.machine.budget import Budget

from ...rules.rule import NOTHING, Deed
from ..books import IssuerBooks
from ..cards import read_card
from ..entries import AuthorisationAdjusted, IssuerEntry, PurchaseDecided
from ..legs import Purchase
from ..ruling import NOBODY, Ruling, decline
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
    ) -> Deed:
        """Durably approve it, in whole or in part, or not; unless its reversal was faster.

        What the rule that is about it, if any, does with the answer.
        """
        if not own.is_open:
            return NOTHING
        terms, masked = own.terms, mask_pan(accepted.pan) if accepted.pan else ""
        assert terms is not None, "what is asked for has terms"
        deed = NOTHING
        try:
            self._refuse_late(own, request, terms)
            link = next(iter(own.waiters), NOBODY)
            deed = self._ruling.deed(link, request, accepted.kind, accepted.pan)
            decline(deed, "at once")
            original = self._the_one(request, terms, originals)
            if accepted.pan:
                self._look_at(request, accepted)
            code, amount = self._approved(original, terms, accepted.kind, deed)
        except Decline as declined:
            refused = PurchaseDecided(
                terms=terms, pan_masked=masked, code=declined.code, said=dict(deed.fields)
            )
            self._journal.write(refused, own)
            return deed
        assert original.decided is not None, "what holds was decided"
        said = self._approval()
        approved = PurchaseDecided(
            terms=terms,
            pan_masked=masked,
            code=code,
            account=original.decided.account,
            amount=amount,
            approval_code=said.pop(38),
            said={**said, **deed.fields},
            original=original.leg,
        )
        self._journal.write(approved, own)
        self._journal.write(self._changed(original, terms, amount, request), original)
        return deed

    def _refuse_late(self, own: Purchase, request: Message, terms: Terms) -> None:
        """Raise Decline if it must not be performed any more."""
        now = self._desk.now
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

    def _approved(
        self, original: Purchase, terms: Terms, kind: Kind, deed: Deed
    ) -> tuple[str, int]:
        """The code of the approval, and what is held more of *original*. Raises Decline."""
        decline(deed, "checked")
        amount = terms.amount * (deed.percent or 100) // 100
        if not amount:
            raise Decline(INVALID_AMOUNT)
        self._require_funds(original, amount)
        code = deed.answer or kind.approval
        if code == PARTLY_APPROVED and amount == terms.amount:
            code = kind.approval
        return code, amount

    async def _answer(self, own: Purchase, deed: Deed) -> None:
        """Whoever waits hears what was decided, though it be undone since, as *deed* has it."""
        decided = own.decided
        await self._ruling.delay(deed)
        for link, request in self._legs.ended(own).items():
            self._ruling.say(link, (decided or own).reply(request), deed)

    def _the_one(self, request: Message, terms: Terms, originals: Sequence[Purchase]) -> Purchase:
        """Which of *originals* it is about. Raises Decline."""
        holds = [hold_of(each) for each in originals]
        original = originals[the_one(request, 0, terms.card, holds, self._desk.now)]
        if original.is_over:  # Nothing would ever free what is added now, sent in time or not.
            raise Decline(HOLD_EXPIRED)
        return original

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
