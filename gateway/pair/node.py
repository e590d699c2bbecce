"""One of two gateways on one store: it leads while it holds the journal, else it waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.control import Control, serve_control
from cardswitch.wire.ports import Seconds
from cardswitch.wire.record import Record
from cardswitch.wire.store.database import InUse

from ..api.server import ApiServer
from ..config import ApiConfig, GatewayConfig
from ..operate import CONTROL, VERBS
from ..serve import API_LINK, API_PORT, PAGES_KEY, PAGES_PORT, PortOf, ServedGateway
from ..store import open_journal
from .door import Behind, Door
from .forward import Forward, refused_call, refused_page

Lead = Callable[[PortOf], Awaitable[ServedGateway]]
LOOK_S: Final[Seconds] = 0.5  # how often the lock of the journal is tried


class Node:
    """Serves at *doors*: by a gateway that *lead* starts there, or by asking the other node.

    *doors* are by what they are of, the API's first, each with what it otherwise leads to. *note*
    is told when it leads, or why it cannot.
    """

    def __init__(
        self,
        config: GatewayConfig,
        doors: Mapping[str, tuple[Door, Forward]],
        lead: Lead,
        note: Callable[[str, str], None],
    ) -> None:
        self._config = config
        self._doors = doors
        self._control: Control | None = None
        self._lead = lead
        self._note = note
        self._leading: ServedGateway | None = None
        self._running: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def port(self) -> int:
        """Where the API is."""
        return self._doors[API_PORT][0].port

    @property
    def leads(self) -> bool:
        """Whether the journal is its own."""
        return self._leading is not None

    async def open(self) -> None:
        """Listen, and lead if nobody does. Raises OSError, Error."""
        try:
            for door, _ in self._doors.values():
                await door.open()
            await self._try()
        except BaseException:
            await self._close_doors()
            await self._let_go()
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
        await self._close_doors()  # What is in work is answered first.
        if self._leading is not None:
            await self._leading.stop()
        await self._let_go()
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
            await self._refer_no_more()
            self._leading = await self._lead(self._port_of)
        except InUse:
            await self._refer()
            return
        self._note("leads", f"the journal is this gateway's, {self._config.terminal}")

    def _port_of(self, what: str, app: Any) -> Behind | None:
        """The door of *what*, for *app*; None: it needs a port of its own."""
        return self._doors[what][0].behind(app) if what in self._doors else None

    async def _close_doors(self) -> None:
        for door, _ in self._doors.values():
            await door.close()

    async def _let_go(self) -> None:
        """Hand nothing on, and answer no operator."""
        for _, forward in self._doors.values():
            await forward.close()
        await self._refer_no_more()

    async def _refer(self) -> None:
        """While the other leads, tell an operator so."""
        if self._control is None:
            verbs = dict.fromkeys(VERBS, self._elsewhere)
            self._control = await serve_control(self._config.folder, CONTROL, verbs)

    async def _refer_no_more(self) -> None:
        if self._control is not None:
            await self._control.close()
            self._control = None

    async def _elsewhere(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        assert self._config.other is not None, "there are two"
        raise Error(
            f"this gateway, {self._config.terminal}, does not lead: give the command the "
            f"configuration of the other one, whose API is at {self._config.other.url}"
        )


async def serve_node(config: GatewayConfig, lead: Lead, record: Record) -> Node:
    """A node that listens; *record* is told what happens there. Raises OSError, Error."""
    other, pages = config.other, config.pages
    assert other is not None, "there are two"

    def note(kind: str, reason: str) -> None:
        record.note(kind, API_LINK, reason)

    def door(place: ApiConfig, key: str, forward: Forward) -> tuple[Door, Forward]:
        return Door(lambda app: ApiServer(app, place, note, key), forward.app), forward

    api = Forward(other, other.port, config.api.request_s, refused_call)
    doors = {API_PORT: door(config.api, "gateway.api", api)}
    if pages is not None and other.pages_port:
        shown = Forward(other, other.pages_port, pages.request_s, refused_page)
        doors[PAGES_PORT] = door(pages, PAGES_KEY, shown)
    node = Node(config, doors, lead, note)
    await node.open()
    return node
