"""Runs the bank's page for its customers."""

from __future__ import annotations

from cardswitch.wire.driver.event_log import EventLog, record_of
from cardswitch.wire.driver.runtime import Clock
from cardswitch.wire.ports import LinkId
from cardswitch.wire.record import Record
from cardswitch.wire.web.served import Served, opened
from cardswitch.wire.web.server import WebServer

from .config import BankConfig
from .home import HomeApp

LINK = LinkId("bank")


class ServedHome(Served):
    """The page, served."""

    def __init__(self, config: BankConfig, clock: Clock, record: Record) -> None:
        place = config.pages
        assert place is not None, "whoever serves it has its section"
        super().__init__(record, LINK)
        app = HomeApp(config, clock.now, self.note)
        self._server = WebServer(app.app, place, self.note, "bank.pages")

    async def open(self) -> None:
        """Listen. Raises OSError."""
        self.port = await self._server.open()

    async def close(self) -> None:
        """Let nobody in, and answer what is in work."""
        await self._server.close()


async def serve_home(
    config: BankConfig, clock: Clock | None = None, log: EventLog | None = None
) -> ServedHome:
    """A page that listens. Raises OSError, Error."""
    clock = clock or Clock()
    return await opened(ServedHome(config, clock, record_of(log, "bank", clock)))
