"""Runs the switch on real connections, with its journal in a database."""

from __future__ import annotations

from typing import Final

from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver.links import TERMINAL_LIMITS
from cardswitch.wire.driver.runtime import Clock, Runtime
from cardswitch.wire.driver.tap import Tap
from cardswitch.wire.driver.tls import client_tls
from cardswitch.wire.ports import Seconds

from ..core.desk import HSM
from ..core.entry import Vault
from ..core.machine import Switch
from ..store.journal import SqlStore
from .config import SwitchConfig

# Repeats and reversals of older purchases do not come any more: terminals settle every day.
REMEMBER_S: Final[Seconds] = 24 * 3600.0


async def serve(
    config: SwitchConfig, vault: Vault, clock: Clock | None = None, tap: Tap | None = None
) -> tuple[Runtime, Switch]:
    """A switch that has read its journal, listens and dials. Raises OSError, ConfigError, Error."""
    clock = clock or Clock()
    machine = Switch(config.settings(), vault)
    store = SqlStore(config.database, vault)
    runtime = Runtime(machine, clock=clock, journal=store, tap=tap)
    runtime.call(lambda now: machine.recover(store.load_recent(now - REMEMBER_S), now))
    try:
        await _connect(runtime, config)
    except BaseException:
        await runtime.stop()
        raise
    return runtime, machine


async def _connect(runtime: Runtime, config: SwitchConfig) -> None:
    for name, listener in config.listeners.items():
        await runtime.listen(
            name,
            listener.host,
            listener.port,
            listener.channel(),
            listener.links_max,
            limits=TERMINAL_LIMITS,
        )
    for name, upstream in config.upstreams.items():
        runtime.dial(name, upstream.host, upstream.port, upstream.channel())
    hsm = config.hsm
    tls = client_tls(hsm, "switch.hsm.tls_")
    runtime.dial(HSM, hsm.host, hsm.port, HsmClientChannel(), tls)
