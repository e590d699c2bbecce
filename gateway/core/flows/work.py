"""A call in work: the intent that it is about, its key, and all that it writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from cardswitch.specs.codes import AUTHENTICATION_REQUIRED, TOO_OFTEN, TRY_LATER
from cardswitch.specs.errors import Error
from cardswitch.specs.merchants import Check
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import AGREEING, fits
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.machine.waits import NoAnswer, NotAsked

from ..calls import Call, Reply
from ..cards import Card, Metadata
from ..desk import SWITCH, GatewayDesk
from ..entries import (
    Answered,
    Asked,
    Because,
    Began,
    Called,
    Created,
    IntentEntry,
    KeyAnswered,
    KeyTaken,
    Lack,
    Sent,
)
from ..exchanges import PAYMENTS, Exchange
from ..intents import Intent
from ..messages import Order, capture_for, increment_for, request_for, stored
from ..problems import Problem, failed
from ..things import Record, Thing
from .owed import owe, settle, undo

# Field 39 of an issuer that wants its cardholder to be asked; the second says other things too.
WANTED_BY: Final = (AUTHENTICATION_REQUIRED, TOO_OFTEN)
_ECHOED = (*AGREEING, 7)  # What our switch sends back as it was.


def _nothing() -> None:
    """Nothing is missing."""


class NoPlace(Error):
    """Nothing was sent, and nothing written."""


class Work:
    """What flows do for one call. The first thing written takes its key."""

    def __init__(self, desk: GatewayDesk, call: Call) -> None:
        self.desk = desk
        self.call = call
        self.is_known = False  # whether the intent is there, and the caller's
        self.things: dict[str, Record] = {}  # what the call uses, by id
        self._until = desk.now + desk.answer_s
        self._key_leg = 0
        self._is_answered = False
        self._is_called = False

    @property
    def intent(self) -> Intent | None:
        """The intent, if it is there and the caller's."""
        return self.desk.intents.get(self.call.ref) if self.is_known else None

    @property
    def known(self) -> Intent:
        """The intent, which is there."""
        return self.desk.intents[self.call.ref]

    def take(self, intent: Intent) -> None:
        """It is about *intent*, which is there, and the caller's."""
        self.desk.intents.setdefault(intent.ref, intent)
        self.desk.keep(intent.ref)
        self.is_known = True

    def begin(self, entry: Created) -> None:
        """Begin an intent."""
        self._take_key()
        self.take(self.desk.begin(self.call.ref, entry))
        self._say_call()

    def alter(self, things: Mapping[str, Thing]) -> None:
        """Have *things* be so from now on: those that are used, and new ones."""
        for id_, thing in things.items():
            known = self.things.get(id_)
            if known is not None and known.thing == thing:
                continue
            self._take_key()
            if known is None:
                entry = Began(at=self.desk.now, merchant=self.call.merchant, thing=thing)
                self.things[id_] = self.desk.begin_thing(id_, entry)
            else:
                self.things[id_] = self.desk.change_thing(known, thing)

    def claim(self) -> None:
        """Take the key of the call, for what is kept elsewhere."""
        self._take_key()

    def end(self) -> None:
        """The flow has ended."""
        if self.is_known:
            self.desk.let_go(self.call.ref)

    def record(self, entry: IntentEntry) -> None:
        """Write *entry* to the intent."""
        self._take_key()
        self._say_call()
        self.desk.record(self.call.ref, entry)

    @property
    def has_written(self) -> bool:
        """Whether copies of the call will be told the same."""
        return bool(self._key_leg)

    def answer(self, number: int = 0, problem: Problem | None = None) -> None:
        """Tell whoever called, and keep that for copies of the call, if anything was written."""
        if self._key_leg:
            through = self.desk.rows.sequence
            entry = KeyAnswered(at=self.desk.now, through=through, number=number, problem=problem)
            self.desk.follow(self._key_leg, entry)
        self._is_answered = True
        reply = Reply(
            ticket=self.call.ticket,
            intent=self.intent,
            thing=self.things.get(self.call.ref),
            number=number,
            problem=problem,
        )
        self.desk.reply(reply)

    async def place(self) -> None:
        """Take a place at the switch; to be left again. Raises NoPlace."""
        if not await self.desk.take_place():
            raise NoPlace("the switch cannot be reached, or has too much to do")

    async def ask(
        self,
        order: Order,
        card: Card,
        reason: str | None = None,
        metadata: Metadata | None = None,
        lack: Callable[[], Lack | None] = _nothing,
    ) -> int:
        """Ask for *order* with *card*: durable first. Without an answer that fits it is undone.

        *lack* says what an issuer misses who wants its cardholder to be asked. Returns its number
        within the intent. Raises NoPlace.
        """
        request = self._stamped(request_for(self.desk.node, order, self.desk.now))
        number = self._send(
            order.asked,
            order.amount,
            request,
            card,
            reason=reason,
            metadata=metadata or {},
            takes_part=order.takes_part,
            declines_failed=self._rules(order.asked),
            authentication=order.authentication,
        )
        await self._outcome(number, request, lack)
        return number

    async def increase(self, payment: Exchange, amount: int) -> int:
        """Have *amount* be set aside besides what *payment* holds. Raises NoPlace."""
        request = self._stamped(increment_for(self.desk.node, payment, amount, self.desk.now))
        number = self._send("increment", amount, request, payment.card)
        await self._outcome(number, request)
        return number

    async def capture(self, payment: Exchange, amount: int, *, is_final: bool) -> int:
        """Take *amount* of what *payment* holds: durable first, and sent until it is acknowledged.

        Returns its number within the intent. Raises NoPlace.
        """
        part = self.known.next_part(is_final=is_final)
        request = self._stamped(capture_for(self.desk.node, payment, amount, part, self.desk.now))
        number = self._send("completion", amount, request, payment.card, is_final=is_final)
        answer = await self._answer_to(request)
        if answer is None or answer[39] in TRY_LATER:
            owe(self.desk, self.call.ref, number, is_again=True)
        else:
            self.record(Answered(self.desk.now, number, stored(answer)))
        return number

    def undo(self, number: int, because: Because) -> None:
        """Exchange *number* is to be reversed: durably owed first."""
        undo(self.desk, self.call.ref, number, because)

    def rescue(self, error: Exception) -> None:
        """The flow failed by itself: what has no outcome is undone, and the caller is told."""
        if self.is_known:
            settle(self.desk, self.known, "no_answer")
        if not self._is_answered:
            self.answer(problem=failed(type(error).__name__))

    def _send(self, asked: Asked, amount: int, request: Message, card: Card, **more: Any) -> int:
        """*request* is about to leave; its number within the intent."""
        number = len(self.known.exchanges) + 1
        sent = Sent(
            at=self.desk.now,
            number=number,
            asked=asked,
            amount=amount,
            request=stored(request),
            card=card,
            **more,
        )
        self.record(sent)
        return number

    async def _outcome(
        self, number: int, request: Message, lack: Callable[[], Lack | None] = _nothing
    ) -> None:
        """What became of *request*; without an answer that fits it is undone."""
        answer = await self._answer_to(request)
        if answer is None:
            return self.undo(number, "no_answer")
        lacks = lack() if answer[39] in WANTED_BY else None
        self.record(Answered(self.desk.now, number, stored(answer), lacks))
        because = self.known.exchange(number).unwanted
        if because is not None and KINDS.of(request).moves_money:
            self.undo(number, because)
        return None

    def _rules(self, asked: Asked) -> tuple[Check, ...]:
        """The checks that an approval may not have failed, as the merchant wants it."""
        return self.desk.rules.get(self.call.merchant, ()) if asked in PAYMENTS else ()

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
            return self.desk.stamped(message)
        except NotAsked as error:
            raise NoPlace(str(error)) from None

    def _say_call(self) -> None:
        """Write, once, which call it is that writes to the intent."""
        origin = self.call.origin
        if origin is None or self._is_called:
            return
        self._is_called = True
        entry = Called(
            at=self.desk.now,
            came=origin.came,
            request=origin.request,
            method=origin.method,
            path=origin.path,
            key=origin.key,
            key_leg=self._key_leg,
        )
        self.desk.record(self.call.ref, entry)

    def _take_key(self) -> None:
        if self.call.key and not self._key_leg:
            call = self.call
            entry = KeyTaken(at=self.desk.now, digest=call.digest, intent=call.ref, kind=call.kind)
            row = self.desk.rows.begin(entry, call.key)
            self.desk.append(row)
            self._key_leg = row.leg
