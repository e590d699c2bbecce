"""A port that stays open while what is behind it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ..api.server import ApiServer

App = Callable[[Any, Any, Any], Awaitable[None]]


class Door:
    """The port of the API: it leads to *otherwise* whenever it leads to nothing else."""

    def __init__(self, server: Callable[[App], ApiServer], otherwise: App) -> None:
        self._otherwise = self._app = otherwise
        self._server = server(self)
        self.port = 0

    async def open(self) -> None:
        """Listen. Raises OSError."""
        self.port = await self._server.open()

    async def close(self) -> None:
        """Let nobody in, and answer what is in work."""
        await self._server.close()

    def behind(self, app: App) -> Behind:
        """A server of *app* that has no port but this one."""
        return Behind(self, app)

    def lead_to(self, app: App | None) -> None:
        """From now on requests go to *app*; None: not to it any more."""
        self._app = app or self._otherwise

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Have whatever it leads to answer."""
        await self._app(scope, receive, send)


class Behind:
    """What a gateway opens and closes in place of a port of its own."""

    def __init__(self, door: Door, app: App) -> None:
        self._door = door
        self._app = app

    async def open(self) -> int:
        """Be what the door leads to; its port."""
        self._door.lead_to(self._app)
        return self._door.port

    async def close(self) -> None:
        """Be it no more: what is in work ends with the gateway."""
        self._door.lead_to(None)
