"""The terminal as a machine: one sale at a time, and a pending reversal before the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from cardswitch.specs.amounts import AMOUNT_DIGITS_MAX, format_amount
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.captures import OF_UNKNOWN, Part
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.ports import Effect, Seconds, name_of

from ..customer.card import Card
from ..customer.sealed import CardVault, sealed_card
from .entries import (
    SaleBegun,
    SoldOffline,
    TerminalEntry,
)
from .errors import NotReady
from .flows import Flows
from .messages import (
    COMPLETION,
    INCREMENT,
    LINKED_REFUND,
    SALE,
    Order,
    following_request,
    offline_request,
    repeat_request,
    request_for,
    stored,
)
from .outcome import PAID, TIP, SaleState, words_for
from .sales import Sale, key_of, to_complete, to_follow, why_not_reversed

OWED_MAX: Final = 50  # A till that never gets through must not go on for ever.


class Terminal(Flows):
    """What a person wants of it. What it tells is in its entries, and holds once they are durable.

    See :func:`~terminal.core.state.outcomes`.
    """

    def ask(self, order: Order, now: Seconds, kind: str = SALE) -> Sequence[Effect]:
        """Begin what *order* wants, of the class *kind*.

        Raises NotReady, or as :func:`request_for` does: then nothing is sent.
        """
        self.kernel.advance(now)
        self._require_ready()
        request = request_for(self.place, order, self._pinpad, now, kind)
        request = self.desk.stamp(self.link, request)
        self._card = order.card
        self._start(self._ask(request, order.card))
        return self.kernel.take()

    def sell_offline(self, order: Order, now: Seconds, approval_code: str = "") -> Sequence[Effect]:
        """Approve what *order* wants here, whether the switch can be reached or not; it is told.

        *approval_code*: what the card's bank gave by telephone, if anything. Raises NotReady, or as
        :func:`offline_request` does: then nothing was sold.
        """
        self.kernel.advance(now)
        vault = self._require_offline()
        request = offline_request(self.place, order, now, approval_code)
        request = self.desk.stamp(self.link, request)
        card = order.card
        sold = SoldOffline(
            now, stored(request), mask_pan(card.pan), card.alias, sealed_card(card, vault)
        )
        self._record(sold)
        if self.is_free:
            self._start(self._take_up())
        return self.kernel.take()

    def _require_offline(self) -> CardVault:
        """Where its card is sealed, if one may be sold now: other sales may not be under way."""
        is_waiting = self.book.pending or self.book.owed
        if self.book.settling is not None:
            raise NotReady("the batch is being settled: that must end first")
        if self.book.kind is SaleState.BEGUN or not (self.is_free or is_waiting):
            raise NotReady("a sale is under way")
        if len(self.book.owed) >= OWED_MAX:
            raise NotReady(f"{OWED_MAX} sales wait to be told: the switch must take them first")
        if self._vault is None:
            raise NotReady("this terminal keeps no cards, so it cannot sell offline")
        return self._vault

    def repeat(self, now: Seconds, card: Card | None = None) -> Sequence[Effect]:
        """Ask for the last sale's result once more; *card* must be given after a restart.

        Raises NotReady, also if that sale has no result.
        """
        self.kernel.advance(now)
        self._require_ready()
        begun, card = self.book.begun, card or self._card
        if begun is None or self.book.kind not in PAID | {SaleState.DECLINED}:
            raise NotReady(f"nothing to repeat: {words_for(self.book.kind)}")
        if KINDS.of(begun.request).original:
            card = None
        elif card is None:
            raise NotReady("the card is not known any more: present it again")
        request = repeat_request(begun.request, card)
        if any(number not in request.fields for number in KINDS.of(request).requires):
            raise NotReady("nothing to repeat: what it said was not kept")
        self._start(self._repeat(request))
        return self.kernel.take()

    def reverse(self, now: Seconds, stays: int = 0, stan: str = "") -> Sequence[Effect]:
        """Undo the last sale, or that of the number *stan*, but for *stays* minor units of it.

        Of a pre-authorisation, that is what it still holds. Raises NotReady if there is nothing of
        it to undo, or not so much that could stay.
        """
        self.kernel.advance(now)
        self._require_ready()
        sale = self.book.find(stan)
        if sale is None:
            which = f"STAN {stan} is none of the last sales" if stan else words_for(None)
            raise NotReady(f"nothing to reverse: {which}")
        if why := why_not_reversed(sale, self.book.batch.number, now, in_part=stays > 0):
            raise NotReady(why)
        if not 0 <= stays < sale.outcome.amount:
            paid = format_amount(sale.outcome.amount, sale.outcome.currency)
            raise NotReady(f"nothing was sent: {paid} is paid, so keep less than that")
        request = sale.begun.request
        self._start(self._reverse(key_of(request[11], request[7]), stays))
        return self.kernel.take()

    def complete(
        self, now: Seconds, amount: int = 0, stan: str = "", *, of: int = 0, more: bool = False
    ) -> Sequence[Effect]:
        """Take *amount*, in minor units, or all of what a pre-authorisation has set aside.

        That of the number *stan*, or the last one. If there will be *more* completions of it, what
        this one does not take stays set aside; *of* how many it is one, if that is known. Raises
        NotReady if there is nothing to complete.
        """
        self.kernel.advance(now)
        self._require_ready()
        held = self._held("complete", stan)
        outcome, begun = held.outcome, held.begun
        sequence = outcome.captures + 1
        if 0 < of < sequence:
            raise NotReady(f"nothing was sent: this would be completion {sequence} of {of}")
        if sequence + more > OF_UNKNOWN:
            raise NotReady(
                f"nothing was sent: completion {OF_UNKNOWN} is the last that can be told"
            )
        part = Part(sequence, of or (OF_UNKNOWN if more else sequence), not more)
        request = self._following(COMPLETION, held, amount or outcome.amount, now)
        request = self.desk.stamp(self.link, request.with_fields(part.fields))
        entry = SaleBegun(now, stored(request), begun.card, begun.alias)
        self._start(self._advise(entry))
        return self.kernel.take()

    def increment(self, now: Seconds, amount: int, stan: str = "") -> Sequence[Effect]:
        """Have *amount* more, in minor units, set aside on a pre-authorisation that stands.

        That of the number *stan*, or the last one. Raises NotReady if there is none, or if it
        then were more than a completion can take.
        """
        self.kernel.advance(now)
        self._require_ready()
        held = self._held("increment", stan)
        if held.outcome.amount + amount >= 10**AMOUNT_DIGITS_MAX:
            raise NotReady(f"nothing was sent: over {AMOUNT_DIGITS_MAX} digits cannot be taken")
        request = self.desk.stamp(self.link, self._following(INCREMENT, held, amount, now))
        entry = SaleBegun(now, stored(request), held.begun.card, held.begun.alias)
        self._start(self._begun(entry, request))
        return self.kernel.take()

    def refund(self, now: Seconds, amount: int = 0, stan: str = "") -> Sequence[Effect]:
        """Give *amount*, in minor units, or all that is left of it, of a sale or a completion back.

        That of the number *stan*, or the last one. Raises NotReady if there is nothing to refund.
        """
        self.kernel.advance(now)
        self._require_ready()
        sale = self._to_follow(LINKED_REFUND, stan)
        left = sale.outcome.amount - sale.outcome.followed.refunded
        request = self._following(LINKED_REFUND, sale, amount or left, now)
        request = self.desk.stamp(self.link, request)
        entry = SaleBegun(now, stored(request), sale.begun.card, sale.begun.alias)
        self._start(self._begun(entry, request))
        return self.kernel.take()

    def tip(self, now: Seconds, amount: int, stan: str = "") -> Sequence[Effect]:
        """Add a tip of *amount*, in minor units, to a sale of the open batch.

        That of the number *stan*, or the last one. Raises NotReady if there is none without a tip.
        """
        self.kernel.advance(now)
        self._require_ready()
        sale = self._to_follow(TIP, stan)
        request = self.desk.stamp(self.link, self._following(TIP, sale, amount, now))
        self._start(
            self._advise(SaleBegun(now, stored(request), sale.begun.card, sale.begun.alias))
        )
        return self.kernel.take()

    def _to_follow(self, kind: str, stan: str) -> Sale:
        row, batch = KINDS.named(kind), self.book.batch.number
        sale = to_follow(self.book.newest, row, stan, batch)
        if sale is None:
            which = f"of STAN {stan} " if stan else ""
            wanted = "a tip could be on" if kind == TIP else "anything is left to give back of"
            raise NotReady(f"nothing was sent: no sale {which}is here that {wanted}{_hint(stan)}")
        return sale

    def _held(self, deed: str, stan: str) -> Sale:
        held = to_complete(self.book.newest, stan)
        if held is None:
            which = f"of STAN {stan} " if stan else ""
            text = f"nothing to {deed}: no pre-authorisation {which}is open here{_hint(stan)}"
            raise NotReady(text)
        return held

    def _following(self, kind: str, held: Sale, amount: int, now: Seconds) -> Message:
        said = {37: held.outcome.rrn, 38: held.outcome.approval_code}
        return following_request(self.place, kind, held.begun.request, said, amount, now)

    def recover(self, entries: Iterable[TerminalEntry], now: Seconds) -> Sequence[Effect]:
        """After a start: take up what *entries* left. A sale without a result is reversed."""
        self.kernel.advance(now)
        for entry in entries:
            self._apply(entry)
        # Nothing is sent whose number is not in the journal, so the last one there is the last.
        self.kernel.skip_numbers(name_of(self.link), self.book.stan)
        self._sent.update(self.book.owed)
        self._start(self._take_up())
        return self.kernel.take()


def _hint(stan: str) -> str:
    return "" if stan else "; without its STAN, only the last one is meant"
