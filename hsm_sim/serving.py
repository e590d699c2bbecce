"""Reaches a module that serves, from another thread of its process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.ports import Effect, Seconds

from .machine import HsmMachine
from .module import HsmModule

T = TypeVar("T")
PATIENCE_S: Final = 10.0  # The loop answers in milliseconds; longer means that it has ended.


class ServedModule:
    """Has *machine* do things between the commands of its hosts, with all that they cause."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, runtime: Runtime, machine: HsmMachine
    ) -> None:
        self._loop = loop
        self._runtime = runtime
        self._machine = machine

    def __call__(self, action: Callable[[HsmModule], T], /) -> T:
        """What *action* returns or raises; what it noted is on its way to the audit log."""

        async def perform() -> T:
            results: list[T] = []

            def take(now: Seconds) -> Sequence[Effect]:
                result, effects = self._machine.perform(action, now)
                results.append(result)
                return effects

            try:
                self._runtime.call(take)
            except Error:
                self._runtime.call(self._machine.unwritten)
                raise
            return results[0]

        return asyncio.run_coroutine_threadsafe(perform(), self._loop).result(PATIENCE_S)
