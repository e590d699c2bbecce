"""Each safeguard of the gateway, removed: the world must notice, or it proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

from sqlalchemy import delete, insert

from cardswitch.gateway.core import machine
from cardswitch.gateway.core.calls import Call
from cardswitch.gateway.core.desk import API, SWITCH, GatewayDesk
from cardswitch.gateway.core.entries import Canceled, Disputed, IntentEntry, Undone
from cardswitch.gateway.core.flows import captures, owed, payments, work
from cardswitch.gateway.core.flows.work import Work
from cardswitch.gateway.core.machine import CardVault, Gateway, Timers
from cardswitch.gateway.core.messages import Node, repeat_of
from cardswitch.gateway.core.row import Rows
from cardswitch.gateway.outbox.events import Outbox, Outcome
from cardswitch.gateway.outbox.follow import Read
from cardswitch.gateway.outbox.tables import DELIVERED, POSITION
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Append, Effect, Event, LinkId, Seconds, Send

from . import post
from .people import OrderWorld

Removal = Callable[[], AbstractContextManager[Any]]


def _late_entries(link: LinkId, *states: str) -> Removal:
    """What leaves on *link* leaves before what is written with the entries of *states*."""

    class Careless(Gateway):
        def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
            return self._late_last(super().handle(event, now))

        def wake(self, now: Seconds) -> Sequence[Effect]:
            return self._late_last(super().wake(now))

        def call(self, call: Call, now: Seconds) -> Sequence[Effect]:
            return self._late_last(super().call(call, now))

        def _late_last(self, effects: Sequence[Effect]) -> Sequence[Effect]:
            leaves = any(isinstance(each, Send) and each.link == link for each in effects)
            is_late = leaves and any(map(self._is_late, effects))
            return sorted(effects, key=lambda e: is_late and isinstance(e, Append))

        def _is_late(self, effect: Effect) -> bool:
            return isinstance(effect, Append) and effect.entry.state in states

    return lambda: mock.patch.object(OrderWorld, "gateway_class", Careless)


def _no_reversal() -> AbstractContextManager[Any]:
    """What has no answer in time is left as it is."""
    return mock.patch.object(work, "undo")


def _asked_again() -> AbstractContextManager[Any]:
    """What has no answer in time is asked once more, and undone after that."""
    answer_to = Work._answer_to

    async def insist(self: Work, request: Message) -> Message | None:
        answer = await answer_to(self, request)
        if answer is None and request.mti in ("0100", "0200"):
            self._until = self.desk.now + 0.5
            return await answer_to(self, repeat_of(request))
        return answer

    return mock.patch.object(Work, "_answer_to", insist)


def _no_recovery() -> AbstractContextManager[Any]:
    return mock.patch.object(Gateway, "_resume")


def _patient() -> AbstractContextManager[Any]:
    """The gateway waits for the switch for longer than anybody waits for the gateway."""

    class Patient(Gateway):
        def __init__(self, node: Node, vault: CardVault, _: Timers, **more: Any) -> None:
            super().__init__(node, vault, Timers(9.0, 15.0), **more)

    return mock.patch.object(OrderWorld, "gateway_class", Patient)


def _told_once() -> AbstractContextManager[Any]:
    """A reversal is sent, and nobody waits for its acknowledgement."""

    def owe(desk: GatewayDesk, ref: str, number: int, *, is_again: bool = False) -> None:
        exchange = desk.intents[ref].exchange(number)
        if exchange.reversal is not None:
            if desk.is_ready:
                desk.send(SWITCH, exchange.reversal)
            desk.record(ref, Undone(desk.now, number, Message("0430", {39: "00"})))

    return mock.patch.object(owed, "owe", owe)


def _captures_lost() -> AbstractContextManager[Any]:
    """A capture without an answer is taken for done."""
    return mock.patch.object(work, "owe")


def _no_keys() -> AbstractContextManager[Any]:
    return mock.patch.object(Work, "_take_key")


def _no_locks() -> AbstractContextManager[Any]:
    """Two copies may be in work at once."""
    return mock.patch.object(machine, "_locked", return_value=set())


def _keys_answer_late() -> AbstractContextManager[Any]:
    """A key is kept when its call is answered, and not when it begins."""
    take, answer = Work._take_key, Work.answer

    def answered(self: Work, *args: Any, **more: Any) -> None:
        if getattr(self, "has_begun", False):
            take(self)
        answer(self, *args, **more)

    def begin(self: Work) -> None:
        self.has_begun = True  # type: ignore[attr-defined]

    return mock.patch.multiple(Work, _take_key=begin, answer=answered)


def _numbers_reused() -> AbstractContextManager[Any]:
    """After a start, trace numbers begin anew."""

    def recall(gateway: Gateway, known: Sequence[Any]) -> None:
        for row in known:
            gateway._desk.rows.seen(row)

    return mock.patch.object(Gateway, "_recall", recall)


def _no_release() -> AbstractContextManager[Any]:
    """What is canceled stays set aside."""

    def release(work: Work, reason: str | None) -> None:
        work.record(Canceled(work.desk.now, reason))

    return mock.patch.object(captures, "_release", release)


def _never_expired() -> AbstractContextManager[Any]:
    return mock.patch.object(Gateway, "_end")


def _checkpoints_forget() -> AbstractContextManager[Any]:
    """A start begins with the last checkpoint, which names nothing that is not finished."""
    checkpoint = Rows.checkpoint

    def forget(rows: Rows, at: Seconds, _: Sequence[int], told: Mapping[str, Any]) -> Any:
        return checkpoint(rows, at, (), told)

    return mock.patch.object(Rows, "checkpoint", forget)


@contextmanager
def _position_first() -> Iterator[None]:
    """The row that events were read to is kept before the events; the gateway may die between."""
    take, begun = Outbox.take, []

    def twice(outbox: Outbox, read: Read, now: Seconds) -> None:
        begun.append(read)
        with outbox._database.transaction() as writer:
            writer.execute(delete(POSITION))
            writer.execute(insert(POSITION).values(sequence=read.last))
        if len(begun) % 20:
            take(outbox, read, now)

    with mock.patch.object(Outbox, "take", twice):
        yield


def _told_is_taken() -> AbstractContextManager[Any]:
    """An event is told once, whatever its receiver says."""
    outcome = post.outcome_of

    def done(*args: Any) -> Outcome:
        told = outcome(*args)
        return Outcome(
            number=told.number, endpoint=told.endpoint, first=told.first, tries=told.tries,
            said=told.said, state=DELIVERED,
        )  # fmt: skip

    return mock.patch.object(post, "outcome_of", done)


def _clock_believed() -> AbstractContextManager[Any]:
    return mock.patch.object(Outbox, "bring_forward")


def _paid_when_over() -> AbstractContextManager[Any]:
    """A session that is over is paid all the same."""
    return mock.patch.object(payments, "_not_open", return_value=None)


def _denied_again() -> AbstractContextManager[Any]:
    """An intent does not keep that it is denied."""
    record = Work.record

    def forget(self: Work, entry: IntentEntry) -> None:
        if not isinstance(entry, Disputed):
            record(self, entry)

    return mock.patch.object(Work, "record", forget)


def _found_paid_alone() -> AbstractContextManager[Any]:
    """What a person finds to be paid leaves its session as it is."""
    return mock.patch.object(captures, "complete")


REMOVALS: Mapping[str, Removal] = {
    "sent only when durable": _late_entries(SWITCH, "Sent"),
    "answered only when durable": _late_entries(API, "Answered", "KeyAnswered", "Canceled"),
    "a reversal where no answer came": _no_reversal,
    "an answer within five seconds": _patient,
    "never asked again": _asked_again,
    "what a start resumes": _no_recovery,
    "a reversal told until it is acknowledged": _told_once,
    "a capture told until it is acknowledged": _captures_lost,
    "idempotency keys": _no_keys,
    "a key kept before its call is done": _keys_answer_late,
    "one call of an intent at a time": _no_locks,
    "no number reused after a start": _numbers_reused,
    "what is canceled is released": _no_release,
    "what is held ends in time": _never_expired,
    "checkpoints name what is open": _checkpoints_forget,
    "events kept with the row they were read to": _position_first,
    "events told until they are taken": _told_is_taken,
    "a clock set back keeps no event": _clock_believed,
}
# Of sessions and disputes: worlds with checkouts notice them.
CHECKOUT_REMOVALS: Mapping[str, Removal] = {
    "a session that is over is not paid": _paid_when_over,
    "a session ends in time": _never_expired,
    "a payment is denied once": _denied_again,
    "what a person finds to be paid completes its session": _found_paid_alone,
}
