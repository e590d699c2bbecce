"""The acquirer: knows the merchants, forwards into the network, reverses what it forwarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import fits
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.reversals import original_data, reference
from cardswitch.wire.machine.kernel import Budget, Limits, NoAnswer
from cardswitch.wire.machine.matching import IsoExchange
from cardswitch.wire.machine.network import NetworkWatch, network_reply
from cardswitch.wire.machine.program import FORMAT_ERROR, Program
from cardswitch.wire.ports import Effect, LinkId, Seconds, name_of

from ..requests import (
    APPROVED,
    DUPLICATE,
    PURCHASES,
    REVERSALS,
    UNAVAILABLE,
    InFlight,
    pan_of,
    request_digest_of,
    require_fields,
)
from .books import AcquirerBooks, Booking
from .config import AcquirerConfig
from .entries import (
    AcquirerEntry,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
)
from .states import FOLLOWS, MAY_HOLD_MONEY

FRONT: Final = "front"  # the listener that merchants' purchases come in by
NETWORK: Final = LinkId("network")
TRACE_GAP: Final = 1_000  # Numbers skipped after a crash: sign-ons and echoes are not journalled.
OPEN_MAX: Final = 10_000  # More without an outcome, or owed a reversal, and purchases are declined.
REVERSAL_DONE: Final = ("00", "25")  # 25: the peer knows no such original, so holds nothing for it.
MERCHANT_UNKNOWN: Final = "03"
NOT_PERMITTED: Final = "57"


class Acquirer(Program):
    """Listeners: "front" asks us. Links: "network" is asked, and may ask for a sign of life."""

    def __init__(self, config: AcquirerConfig, limits: Limits | None = None) -> None:
        super().__init__({FRONT: IsoExchange(), NETWORK: IsoExchange()}, limits)
        self.config = config
        self.books = AcquirerBooks()
        self._merchants = {merchant.id: merchant for merchant in config.merchants}
        # Both bounded by Limits.flows_max; the identity is that of the purchase in both.
        self._purchases: dict[str, InFlight] = {}
        self._reversals: dict[str, InFlight] = {}
        self._watch = NetworkWatch(self.desk, NETWORK, config.echo_s)

    def approved(self) -> Mapping[str, tuple[str, str, int]]:
        """What is approved and not undone, by field 37: merchant, currency, minor units."""
        return self.books.approved()

    def recover(self, entries: Sequence[AcquirerEntry], now: Seconds) -> Sequence[Effect]:
        """Rebuild from the journal; what has no outcome, the front repeats or reverses."""
        self.kernel.advance(now)
        for entry in entries:
            self.books.apply(entry)
        if entries:
            self.kernel.skip_numbers(NETWORK, self.books.last_trace + TRACE_GAP)
        return self.kernel.take()

    def asked(self, link: LinkId, question: Any) -> None:
        """A purchase, a reversal, or network management, by either side."""
        kind = question.mti[:3]
        if name_of(link) == FRONT and kind in PURCHASES:
            self._purchase(link, question)
        elif name_of(link) == FRONT and kind in REVERSALS:
            self._reversal(link, question)
        else:
            self.desk.send(link, network_reply(question))

    # Purchases ------------------------------------------------------------------------------------

    def _purchase(self, link: LinkId, request: Message) -> None:
        """Tell a new purchase from one in work, one that is done, and one without an outcome."""
        try:
            require_fields(request)
            request_digest = request_digest_of(request, pan_of(request))
        except FormatError as error:
            return self.refuse(link, request, FORMAT_ERROR, error.field)
        name = identity(FRONT, request, self.desk.now).name
        in_flight, booking = self._purchases.get(name), self.books.find(name)
        known = in_flight or booking
        if known and known.request_digest not in ("", request_digest):
            self.desk.send(link, request.reply(DUPLICATE))
        elif in_flight:
            in_flight.wait(link, request)
        elif booking and booking.decision:
            self.desk.send(link, booking.decision.reply(request))
        elif booking is None and (code := self._refusal(request)):
            self._refuse(link, request, name, request_digest, code)
        elif self.kernel.is_full():
            self.desk.count("full")  # It may hold money: only its reversal can end it.
        else:
            purchase = self._purchases[name] = InFlight(name, request_digest, link, request)
            self.desk.start(
                self._forward(purchase), lambda _: self._forget(self._purchases, purchase)
            )
        return None

    def _refusal(self, request: Message) -> str:
        """Why the acquirer itself declines *request*, or ``""``."""
        merchant = self._merchants.get(request[42].rstrip(" "))
        if merchant is None or not merchant.active:
            return MERCHANT_UNKNOWN
        if request[49] not in merchant.currencies:
            return NOT_PERMITTED
        overloaded = self.kernel.is_full() or len(self.books.open) >= OPEN_MAX
        return "" if self.desk.is_up(NETWORK) and not overloaded else UNAVAILABLE

    def _refuse(
        self, link: LinkId, request: Message, name: str, request_digest: str, code: str
    ) -> None:
        """Durably, so that a copy of the request that comes late is not forwarded after all."""
        now = self.desk.now
        refused = PurchaseRefused(name, request_digest, now, request[37], code)
        self._write(refused)
        self.desk.send(link, refused.reply(request))

    async def _forward(self, purchase: InFlight) -> None:
        """Into the network, and the answer back; without one, silence: the front will reverse."""
        try:
            forwarded = self._into_network(purchase)
            answer = await self.desk.ask(NETWORK, forwarded, self.config.timeout_s)
        except NoAnswer:
            return self._forget(self._purchases, purchase)
        booking = self.books.find(purchase.identity)
        assert booking is not None, "what was forwarded is booked"
        if booking.decision is None and fits(answer, forwarded):
            self._write(_answered(purchase.identity, self.desk.now, answer, forwarded))
        self._forget(self._purchases, purchase)
        if booking.decision is None:
            self.desk.count("unfit_answer")
            return None
        for link, request in purchase.waiters.items():
            self.desk.send(link, booking.decision.reply(request))
        return None

    def _into_network(self, purchase: InFlight) -> Message:
        """The purchase as we send it: for the first time, or as a repeat with the same number."""
        request = purchase.request
        merchant = request[42].rstrip(" ")
        fields = {**request.fields, **self._acquirer_fields(merchant)}
        booking = self.books.find(purchase.identity)
        if booking and booking.forwarded:
            return Message(f"{request.mti[:3]}1", {**fields, 11: booking.forwarded.trace})
        first = self.desk.stamp(NETWORK, Message(f"{request.mti[:3]}0", fields))
        self._write(
            PurchaseForwarded(
                identity=purchase.identity,
                request_digest=purchase.request_digest,
                at=self.desk.now,
                rrn=request[37],
                merchant=merchant,
                currency=request[49],
                amount=int(request[4]),
                trace=first[11],
                original=original_data(first),
            )
        )
        return first

    def _acquirer_fields(self, merchant_id: str) -> dict[int, str]:
        """What the acquirer knows better than the terminal."""
        fields = {32: self.config.institution}
        merchant = self._merchants.get(merchant_id)
        if merchant is not None:  # A reversal is sent for a merchant who left us, too.
            fields |= {18: merchant.mcc, 19: merchant.country_code, 43: merchant.name_location}
        return fields

    # Reversals ------------------------------------------------------------------------------------

    def _reversal(self, link: LinkId, reversal: Message) -> None:
        """Answer at once where no money can be held, else reverse in the network."""
        try:
            name = reference(FRONT, reversal, self.desk.now).identities[0].name
        except FormatError as error:
            return self.refuse(link, reversal, FORMAT_ERROR, error.field)
        in_flight, booking = self._reversals.get(name), self.books.find(name)
        if in_flight:
            in_flight.wait(link, reversal)
        elif booking and booking.state in MAY_HOLD_MONEY:
            self._begin_reversal(booking, InFlight(name, "", link, reversal))
        else:
            if booking is None:
                self._write(PurchaseUndone(name, self.desk.now, reversal.get(37)))
            self.desk.send(link, reversal.reply(APPROVED))
        return None

    def _begin_reversal(self, booking: Booking, reversal: InFlight) -> None:
        if self.kernel.is_full():
            return self.desk.count("full")  # The front will send it again.
        self._reversals[reversal.identity] = reversal
        self.desk.start(
            self._reverse(reversal, booking), lambda _: self._forget(self._reversals, reversal)
        )
        return None

    async def _reverse(self, reversal: InFlight, booking: Booking) -> None:
        """Undo in the network. Without an answer stay silent: the front will send it again."""
        try:
            asked = self._reversal_into_network(reversal.request, booking)
            answer = await self.desk.ask(NETWORK, asked, self.config.timeout_s)
        except NoAnswer:
            return self._forget(self._reversals, reversal)
        self._forget(self._reversals, reversal)
        code = answer.get(39)
        if code in REVERSAL_DONE:
            code = APPROVED
            self._write(PurchaseUndone(reversal.identity, self.desk.now, reversal.request.get(37)))
        if code:
            for link, request in reversal.waiters.items():
                self.desk.send(link, request.reply(code))
        return None

    def _reversal_into_network(self, reversal: Message, booking: Booking) -> Message:
        """0420 at first, 0421 whenever it may have been sent before; always the same numbers."""
        purchase = booking.forwarded
        assert purchase is not None, "what may hold money was forwarded"
        mti, numbers = "0421", booking.last
        if not isinstance(numbers, ReversalForwarded):
            mti, now = "0420", self.desk.now
            stamped = self.desk.stamp(NETWORK, Message(mti, reversal.fields))
            sent = reversal.get(7) or transmission_time(now)
            numbers = ReversalForwarded(booking.identity, now, stamped[11], sent)
            self._write(numbers)
        fields = {**reversal.fields, **self._acquirer_fields(purchase.merchant)}
        own = {7: numbers.sent, 11: numbers.trace, 37: purchase.rrn, 90: purchase.original}
        return Message(mti, {**fields, **own})

    # ----------------------------------------------------------------------------------------------

    def linked(self, link: LinkId) -> None:
        """Sign on when the network is there, and keep asking whether it still is."""
        if link == NETWORK:
            self.desk.start(self._watch.begin(), budget=Budget.CARING)

    def _write(self, entry: AcquirerEntry) -> None:
        """Journal *entry* and take it over; the table of states must allow it."""
        booking = self.books.find(entry.identity)
        before = booking.state if booking else None
        assert entry.state in FOLLOWS[before], f"{before} -> {entry.state}"
        self.desk.append(entry)
        self.books.apply(entry)

    @staticmethod
    def _forget(table: dict[str, InFlight], request: InFlight) -> None:
        table.pop(request.identity, None)


def _answered(name: str, now: Seconds, answer: Message, asked: Message) -> PurchaseAnswered:
    amount = int(answer.get(4, asked[4])) if answer.approved else 0
    return PurchaseAnswered(
        name, now, answer[39], amount, answer.get(38) if answer.approved else ""
    )
