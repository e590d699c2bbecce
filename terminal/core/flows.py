"""The flows of the terminal, and what wakes them: it asks, tells again, and undoes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from cardswitch.specs.codes import (
    APPROVED,
    INVALID_TRANSACTION,
    PARTLY_APPROVED,
    REFUSED_FOR_GOOD,
    TRY_LATER,
    UNKNOWN_ORIGINAL,
)
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import AGREEING, fits
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.machine.matching import IsoExchange
from cardswitch.wire.machine.waits import Flow, NoAnswer
from cardswitch.wire.ports import LinkId, Seconds

from ..customer.card import Card
from ..customer.sealed import CardVault, opened_card
from ..pinpad.macs import MacPad
from .entries import (
    AdviceKept,
    ApprovalHeard,
    ReversalRefused,
    SaleAnswered,
    SaleBegun,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
    SoldOffline,
    TerminalEntry,
    Unanswered,
)
from .errors import NoLink, NotReady
from .messages import (
    AnyPinPad,
    TerminalIdentity,
    reversal_request,
    stored,
    told_request,
)
from .outcome import PAID, SaleState
from .sales import answered_by, key_of
from .sealing import SealingProgram
from .state import Book

SWITCH: Final = LinkId("switch")
LINKED: Final = "linked"  # what flows hear when the link comes up
ECHOED: Final = (*AGREEING, 7)  # What our switch sends back as it was.


class Timers(Struct, frozen=True):
    """How long the terminal waits, in seconds."""

    answer_s: Seconds = 4.5  # longer than the switch takes to give up, shorter than a customer
    back_off_min_s: Seconds = 1.0  # between two sends of a reversal, doubled each time ...
    back_off_max_s: Seconds = 30.0  # ... up to this: the switch may be away for hours


class Flows(SealingProgram):
    """A POS terminal at one link. Its memory is its :attr:`book`, made of what it appends."""

    def __init__(
        self,
        place: TerminalIdentity,
        pinpad: AnyPinPad | None = None,
        timers: Timers | None = None,
        link: LinkId = SWITCH,
        macs: MacPad | None = None,
        vault: CardVault | None = None,
    ) -> None:
        """*vault*: where the cards of sales are sealed that are approved here."""
        super().__init__({link: IsoExchange()}, macs)
        self.book = Book()
        self.link = link
        self.place = place
        self._pinpad = pinpad
        self._timers = timers or Timers()
        self._card: Card | None = None  # of the last sale, for a repeat; gone after a crash
        self._vault = vault
        self._sent: set[str] = set()  # of what is owed: what may have been sent already

    @property
    def is_free(self) -> bool:
        """Whether nothing is under way and no reversal is pending."""
        return self.kernel.is_idle

    # Flows -------------------------------------------------------------------------------------

    def _start(self, flow: Flow) -> None:
        self.kernel.start(self._then_reverse(flow))

    async def _then_reverse(self, flow: Flow) -> None:
        """Do *flow*; then undo what it has heard of, and tell what the switch must be told."""
        await flow
        await self._undo_heard()
        while self.book.owed:
            await self._tell(self.book.owed[0])
            await self._undo_heard()

    async def _undo_heard(self) -> None:
        """Undo what was approved and is not held so."""
        while self.book.to_reverse:
            key = self.book.to_reverse[0]
            outcome = self.book.sales[key].outcome
            await self._reverse(key, outcome.amount if outcome.kind in PAID else 0)

    async def _ask(self, request: Message, card: Card) -> None:
        """Ask; an answer that fits is the result, anything else leads to a reversal, or to none."""
        begun = SaleBegun(self.desk.now, stored(request), mask_pan(card.pan), card.alias)
        await self._begun(begun, request)

    async def _begun(self, begun: SaleBegun, request: Message) -> None:
        """The same, of what is to be kept as *begun*."""
        self._record(begun)
        answer = await self._answer(request)
        if answer is None:
            return await self._give_up()
        if answer[39] == PARTLY_APPROVED and not self.place.takes_part:
            key = key_of(request[11], request[7])
            return self._record(ApprovalHeard(self.desk.now, key, stored(answer)))
        return self._record(SaleAnswered(self.desk.now, stored(answer)))

    async def _give_up(self) -> None:
        """The last sale has no result: undo it, if money can have moved; or say it again."""
        sale = self.book.last
        assert sale is not None, "what was begun is known"
        request = sale.begun.request
        if not sale.outcome.moves_money:
            return self._record(Unanswered(self.desk.now))
        if KINDS.of(request).shape == "advise":
            again = Message(f"{request.mti[:3]}1", request.fields)
            return await self._insist(again, self._is_kept)
        return await self._reverse(key_of(request[11], request[7]))

    async def _advise(self, begun: SaleBegun) -> None:
        """Tell what was done, durably first, until somebody has kept it."""
        self._record(begun)
        await self._insist(begun.request, self._is_kept)

    async def _tell(self, key: str) -> None:
        """Tell of the sale *key*, which was approved here, until the switch has kept that."""
        sold = self.book.sales[key].begun
        assert isinstance(sold, SoldOffline), "only those are owed"
        assert self._vault is not None, "its card was sealed"
        advice = told_request(sold.request, *opened_card(sold.sealed, self._vault))
        if key in self._sent:
            advice = Message(f"{advice.mti[:3]}1", advice.fields)
        self._sent.add(key)
        await self._insist(advice, lambda answer: self._is_told(key, answer))
        self._sent.discard(key)

    def _is_told(self, key: str, answer: Message) -> bool:
        """Whether *answer* says that the switch has kept the sale *key*, or never will."""
        request = self.book.sales[key].begun.request
        if not fits(answer, request, KINDS.of(request), ECHOED):
            self.desk.count("unfit_answer")
            return False
        if answer[39] in TRY_LATER:
            return False
        self._record(AdviceKept(self.desk.now, key, stored(answer)))
        return True

    async def _repeat(self, request: Message) -> None:
        answer = await self._answer(request)
        if answer is not None:
            self._heard(answer)
        self._record(SaleRepeated(self.desk.now, stored(answer) if answer else None))

    async def _take_up(self) -> None:
        """After a start: a sale without a result is reversed, a pending reversal sent again."""
        if self.book.pending:
            await self._send_reversal("0421")
        elif self.book.kind is SaleState.BEGUN:
            await self._give_up()

    async def _reverse(self, key: str, stays: int = 0) -> None:
        """Undo the sale *key* but for *stays*: durably pending first, then sent."""
        sale = self.book.sales[key]
        reversal = reversal_request(sale.begun.request, self.desk.now, sale.outcome.rrn, stays)
        reversal = self.desk.stamp(self.link, reversal)
        self._record(SaleReversing(self.desk.now, reversal, stays))
        await self._send_reversal("0420")

    async def _send_reversal(self, mti: str) -> None:
        """Send it until somebody says it is done or never will be; only its first send is 0420."""
        assert self.book.pending is not None
        await self._insist(Message(mti, self.book.pending.reversal.fields), self._is_acknowledged)

    async def _insist(self, question: Message, settles: Callable[[Message], bool]) -> None:
        """Send *question*, and then its repeats, until an answer *settles* it."""
        pause = self._timers.back_off_min_s
        while True:
            while not self.desk.is_up(self.link):
                await self.kernel.wait_for(LINKED)
            try:
                answer = await self.desk.ask(self.link, question, within=self._timers.answer_s)
            except NoAnswer:
                pass
            else:
                if settles(answer):
                    return
            question = Message(f"{question.mti[:3]}1", question.fields)
            await self._pause(pause)
            pause = min(2 * pause, self._timers.back_off_max_s)

    async def _pause(self, seconds: Seconds) -> None:
        """Let *seconds* pass, but no more than until the link is up anew: the switch is back."""
        self.kernel.later(seconds, lambda: self.kernel.notify(LINKED))
        await self.kernel.wait_for(LINKED)

    def _is_kept(self, answer: Message) -> bool:
        """Whether *answer* says that the last sale, an advice, is kept, or never will be."""
        assert self.book.begun is not None
        request = self.book.begun.request
        if not fits(answer, request, KINDS.of(request), ECHOED):
            self.desk.count("unfit_answer")
            return False
        if answer[39] in TRY_LATER:
            return False
        self._record(SaleAnswered(self.desk.now, stored(answer)))
        return True

    def _is_acknowledged(self, answer: Message) -> bool:
        """Whether the reversal that is pending is so no longer, by *answer*."""
        code, now = answer.get(39), self.desk.now
        # Where a part was to stay, a sale that the switch does not know is for a person to see.
        in_part = self.book.pending is not None and self.book.pending.stays > 0
        if code == APPROVED or (code == UNKNOWN_ORIGINAL and not in_part):
            self._record(SaleReversed(now, stored(answer)))
        elif code in REFUSED_FOR_GOOD or code == UNKNOWN_ORIGINAL:
            self._record(ReversalRefused(now, stored(answer)))
        return self.book.pending is None

    async def _answer(self, request: Message) -> Message | None:
        """The answer to a sale, or ``None`` if there is none that fits."""
        try:
            answer = await self.desk.ask(self.link, request, within=self._timers.answer_s)
        except NoAnswer:
            return None
        if fits(answer, request, KINDS.of(request), ECHOED):
            return answer
        self.desk.count("unfit_answer")
        self._heard(answer)
        return None

    def _heard(self, answer: Message) -> None:
        """An approval of what is not held as approved, or of more than stays, is to be undone."""
        key = answered_by(self.book.sales, answer)
        if key is None:
            self.desk.count("foreign_answer")
        elif self.book.exceeds(key, answer):
            self.desk.count("approval_reversed")
            self._record(ApprovalHeard(self.desk.now, key, stored(answer)))

    def _record(self, entry: TerminalEntry) -> None:
        self._apply(entry)
        self.desk.append(entry)

    def _apply(self, entry: TerminalEntry) -> None:
        """Take over *entry*, new or read back."""
        self.book = self.book.with_entry(entry)

    # Events ------------------------------------------------------------------------------------

    def linked(self, link: LinkId) -> None:
        """A pending reversal goes out now."""
        self.kernel.notify(LINKED)

    def asked(self, link: LinkId, question: Any) -> None:
        """A terminal serves nobody."""
        self.desk.send(link, question.reply(INVALID_TRANSACTION))

    def unexpected(self, link: LinkId, answer: Any) -> None:
        """A late approval may be of a sale that ended otherwise: then it is undone."""
        if not isinstance(answer, Message):
            return
        self._heard(answer)
        if self.book.to_reverse and self.kernel.is_idle:
            self._start(self._take_up())

    def garbled(self, link: LinkId, error: FormatError) -> None:
        """What cannot be read is no answer, and is not answered either."""
        self.counts["garbled"] += 1
        self.drop(link)

    def _require_ready(self) -> None:
        self._require_free()
        if not self.desk.is_up(self.link):
            raise NoLink("the switch cannot be reached: nothing was sent")

    def _require_free(self) -> None:
        if not self.book.pending and self.book.owed:
            stan = self.book.sales[self.book.owed[0]].outcome.stan
            raise NotReady(f"the switch must be told of the sale of STAN {stan} first")
        if self.book.pending:
            stan = self.book.sales[self.book.pending.sale].outcome.stan
            raise NotReady(f"the reversal of STAN {stan} is pending: it must be acknowledged first")
        if not self.is_free:
            raise NotReady("a sale is under way")
