"""Runs the bank's page for its customers."""

from __future__ import annotations

import asyncio

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.driver.event_log import EventLog
from cardswitch.wire.driver.runtime import Clock, to_log
from cardswitch.wire.driver.tls import server_tls
from cardswitch.wire.ports import LinkId
from cardswitch.wire.record import Record
from cardswitch.wire.web.server import WebServer

from .config import BankConfig
from .home import HomeApp

LINK = LinkId("bank")


class ServedHome:
    """A page that is served; like a runtime, it can be waited for and stopped."""

    def __init__(self, config: BankConfig, clock: Clock, record: Record) -> None:
        place = config.pages
        assert place is not None, "whoever serves it has its section"
        https = server_tls(place, "bank.pages.tls_")
        if https is None:
            raise ConfigError("bank.pages.tls_certificate: missing: it speaks HTTPS alone")
        self.port = 0
        self._record = record
        app = HomeApp(config, clock.now, self._note)
        self._server = WebServer(app.app, place, https, self._note, "bank.pages")
        self._ended = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        """Listen. Raises OSError."""
        self.port = await self._server.open()

    async def wait(self) -> None:
        """Return after :meth:`stop`."""
        await asyncio.shield(self._ended)

    async def stop(self) -> None:
        """Let nobody in, answer what is in work, and end."""
        await self._server.close()
        self._record.close()
        if not self._ended.done():
            self._ended.set_result(None)

    def _note(self, kind: str, reason: str) -> None:
        self._record.note(kind, LINK, reason)


async def serve_home(
    config: BankConfig, clock: Clock | None = None, log: EventLog | None = None
) -> ServedHome:
    """A page that listens. Raises OSError, Error."""
    clock = clock or Clock()
    record = log.record("bank", clock) if log else Record("bank", [to_log], clock.now)
    home = ServedHome(config, clock, record)
    try:
        await home.open()
    except BaseException:
        await home.stop()
        raise
    return home
