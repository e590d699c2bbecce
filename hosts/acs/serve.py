"""Runs the access control server: its two ports, its clock, and what it tells 3DS servers."""

from __future__ import annotations

import asyncio
import ssl
from typing import Final

import httpx

from cardswitch.specs.errors import FormatError
from cardswitch.specs.three_ds.messages import RReq, RRes, read, write
from cardswitch.wire.driver.event_log import EventLog, record_of
from cardswitch.wire.driver.runtime import Clock
from cardswitch.wire.driver.tls import Tls
from cardswitch.wire.ports import LinkId
from cardswitch.wire.record import Record
from cardswitch.wire.web.served import Served, opened
from cardswitch.wire.web.server import WebServer

from ..vault import read_key
from .access import AccessControl
from .app import AcsApp
from .config import AcsConfig

LINK: Final = LinkId("acs")
TOLD_S: Final = 6.0  # A 3DS server has asked the issuer for the money when it answers.
TRIES_MAX: Final = 3
AGAIN_S: Final = 1.0
LOOK_S: Final = 1.0  # how often challenges are looked at whose time is over
NO_CAVV: Final = "without it the issuer believes no authentication"


class ServedAcs(Served):
    """An access control server that runs."""

    def __init__(self, config: AcsConfig, clock: Clock, record: Record) -> None:
        super().__init__(record, LINK)
        self._clock = clock
        self._access = AccessControl(config, read_key(config.cavv_key, "the key of CAVVs", NO_CAVV))
        app = AcsApp(self._access, config, clock.now, self._tell, self.note)
        self._servers = [
            WebServer(app.asked, config, self.note, "acs"),
            WebServer(app.pages, config.pages, self.note, "acs.pages"),
        ]
        self._client = httpx.AsyncClient(
            verify=_dialling(config), trust_env=False, timeout=TOLD_S, follow_redirects=False
        )
        self._looking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen. Raises OSError."""
        self.port, _ = [await server.open() for server in self._servers]
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Let nobody in, and answer what is in work."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        for server in self._servers:
            await server.close()
        await self._client.aclose()

    async def _look(self) -> None:
        """Tell of those who did nothing in time."""
        while True:
            await asyncio.sleep(LOOK_S)
            late = self._access.overdue(self._clock.now())
            results = [(each.asked.results_url, each.result) for each in late if each.result]
            await asyncio.gather(*(self._tell(*each) for each in results))

    async def _tell(self, url: str, result: RReq) -> bool:
        for number in range(TRIES_MAX):
            if number:
                await asyncio.sleep(AGAIN_S)
            try:
                answer = await self._client.post(url, content=write(result))
                if answer.status_code == httpx.codes.OK:
                    return read(RRes, answer.content).acs_transaction == result.acs_transaction
            except (httpx.HTTPError, httpx.InvalidURL, FormatError) as error:
                self.note("result_not_told", type(error).__name__)
        return False


async def serve_acs(
    config: AcsConfig, clock: Clock | None = None, log: EventLog | None = None
) -> ServedAcs:
    """An access control server that listens. Raises OSError, Error."""
    clock = clock or Clock()
    return await opened(ServedAcs(config, clock, record_of(log, "acs", clock)))


def _dialling(config: AcsConfig) -> ssl.SSLContext:
    """With our own certificate, to those that one of our authority has signed."""
    return Tls(config, "acs.tls_", ssl.PROTOCOL_TLS_CLIENT).context
