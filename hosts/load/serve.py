"""Runs the load host on real connections."""

from __future__ import annotations

from cardswitch.wire.driver.event_log import EventLog, record_and_tap
from cardswitch.wire.driver.listening import listen_at
from cardswitch.wire.driver.runtime import Clock, Runtime
from cardswitch.wire.operator.addresses import IsoListener

from .machine import LISTENER, LoadHost


async def serve_load_host(
    place: IsoListener, code: str, log: EventLog | None = None
) -> tuple[Runtime, int]:
    """A load host that listens at *place* and answers with *code*; and its port. OSError, Error."""
    clock = Clock()
    record, tap = record_and_tap(log, "load", clock)
    runtime = Runtime(LoadHost(code), clock=clock, tap=tap, record=record)
    try:
        return runtime, await listen_at(place, runtime, LISTENER, "load")
    except BaseException:
        await runtime.stop()
        raise
