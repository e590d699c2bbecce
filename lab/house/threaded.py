"""A lab of its own, on free ports, that runs in a thread beside whoever uses it: for tests."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import Final, Self

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.operate.config import ListenerConfig

from .running import running
from .topology import CONFIG_NAME, Lab, free_ports, make_lab, read_lab

START_S: Final = 60.0  # on a machine with much else to do


class ThreadedLab:
    """HSM, acquirer, issuer and switch, ready when this is made, with their data in *folder*.

    A lab that is there already is run as it is configured.

    :attr:`config` is their configuration, for ``--config``. Raises Error. Close it, or use it as
    a context.
    """

    def __init__(self, folder: Path) -> None:
        self.config = folder / CONFIG_NAME
        if not self.config.exists():
            make_lab(folder, free_ports())
        self.lab: Lab = read_lab(self.config)
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        self._loop, self._stop = self._ready.result(START_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def listener(self, name: str) -> ListenerConfig:
        """Where, and in what manner, requests come in. Raises ConfigError if there is none such."""
        listeners = self.lab.switch.listeners
        if name not in listeners:
            raise ConfigError(f"no listener {name!r}, expected one of {', '.join(listeners)}")
        return listeners[name]

    def close(self) -> None:
        """Stop all programs, the outermost first."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        stop = asyncio.Event()
        async with running(self.lab) as programs:
            await programs.ready()
            self._ready.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()
