"""The terminal as a machine: one sale at a time, and what it owes goes out before the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct

from cardswitch.specs.errors import Error, FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.wire.machine.kernel import NoAnswer
from cardswitch.wire.machine.matching import IsoExchange
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import Effect, LinkId, Seconds, name_of

from ..customer.card import Card
from ..pinpad.pad import PinPad
from .messages import (
    Order,
    TerminalIdentity,
    fits,
    repeat_request,
    reversal_request,
    sale_request,
    stored,
)
from .state import (
    BatchClosed,
    Book,
    ReversalRefused,
    SaleAnswered,
    SaleBegun,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
    SaleState,
    TerminalEntry,
    rebuild,
)

SWITCH: Final = LinkId("switch")
LINKED: Final = "linked"  # what flows hear when the link comes up
UNSERVED: Final = "12"  # field 39: nobody may ask a terminal for anything
UNDONE: Final = frozenset(["00", "25"])  # undone, or there was nothing to undo
NOT_UNDONE: Final = frozenset(["12", "30"])  # refused for good


class NotReady(Error):
    """The terminal cannot do this now; nothing was sent. Says what must come first."""


class NoLink(NotReady):
    """The switch cannot be reached."""


class Timers(Struct, frozen=True):
    """How long the terminal waits, in seconds."""

    answer_s: Seconds = 4.5  # longer than the switch takes to give up, shorter than a customer
    back_off_min_s: Seconds = 1.0  # between two sends of a reversal, doubled each time ...
    back_off_max_s: Seconds = 30.0  # ... up to this: the switch may be away for hours


class Terminal(Program):
    """A POS terminal at one link. Its memory is its :attr:`book`, made of what it appends.

    What it tells is in its entries (:func:`~terminal.core.state.outcomes`), and holds once they are
    durable.
    """

    def __init__(
        self,
        place: TerminalIdentity,
        pinpad: PinPad | None = None,
        timers: Timers | None = None,
        link: LinkId = SWITCH,
    ) -> None:
        super().__init__({link: IsoExchange()})
        self.book = Book()
        self.link = link
        self.place = place
        self._pinpad = pinpad
        self._timers = timers or Timers()
        self._card: Card | None = None  # of the last sale, for a repeat; gone after a crash

    @property
    def is_free(self) -> bool:
        """Whether nothing is under way and nothing is owed."""
        return self.kernel.is_idle

    # What a person wants -----------------------------------------------------------------------

    def sale(self, order: Order, now: Seconds) -> Sequence[Effect]:
        """Begin a sale. Raises NotReady, or as :func:`sale_request` does: then nothing is sent."""
        self.kernel.advance(now)
        self._require_ready()
        request = sale_request(self.place, order, self._pinpad, now)
        request = self.desk.stamp(self.link, request)
        self._card = order.card
        self.kernel.start(self._sale(request, order.card))
        return self.kernel.take()

    def repeat(self, now: Seconds, card: Card | None = None) -> Sequence[Effect]:
        """Ask for the last sale's result once more; *card* must be given after a restart.

        Raises NotReady, also if that sale has no result.
        """
        self.kernel.advance(now)
        self._require_ready()
        begun, card = self.book.begun, card or self._card
        if begun is None or self.book.kind not in (SaleState.APPROVED, SaleState.DECLINED):
            raise NotReady(f"nothing to repeat: the last sale is {self.book.kind or 'not there'}")
        if card is None:
            raise NotReady("the card is not known any more: present it again")
        self.kernel.start(self._repeat(repeat_request(begun.request, card)))
        return self.kernel.take()

    def close_batch(self, now: Seconds) -> Sequence[Effect]:
        """Close the batch and open the next; its totals are in the book until then."""
        self.kernel.advance(now)
        self._require_free()
        self._record(BatchClosed(now))
        return self.kernel.take()

    def recover(self, entries: Iterable[TerminalEntry], now: Seconds) -> Sequence[Effect]:
        """After a start: take up what *entries* left. A sale without a result is reversed."""
        self.kernel.advance(now)
        self.book = rebuild(entries)
        # Nothing is sent whose number is not in the journal, so the last one there is the last.
        self.kernel.skip_numbers(name_of(self.link), self.book.stan)
        if self.book.kind is SaleState.BEGUN:
            self.kernel.start(self._reverse())
        elif self.book.owed is not None:
            self.kernel.start(self._send_reversal("0421"))
        return self.kernel.take()

    # Flows -------------------------------------------------------------------------------------

    async def _sale(self, request: Message, card: Card) -> None:
        """Ask; an answer that fits is the result, anything else leads to a reversal."""
        self._record(SaleBegun(self.desk.now, stored(request), mask_pan(card.pan), card.alias))
        answer = await self._answer(request)
        if answer is None:
            return await self._reverse()
        return self._record(SaleAnswered(self.desk.now, stored(answer)))

    async def _repeat(self, request: Message) -> None:
        answer = await self._answer(request)
        self._record(SaleRepeated(self.desk.now, stored(answer) if answer else None))

    async def _reverse(self) -> None:
        """Owe the reversal of the sale that has no result, and pay it."""
        assert self.book.begun is not None
        reversal = reversal_request(self.book.begun.request, self.desk.now)
        self._record(SaleReversing(self.desk.now, self.desk.stamp(self.link, reversal)))
        await self._send_reversal("0420")

    async def _send_reversal(self, mti: str) -> None:
        """Send it until somebody says it is done or never will be; only its first send is 0420."""
        assert self.book.owed is not None
        fields = self.book.owed.fields
        pause = self._timers.back_off_min_s
        while True:
            if not self.desk.is_up(self.link):
                await self.kernel.wait_for(LINKED)
            if await self._is_acknowledged(Message(mti, fields)):
                return
            mti = "0421"
            await self.desk.sleep(pause)
            pause = min(2 * pause, self._timers.back_off_max_s)

    async def _is_acknowledged(self, reversal: Message) -> bool:
        """Whether *reversal* is no longer owed."""
        try:
            answer = await self.desk.ask(self.link, reversal, within=self._timers.answer_s)
        except NoAnswer:
            return False
        if answer.get(39) in UNDONE:
            self._record(SaleReversed(self.desk.now, stored(answer)))
        elif answer.get(39) in NOT_UNDONE:
            self._record(ReversalRefused(self.desk.now, stored(answer)))
        return self.book.owed is None

    async def _answer(self, request: Message) -> Message | None:
        """The answer to a sale, or ``None`` if there is none that fits."""
        try:
            answer = await self.desk.ask(self.link, request, within=self._timers.answer_s)
        except NoAnswer:
            return None
        if fits(answer, request):
            return answer
        self.desk.count("unfit_answer")
        return None

    def _record(self, entry: TerminalEntry) -> None:
        self.book = self.book.with_entry(entry)
        self.desk.append(entry)

    # Events ------------------------------------------------------------------------------------

    def linked(self, link: LinkId) -> None:
        """What is owed goes out now."""
        self.kernel.notify(LINKED)

    def asked(self, link: LinkId, question: Any) -> None:
        """A terminal serves nobody."""
        self.desk.send(link, question.reply(UNSERVED))

    def garbled(self, link: LinkId, error: FormatError) -> None:
        """What cannot be read is no answer, and is not answered either."""
        self.counts["garbled"] += 1
        self.drop(link)

    def _require_ready(self) -> None:
        self._require_free()
        if not self.desk.is_up(self.link):
            raise NoLink("the switch cannot be reached: nothing was sent")

    def _require_free(self) -> None:
        if self.book.owed is not None:
            raise NotReady(f"a reversal is owed first, STAN {self.book.owed[11]}")
        if not self.is_free:
            raise NotReady("a sale is under way")
