"""A call in work: the intent that it is about, its key, and all that it writes."""

from __future__ import annotations

from cardswitch.specs.codes import PARTLY_APPROVED
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import AGREEING, fits
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.machine.waits import NoAnswer, NotAsked

from .calls import Call, Reply
from .desk import SWITCH, GatewayDesk
from .entries import (
    Answered,
    Because,
    Card,
    Created,
    IntentEntry,
    KeyAnswered,
    KeyTaken,
    Metadata,
    Owed,
    Sent,
)
from .intents import Intent, Stand, created
from .messages import Order, request_for, reversal_for, stored
from .problems import Problem, failed
from .reversals import owe

_ECHOED = (*AGREEING, 7)  # What our switch sends back as it was.


class NoPlace(Error):
    """Nothing was sent, and nothing written."""


class Work:
    """What flows do for one call. The first thing written takes its key."""

    def __init__(self, desk: GatewayDesk, call: Call, intent: Intent | None = None) -> None:
        self.desk = desk
        self.call = call
        self.intent = intent
        self._until = desk.now + desk.answer_s
        self._key_leg = 0
        self._is_answered = False

    @property
    def known(self) -> Intent:
        """The intent, which is there."""
        assert self.intent is not None
        return self.intent

    def begin(self, entry: Created) -> None:
        """Begin an intent."""
        self._take_key()
        row = self.desk.rows.begin(entry, self.call.ref)
        self.desk.append(row)
        self.intent = created(self.call.ref, row.leg, entry)

    def record(self, entry: IntentEntry) -> None:
        """Write *entry* to the intent's leg."""
        self._take_key()
        self.intent = self.known.with_entry(entry)
        self.desk.follow(self.intent.leg, entry)
        if self.intent.is_open:
            self.desk.open.add(self.intent.leg)
        else:
            self.desk.open.discard(self.intent.leg)

    def answer(self, number: int = 0, problem: Problem | None = None) -> None:
        """Tell whoever called, and keep that for copies of the call, if anything was written."""
        if self._key_leg:
            through = self.desk.rows.sequence
            entry = KeyAnswered(at=self.desk.now, through=through, number=number, problem=problem)
            self.desk.follow(self._key_leg, entry)
        self._is_answered = True
        ticket = self.call.ticket
        self.desk.reply(Reply(ticket=ticket, intent=self.intent, number=number, problem=problem))

    async def place(self) -> None:
        """Take a place at the switch; to be left again. Raises NoPlace."""
        if not await self.desk.take_place():
            raise NoPlace("the switch cannot be reached, or has too much to do")

    async def ask(
        self, order: Order, card: Card, reason: str | None = None, metadata: Metadata | None = None
    ) -> int:
        """Ask for *order* with *card*: durable first. Without an answer that fits it is undone.

        Returns its number within the intent. Raises NoPlace.
        """
        request = self._stamped(request_for(self.desk.node, order, self.desk.now))
        number = len(self.known.exchanges) + 1
        sent = Sent(
            at=self.desk.now,
            number=number,
            asked=order.asked,
            amount=order.amount,
            request=stored(request),
            card=card,
            reason=reason,
            metadata=metadata or {},
        )
        self.record(sent)
        answer = await self._answer_to(request)
        if answer is None:
            self.undo(number, "no_answer")
            return number
        self.record(Answered(self.desk.now, number, stored(answer)))
        if answer[39] == PARTLY_APPROVED:
            self.undo(number, "approved_in_part")
        return number

    def undo(self, number: int, because: Because) -> None:
        """Payment or refund *number* is to be reversed: durably owed first."""
        exchange = self.known.exchange(number)
        rrn = exchange.answer.get(37) if exchange.answer is not None else ""
        reversal = self._stamped(reversal_for(exchange.request, self.desk.now, rrn))
        self.record(Owed(self.desk.now, number, reversal, because))
        owe(self.desk, self.known, number)

    def rescue(self, error: Exception) -> None:
        """The flow failed by itself: what has no outcome is undone, and the caller is told."""
        if self.intent is not None:
            for exchange in self.intent.exchanges:
                if exchange.stand is Stand.SENT:
                    self.undo(exchange.number, "no_answer")
        if not self._is_answered:
            self.answer(problem=failed(type(error).__name__))

    async def _answer_to(self, request: Message) -> Message | None:
        within = max(0.0, self._until - self.desk.now)
        try:
            answer = await self.desk.ask(SWITCH, request, within=within)
        except NoAnswer:
            return None
        if fits(answer, request, KINDS.of(request), _ECHOED):
            return answer
        self.desk.count("unfit_answer")
        return None

    def _stamped(self, message: Message) -> Message:
        """*message* with a trace number. Raises NoPlace."""
        try:
            stamped = self.desk.stamp(SWITCH, message)
        except NotAsked as error:
            raise NoPlace(str(error)) from None
        self.desk.rows.trace = int(stamped[11])
        return stamped

    def _take_key(self) -> None:
        if self.call.key and not self._key_leg:
            call = self.call
            entry = KeyTaken(at=self.desk.now, digest=call.digest, intent=call.ref)
            row = self.desk.rows.begin(entry, call.key)
            self.desk.append(row)
            self._key_leg = row.leg
