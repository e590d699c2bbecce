"""Between the API and the machine: a call waits for its reply, and until that is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from cardswitch.specs.errors import Error
from cardswitch.specs.three_ds.messages import ARes
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.ports import Append, Effect, Event, LinkUp, Observer, Received, Seconds

from .core.authentication import DIRECTORY, Question
from .core.calls import Call, Deed, Reply
from .core.desk import API
from .core.machine import Gateway

T = TypeVar("T")
Ask = Callable[[Question], Awaitable[ARes | None]]


class Front:
    """The machine as its runtime drives it; replies, and questions about cardholders, come here."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._runtime: Runtime | None = None
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._tickets = 0
        self._ask: Ask | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self.written: Callable[[], None] = _nobody  # called whenever the journal is to grow
        # Waited for before a call: the cards that it may name are durable.
        self.sealed: Callable[[], Awaitable[None]] = _nothing

    def asks_by(self, ask: Ask) -> None:
        """Have the gateway's questions about cardholders carried by *ask*."""
        self._ask = ask
        self._told(LinkUp(DIRECTORY))

    def driven_by(self, runtime: Runtime) -> None:
        """To be said before the first call."""
        self._runtime = runtime
        runtime.tell(API, self._replied, self.end)
        runtime.tell(DIRECTORY, self._asked, self.end)

    async def call(self, merchant: str, ref: str, deed: Deed, **more: Any) -> Reply:
        """Have the gateway do *deed*, with *more* of a Call; its reply, once that is durable.

        Raises Error if the gateway has ended, or its journal cannot be written.
        """
        assert self._runtime is not None
        await self.sealed()
        self._tickets += 1
        ticket, loop = self._tickets, asyncio.get_running_loop()
        call = Call(ticket=ticket, merchant=merchant, ref=ref, deed=deed, **more)
        waiting: asyncio.Future[Reply] = loop.create_future()
        self._waiting[ticket] = waiting
        try:
            self._runtime.call(lambda now: self._passed(self.gateway.call(call, now)))
            return await waiting
        finally:
            self._waiting.pop(ticket, None)

    async def reading(self, read: Callable[..., T], *given: Any) -> T:
        """What *read* finds in the journal: read at once where the disk is quick, as commits are.

        A thread costs more than it: it waits for the interpreter after every statement.
        """
        assert self._runtime is not None
        if self._runtime.is_quick:
            return read(*given)
        return await asyncio.to_thread(read, *given)

    def end(self) -> None:
        """Nobody is told anything any more."""
        for asking in self._asking:
            asking.cancel()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Error("the gateway has ended"))

    # Machine --------------------------------------------------------------------------------------

    def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
        """See :class:`~cardswitch.wire.ports.Machine`."""
        return self._passed(self.gateway.handle(event, now))

    def wake(self, now: Seconds) -> Sequence[Effect]:
        """See :class:`~cardswitch.wire.ports.Machine`."""
        return self._passed(self.gateway.wake(now))

    def deadline(self) -> Seconds | None:
        """See :class:`~cardswitch.wire.ports.Machine`."""
        return self.gateway.deadline()

    def observe(self, observer: Observer) -> None:
        """See :class:`~cardswitch.wire.ports.Observable`."""
        self.gateway.observe(observer)

    def _passed(self, effects: Sequence[Effect]) -> Sequence[Effect]:
        """*effects*; if the journal is to grow, that is told."""
        for effect in effects:
            if isinstance(effect, Append):
                self.written()
                break
        return effects

    def _replied(self, reply: Reply) -> None:
        """All that was written before *reply* is durable."""
        waiting = self._waiting.get(reply.ticket)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def _asked(self, question: Question) -> None:
        """Have *question* carried; without an answer the machine waits its time."""
        task = asyncio.get_running_loop().create_task(self._carry(question))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _carry(self, question: Question) -> None:
        assert self._ask is not None, "whoever asks has somebody who carries it"
        answer = await self._ask(question)
        if answer is not None:
            self._told(Received(DIRECTORY, answer))

    def _told(self, event: Event) -> None:
        assert self._runtime is not None
        self._runtime.call(lambda now: self.handle(event, now))


async def _nothing() -> None:
    """No card is to be waited for."""


def _nobody() -> None:
    """Nobody follows the journal."""
