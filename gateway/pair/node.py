"""One of two gateways on one store: it leads while it holds the journal, else it waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds
from cardswitch.wire.record import Record
from cardswitch.wire.store.database import InUse

from ..api.server import ApiServer
from ..config import GatewayConfig
from ..serve import API_LINK, ServedGateway
from ..store import open_journal
from .door import Behind, Door
from .forward import Forward

Lead = Callable[[Callable[[Any], Behind]], Awaitable[ServedGateway]]
LOOK_S: Final[Seconds] = 0.5  # how often the lock of the journal is tried


class Node:
    """Serves the API at *door*: by a gateway that *lead* starts there, or by asking the other node.

    *note* is told when it leads, or why it cannot.
    """

    def __init__(
        self,
        config: GatewayConfig,
        door: Door,
        forward: Forward,
        lead: Lead,
        note: Callable[[str, str], None],
    ) -> None:
        self._config = config
        self._door = door
        self._forward = forward
        self._lead = lead
        self._note = note
        self._leading: ServedGateway | None = None
        self._running: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def port(self) -> int:
        """Where the API is."""
        return self._door.port

    @property
    def leads(self) -> bool:
        """Whether the journal is its own."""
        return self._leading is not None

    async def open(self) -> None:
        """Listen, and lead if nobody does. Raises OSError, Error."""
        await self._door.open()
        try:
            await self._try()
        except BaseException:
            await self._door.close()
            await self._forward.close()
            raise
        self._running = asyncio.create_task(self._run())
        self._running.add_done_callback(self._has_ended)

    async def wait(self) -> None:
        """Return after :meth:`stop`; raise the error that ended it, if one did."""
        await asyncio.shield(self._ended)

    async def stop(self) -> None:
        """Let nobody in, and give the journal to the other."""
        assert self._running is not None
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self._door.close()  # What is in work is answered first.
        if self._leading is not None:
            await self._leading.stop()
        await self._forward.close()
        if not self._ended.done():
            self._ended.set_result(None)

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        """What ends the gateway ends its node; the other one takes over."""
        if task.cancelled() or self._ended.done():
            return
        error = task.exception()
        if error is not None:
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)

    async def _run(self) -> None:
        """Wait for the journal, then for the end of the gateway that has it."""
        said = ""
        while self._leading is None:
            await asyncio.sleep(LOOK_S)
            try:
                await self._try()
                said = ""
            except Error as error:  # A server that is away now may be there later.
                if str(error) != said:
                    said = str(error)
                    self._note("cannot_lead", said)
        await self._leading.wait()

    async def _try(self) -> None:
        """Lead, unless another holds the journal."""
        try:
            # In a thread: a server may take its time, and requests go on to the other node.
            (await asyncio.to_thread(open_journal, self._config.database)).close()
            self._leading = await self._lead(self._door.behind)
        except InUse:
            return
        self._note("leads", f"the journal is this gateway's, {self._config.terminal}")


async def serve_node(config: GatewayConfig, lead: Lead, record: Record) -> Node:
    """A node that listens; *record* is told what happens there. Raises OSError, Error."""
    assert config.other is not None, "there are two"

    def note(kind: str, reason: str) -> None:
        record.note(kind, API_LINK, reason)

    forward = Forward(config.other, config.api.request_s)
    door = Door(lambda app: ApiServer(app, config.api, note), forward.app)
    node = Node(config, door, forward, lead, note)
    await node.open()
    return node
