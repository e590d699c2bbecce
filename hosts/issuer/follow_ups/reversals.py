"""Reversals that come in: each is a leg of its own, so that its repeat is told the same.

What it names is released, once, or never held; what nobody knows stays undone, should it come yet.
"""

from __future__ import annotations

from cardswitch.specs.codes import (
    APPROVED,
    DUPLICATE,
    FORMAT_ERROR,
    MISMATCH,
    UNKNOWN_ORIGINAL,
)
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import card_number
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import (
    Reference,
    agrees,
    reference,
    reversal_digest,
    reversal_identity,
    stays_of,
)
from cardswitch.specs.transactions.tombstones import Tombstone, tombstone
from cardswitch.wire.machine.matching import join
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Question

from ..cards import fingerprint_of
from ..entries import AuthorisationAdjusted, PurchaseUndone, ReversalAnswered
from ..legs import Purchase, Reversal
from .base import FollowUps, originals_of
from .followed import followed_by


class Reversals(FollowUps):
    """Each is a leg of its own, so that its repeat is told the same."""

    def asked(self, link: LinkId, request: Message) -> None:
        """Tell a new reversal from one in work and from one that was answered."""
        now = self._desk.now
        try:
            names = reference(self._source, request, now)
            who = reversal_identity(self._source, request, now)
            pan = card_number(request)
            card = fingerprint_of(pan, self._fingerprint) if pan else ""
            stays = stays_of(request)
        except FormatError as error:
            return self._program.refuse(link, request, FORMAT_ERROR, error.field)
        digest = reversal_digest(request, card)
        known = self._legs.in_work.get(who.name) or self._legs.find(who.name)
        if isinstance(known, Reversal):
            return self._repeat(link, request, known, digest)
        own = Reversal(who=who, rrn=request.get(37), request_digest=digest, waiters={link: request})
        return self._begin(link, own, lambda: self._undo(own, request, names, card, stays))

    def _repeat(self, link: LinkId, request: Message, known: Reversal, digest: str) -> None:
        if known.request_digest != digest:
            self._desk.send(link, request.reply(DUPLICATE))
        elif known.answered is None:
            join(known.waiters, link, request)
        else:
            self._desk.send(link, known.answered.reply(request))

    async def _undo(
        self, own: Reversal, request: Message, names: Reference, card: str, stays: int
    ) -> None:
        """Undo what *request* *names*, and say so, or say why not."""
        found = await self._found(own, names)
        if found is None:
            return self._forget(own)
        for leg in found:
            if isinstance(leg, Reversal) and leg.who == own.who:
                return self._tell(own, leg)
        originals = originals_of(names, found, self._legs, self._desk.now)
        fitting = [each for each in originals if fits(request, each, card)]
        if not [each for each in originals if not each.is_tombstone]:
            return self._bury(own, request, names, card)
        if len(fitting) != 1:
            return self._answer(own, MISMATCH)
        [original] = fitting
        if original.is_open and stays:
            return self._forget(own)  # What is not decided cannot be reduced: let it come again.
        if original.decided is not None and original.decided.original:
            if KINDS.named(original.decided.terms.kind).follows:
                return await self._undo_refund(own, original, stays)
            if not original.undone:
                return await self._take_back(own, original, stays)
        return self._answer(own, self._release(original, stays), original)

    async def _undo_refund(self, own: Reversal, refund: Purchase, stays: int) -> None:
        """Undo *refund* but for *stays*: so much more of its original may be refunded again."""
        assert refund.decided is not None, "what is about something was decided"
        decided = refund.decided
        try:
            found = await self._journal.look_up(Question(legs=(refund.leg, decided.original)))
        except NoAnswer:
            return self._forget(own)
        legs = {leg.leg: leg for leg in found if isinstance(leg, Purchase)}
        refund, original = legs[refund.leg], legs[decided.original]
        before = refund.held
        code = self._release(refund, stays)
        if undone := before - refund.held:
            self._journal.write(followed_by(original, decided.terms, -undone), original)
        return self._answer(own, code, refund)

    async def _take_back(self, own: Reversal, increment: Purchase, stays: int) -> None:
        """Undo *increment*: what it has added is free, unless it was captured, or is already."""
        assert increment.decided is not None, "what adds to something was decided"
        decided = increment.decided
        try:
            found = await self._journal.look_up(Question(legs=(increment.leg, decided.original)))
        except NoAnswer:
            return self._forget(own)
        legs = {leg.leg: leg for leg in found if isinstance(leg, Purchase)}
        increment, original = legs[increment.leg], legs[decided.original]
        if original.is_captured or (original.held and (stays or decided.amount > original.held)):
            return self._answer(own, MISMATCH, increment)
        if increment.undone is None and original.held:
            undone = PurchaseUndone(
                account=decided.account, kind=decided.terms.kind, released=decided.amount
            )
            self._journal.write(undone, increment)
            self._journal.write(AuthorisationAdjusted(added=-decided.amount), original)
        return self._answer(own, APPROVED, increment)

    def _release(self, original: Purchase, stays: int) -> str:
        """Release what *original* holds but for *stays*; the code of the answer."""
        if original.is_captured or original.followed != Followed():
            return MISMATCH
        if original.is_open:
            self._journal.write(PurchaseUndone(terms=original.terms), original)
            return APPROVED
        undone, held = original.undone, original.held
        is_so = undone is not None and undone.stays == stays and not original.captures
        # Of what was captured in part, all that is still held is released, or nothing.
        if stays and not is_so and (stays >= held or original.captures):
            return MISMATCH
        if held > stays or (original.is_over and undone is None):
            assert original.decided is not None, "what holds was decided"
            decided = original.decided
            released = PurchaseUndone(
                account=decided.account,
                kind=decided.terms.kind,
                released=held - stays,
                stays=stays,
            )
            self._journal.write(released, original)
        return APPROVED

    def _bury(self, own: Reversal, request: Message, names: Reference, card: str) -> None:
        """Should what *names* means come yet, it finds that it was reversed."""
        self._desk.count("unknown_reversal")
        now, binds = self._desk.now, None
        if not names.is_exact:
            if self._journal.tombstones.is_full(now):
                return self._forget(own)
            binds = tombstone(request, names, card, now)
        for who in names.identities:
            if self._legs.find(who.name) is None:
                self._journal.write(PurchaseUndone(), Purchase(who=who, rrn=""))
        return self._answer(own, UNKNOWN_ORIGINAL, binds=binds)

    def _answer(
        self,
        own: Reversal,
        code: str,
        original: Purchase | None = None,
        binds: Tombstone | None = None,
    ) -> None:
        number = original.leg if original is not None else 0
        answered = ReversalAnswered(
            request_digest=own.request_digest, code=code, original=number, binds=binds
        )
        self._journal.write(answered, own)
        self._tell(own, own)

    def _tell(self, own: Reversal, known: Reversal) -> None:
        """Whoever waits hears what is *known* of the reversal."""
        assert known.answered is not None, "what has a row is answered"
        is_same = known.request_digest == own.request_digest
        for link, request in self._legs.ended(own).items():
            told = known.answered.reply(request) if is_same else request.reply(DUPLICATE)
            self._desk.send(link, told)


def fits(request: Message, original: Purchase, card: str) -> bool:
    """Whether card, amount, currency and approval code of the reversal are those of *original*."""
    terms, decided = original.terms, original.decided
    if terms is None:
        return True
    if KINDS.named(terms.kind).is_for_good:
        return False
    approved, approval_code = (decided.amount, decided.approval_code) if decided else (0, "")
    amounts = (terms.amount, *filter(None, (approved, original.held)))
    return agrees(request, card in ("", terms.card), amounts, terms.currency, approval_code)
