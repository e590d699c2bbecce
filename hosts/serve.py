"""Runs the acquirer or the issuer on real connections, each with its own journal."""

from __future__ import annotations

from pathlib import Path

from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver.event_log import EventLog, record_and_tap
from cardswitch.wire.driver.journal import FileJournal
from cardswitch.wire.driver.listening import listen_at
from cardswitch.wire.driver.runtime import Clock, Runtime
from cardswitch.wire.driver.tls import client_tls
from cardswitch.wire.operator.addresses import IsoListener

from .acquirer import machine as acquirer
from .acquirer.config import AcquirerConfig
from .acquirer.entries import AcquirerEntry
from .acquirer.machine import Acquirer
from .issuer import machine as issuer
from .issuer import verification
from .issuer.config import IssuerConfig
from .issuer.entries import IssuerEntry
from .issuer.machine import Issuer


async def serve_acquirer(
    config: AcquirerConfig, folder: Path, clock: Clock | None = None, log: EventLog | None = None
) -> tuple[Runtime, Acquirer]:
    """An acquirer that has read its journal in *folder*, listens and dials. OSError, Error."""
    machine = Acquirer(config)
    runtime = _recovered(machine, FileJournal(folder / config.journal, AcquirerEntry), clock, log)
    await _listen(runtime, acquirer.FRONT, config.front)
    network = config.network
    runtime.dial(acquirer.NETWORK, network.host, network.port, network.channel())
    return runtime, machine


async def serve_issuer(
    config: IssuerConfig, folder: Path, clock: Clock | None = None, log: EventLog | None = None
) -> tuple[Runtime, Issuer]:
    """An issuer that has read its journal in *folder*, listens and dials. OSError, Error."""
    hsm = config.hsm.placed(folder)
    tls = client_tls(hsm, "issuer.hsm.tls_")
    machine = Issuer(config)
    runtime = _recovered(machine, FileJournal(folder / config.journal, IssuerEntry), clock, log)
    await _listen(runtime, issuer.NETWORK, config.network)
    channel = HsmClientChannel(header_size=config.hsm_header_size)
    runtime.dial(verification.HSM, hsm.host, hsm.port, channel, tls)
    return runtime, machine


def _recovered(
    machine: Acquirer | Issuer, journal: FileJournal, clock: Clock | None, log: EventLog | None
) -> Runtime:
    """A runtime whose *machine* knows what *journal* holds."""
    clock = clock or Clock()
    program = "acquirer" if isinstance(machine, Acquirer) else "issuer"
    record, tap = record_and_tap(log, program, clock)
    runtime = Runtime(machine, clock=clock, journal=journal, tap=tap, record=record)
    entries = journal.read()
    runtime.call(lambda now: machine.recover(entries, now))
    return runtime


async def _listen(runtime: Runtime, listener: str, place: IsoListener) -> None:
    """Listen, or let go of the journal at once."""
    try:
        await listen_at(place, runtime, listener)
    except BaseException:
        await runtime.stop()
        raise
