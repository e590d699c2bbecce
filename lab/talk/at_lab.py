"""A lab at hand: clients of its listeners, in the manner that each of them speaks."""

from __future__ import annotations

import ssl
from pathlib import Path

from cardswitch.specs.dialect import load_dialect
from cardswitch.switch.operate.config import ListenerConfig
from cardswitch.wire.driver.tls import client_tls

from ..house.threaded import ThreadedLab
from .client import IsoClient
from .link import TIMEOUT_S
from .trace import Trace


class IsoLab:
    """What a test sees of a running lab: :attr:`config` for ``--config``, and clients."""

    def __init__(self, house: ThreadedLab, traces: list[Trace]) -> None:
        """Each client adds to *traces* the one that it takes notes in."""
        self._house = house
        self._clients: list[IsoClient] = []
        self._traces = traces
        self.config: Path = house.config

    def address(self, listener: str = "pos") -> str:
        """``HOST:PORT`` of a *listener* of the switch. Raises ConfigError."""
        where = self._house.listener(listener)
        return f"{where.host}:{where.port}"

    def client(self, listener: str = "pos", timeout_s: float = TIMEOUT_S) -> IsoClient:
        """A client of a *listener*, closed with the test. Raises ConfigError, LinkFault."""
        where = self._house.listener(listener)
        dialect = load_dialect(where.dialect)
        trace = Trace(dialect)
        self._traces.append(trace)
        client = IsoClient(
            self.address(listener), dialect, framing=where.framing, header=where.header,
            timeout_s=timeout_s, trace=trace, tls=self._tls(where),
        )  # fmt: skip
        self._clients.append(client)
        return client

    def _tls(self, where: ListenerConfig) -> ssl.SSLContext | None:
        """What those speak in this lab who come in there: terminals, or the acquirer."""
        if not where.tls_certificate:
            return None
        lab = self._house.lab
        who = lab.terminal if where.serves == "merchants" else lab.acquirer.network
        tls = client_tls(who, "tls_")
        return tls.context if tls else None

    def close(self) -> None:
        """End the connections of all clients."""
        for client in self._clients:
            client.close()
