"""Runs programs until somebody asks them to stop, or until one of them fails."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

# Ctrl-C, what service managers send, and Ctrl-Break: all that one process of Windows may send to
# another. `signal.signal` serves every system; the loop's own `add_signal_handler` POSIX alone.
SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
)


class Running(Protocol):
    """A program that runs: a runtime, or what has one and more."""

    async def wait(self) -> None:
        """Return after :meth:`stop`; raise the error that ended it, if one did."""
        ...

    async def stop(self) -> None:
        """End in good order."""
        ...


async def until_stopped(*runtimes: Running) -> None:
    """Return after SIGINT or SIGTERM, with all *runtimes* stopped, the last one first.

    If one of them ends before that, all are stopped too; an error that ended one, even at the very
    end, is raised. A second signal does not wait for the orderly end. To be called in the main
    thread, for signals go there.
    """
    ends = [asyncio.ensure_future(runtime.wait()) for runtime in runtimes]
    with _signals() as asked:
        stop = asyncio.ensure_future(asked.wait())
        await asyncio.wait([stop, *ends], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
    for runtime in reversed(runtimes):
        await runtime.stop()
    for error in filter(None, await asyncio.gather(*ends, return_exceptions=True)):
        raise error


@contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """An event that is set by a signal; afterwards signals do again what they did before."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        # Python calls this between any two steps; the loop is told, and woken.
        loop.call_soon_threadsafe(asked.set)

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
