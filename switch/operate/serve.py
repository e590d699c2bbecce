"""Runs the switch on real connections, with its journal in a database."""

from __future__ import annotations

from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver.event_log import EventLog, record_and_tap
from cardswitch.wire.driver.listening import listen_at
from cardswitch.wire.driver.runtime import Clock, Runtime
from cardswitch.wire.driver.tls import client_tls

from ..core.desk import HSM
from ..core.machine import Switch
from ..core.row import Vault
from ..store.journal import open_journal
from ..store.key import require_key
from .config import SwitchConfig
from .control import control_verbs
from .deeds import CONTROL, control_folder
from .keys import key_verbs
from .network import issuer_verbs, network_verbs
from .totals import totals_verbs


async def serve(
    config: SwitchConfig, vault: Vault, clock: Clock | None = None, log: EventLog | None = None
) -> tuple[Runtime, Switch]:
    """A switch that has read its journal, listens and dials. Raises OSError, ConfigError, Error."""
    clock = clock or Clock()
    record, tap = record_and_tap(log, "switch", clock)
    machine = Switch(config.settings(), vault)
    store = open_journal(config.database)
    runtime = Runtime(machine, clock=clock, journal=store, tap=tap, record=record)
    try:
        require_key(store, vault)
        runtime.call(lambda now: machine.recover(store.recent(), now))
        verbs = {**control_verbs(runtime, machine), **key_verbs(runtime, machine)}
        verbs |= {**network_verbs(runtime, machine), **totals_verbs(runtime, machine)}
        verbs |= issuer_verbs(runtime, machine)
        await runtime.serve_control(control_folder(config), CONTROL, verbs)
        await _connect(runtime, config)
    except BaseException:
        await runtime.stop()
        raise
    return runtime, machine


async def _connect(runtime: Runtime, config: SwitchConfig) -> None:
    for name, listener in config.listeners.items():
        await listen_at(listener, runtime, name, f"switch.listeners.{name}")
    for name, upstream in config.upstreams.items():
        tls = client_tls(upstream, f"switch.upstreams.{name}.tls_")
        runtime.dial(name, upstream.host, upstream.port, upstream.channel(), tls)
    hsm = config.hsm
    tls = client_tls(hsm, "switch.hsm.tls_")
    runtime.dial(HSM, hsm.host, hsm.port, HsmClientChannel(header_size=hsm.header_size), tls)
