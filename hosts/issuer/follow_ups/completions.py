"""Completions: what an authorisation holds is taken, and the rest of it is free.

Nobody declines one: the money was set aside. It is refused if it cannot be true.
"""

from __future__ import annotations

from collections.abc import Sequence

from cardswitch.specs.codes import (
    APPROVED,
    DUPLICATE,
    FORMAT_ERROR,
)
from cardswitch.specs.errors import Decline, FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted, Terms, accept
from cardswitch.specs.transactions.captures import Hold, left_after, part_of, the_one
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.kinds import Kind
from cardswitch.specs.transactions.reversals import Reference, can_be_named, reference
from cardswitch.wire.machine.matching import join
from cardswitch.wire.ports import LinkId

from ...requests import REQUIRED
from ...rules.rule import NOTHING, Deed
from ..cards import fingerprint_of
from ..entries import AuthorisationCompleted, IssuerEntry, PurchaseDecided
from ..legs import Purchase
from .base import FollowUps, originals_of


class Completions(FollowUps):
    """Each is a leg of its own, so that its repeat is told the same."""

    def asked(self, link: LinkId, request: Message, kind: Kind) -> None:
        """Tell a new completion from one in work and from one that is known."""
        now = self._desk.now
        try:
            accepted = accept(request, kind, REQUIRED)
            names = reference(self._source, request, now)
            card = fingerprint_of(accepted.pan, self._fingerprint) if accepted.pan else ""
        except Decline as declined:
            return self._program.refuse(link, request, declined.code, declined.field)
        except FormatError as error:
            return self._program.refuse(link, request, FORMAT_ERROR, error.field)
        terms, who = accepted.terms(card), identity(self._source, request, now)
        known = self._legs.in_work.get(who.name) or self._legs.find(who.name)
        if isinstance(known, Purchase):
            return self._repeat(link, request, known, terms == known.terms)
        own = Purchase(who=who, rrn=request[37], terms=terms, waiters={link: request})
        return self._begin(link, own, lambda: self._take(own, request, accepted, names))

    def _repeat(self, link: LinkId, request: Message, known: Purchase, is_same: bool) -> None:
        if not is_same and known.terms is not None:
            self._desk.send(link, request.reply(DUPLICATE))
        elif known.who.name in self._legs.in_work:
            join(known.waiters, link, request)
        else:
            self._desk.send(link, known.reply(request))

    async def _take(
        self, own: Purchase, request: Message, accepted: Accepted, names: Reference
    ) -> None:
        """Take what *request* says of what it *names*, and say so, or say why not."""
        found = await self._found(own, names)
        if found is None:
            return self._forget(own)
        for leg in found:
            if isinstance(leg, Purchase) and leg.who == own.who:
                return self._tell(own, leg)
        kinds, now = accepted.kind.original, self._desk.now
        originals = [
            each
            for each in originals_of(names, found, self._legs, now)
            if each.terms and each.terms.kind in kinds and can_be_named(each.who.sent_on, now)
        ]
        if any(each.is_open for each in originals):
            return self._forget(own)
        deed = self._decide(own, request, accepted, originals)
        return await self._answer(own, deed)

    def _decide(
        self, own: Purchase, request: Message, accepted: Accepted, originals: list[Purchase]
    ) -> Deed:
        """Durably take it, of the one of *originals* that it may be true of, or refuse it.

        What a rule does with the answer: here nothing, for one that is about it has refused it.
        """
        terms, masked = own.terms, mask_pan(accepted.pan) if accepted.pan else ""
        assert terms is not None, "what is asked for has terms"
        try:
            original = self._the_one(request, terms, originals)
        except Decline as declined:
            refused = PurchaseDecided(terms=terms, pan_masked=masked, code=declined.code)
            self._journal.write(refused, own)
            return NOTHING
        decided = original.decided
        assert decided is not None, "what holds was decided"
        self._journal.write(self._changed(original, terms, accepted.amount, request), original)
        taken = PurchaseDecided(
            terms=terms,
            pan_masked=masked,
            code=APPROVED,
            account=decided.account,
            amount=accepted.amount,
            approval_code=decided.approval_code,
        )
        self._journal.write(taken, own)
        return NOTHING

    def _the_one(self, request: Message, terms: Terms, originals: Sequence[Purchase]) -> Purchase:
        """Which of *originals* it is about. Raises Decline."""
        holds, now = [hold_of(each) for each in originals], self._desk.now
        return originals[the_one(request, terms.amount, terms.card, holds, now)]

    def _changed(
        self, original: Purchase, terms: Terms, amount: int, request: Message
    ) -> IssuerEntry:
        """What is written of *original*, of which *request* has taken *amount*."""
        assert original.decided is not None, "what holds was decided"
        decided = original.decided
        left, held = left_after(original.left, request), original.held
        return AuthorisationCompleted(
            account=decided.account,
            kind=decided.terms.kind,
            released=held - left if held else 0,
            stays=left,
            capture=part_of(request).sequence,
        )

    async def _answer(self, own: Purchase, deed: Deed) -> None:
        """Whoever waits hears how *own* stands; *deed*: what becomes of the answer on its way."""
        self._tell(own, own)

    def _tell(self, own: Purchase, known: Purchase) -> None:
        """Whoever waits hears what is *known* of the completion."""
        is_same = known.terms in (None, own.terms)
        for link, request in self._legs.ended(own).items():
            told = known.reply(request) if is_same else request.reply(DUPLICATE)
            self._desk.send(link, told)


def hold_of(original: Purchase) -> Hold:
    """What *original*, an authorisation that is decided, holds."""
    terms, decided = original.terms, original.decided
    assert terms is not None, "it is known what it asked for"
    return Hold(
        card=terms.card,
        currency=terms.currency,
        rrn=original.rrn,
        approval_code=decided.approval_code if decided else "",
        left=original.left,
        is_captured=original.is_captured,
        captures=original.captures,
        ends_at=decided.expires_at if decided else 0.0,
    )
