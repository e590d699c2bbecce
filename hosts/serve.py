"""Runs the acquirer or the issuer on real connections, each with its own journal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver.event_log import EventLog, record_and_tap
from cardswitch.wire.driver.listening import listen_at
from cardswitch.wire.driver.runtime import Clock, Runtime
from cardswitch.wire.driver.tls import client_tls
from cardswitch.wire.operator.addresses import IsoListener
from cardswitch.wire.store.journal import JournalStore

from .acquirer.config import AcquirerConfig
from .acquirer.desk import FRONT, HSM, NETWORK
from .acquirer.machine import Acquirer
from .issuer import machine as issuer
from .issuer import verification
from .issuer.absent import cavv_under
from .issuer.card_file import CardFile
from .issuer.config import IssuerConfig
from .issuer.machine import Issuer
from .row import HostRow
from .rules.file import path_of, read_all
from .rules.reload import Reload, stamps_of
from .rules.rule import Rule
from .store import ACQUIRER_JOURNAL, ACQUIRER_SCHEMA, ISSUER_JOURNAL, ISSUER_SCHEMA, open_journal
from .vault import open_vault, read_key

NO_CAVV: Final = "without it no CAVV is right; leave cavv_key out, and none is checked"


async def serve_acquirer(
    config: AcquirerConfig, folder: Path, clock: Clock | None = None, log: EventLog | None = None
) -> tuple[Runtime, Acquirer]:
    """An acquirer that has read its journal in *folder*, listens and dials. OSError, Error."""
    config = config.placed(folder)
    network = config.network
    tls = client_tls(network, "acquirer.network.tls_")
    hsm = config.hsm
    hsm_tls = client_tls(hsm, "acquirer.hsm.tls_") if hsm is not None else None
    machine = Acquirer(config, open_vault(config.vault).fingerprint)
    old = folder / "acquirer.journal"
    journal = open_journal(config.database, ACQUIRER_SCHEMA, ACQUIRER_JOURNAL, old)
    runtime = await _recovered(machine, journal, clock, log)
    await _listen(runtime, FRONT, config.front, "acquirer.front")
    runtime.dial(NETWORK, network.host, network.port, network.channel(), tls)
    if hsm is not None:
        channel = HsmClientChannel(header_size=config.hsm_header_size)
        runtime.dial(HSM, hsm.host, hsm.port, channel, hsm_tls)
    return runtime, machine


async def serve_issuer(
    config: IssuerConfig, folder: Path, clock: Clock | None = None, log: EventLog | None = None
) -> tuple[Runtime, Issuer]:
    """An issuer that has read its journal in *folder*, listens and dials. OSError, Error."""
    config = config.placed(folder)
    hsm = config.hsm
    tls = client_tls(hsm, "issuer.hsm.tls_")
    cavv = None
    if config.cavv_key:
        cavv = cavv_under(read_key(config.cavv_key, "the key of CAVVs", NO_CAVV))
    fingerprint = open_vault(config.vault).fingerprint
    more = CardFile(Path(config.card_file), fingerprint) if config.card_file else None
    machine = Issuer(config, fingerprint, cavv=cavv, more=more)

    def rules() -> Sequence[Rule]:
        return read_all(config.rules, folder, {card.id for card in config.cards})

    paths = [path_of(name, folder) for name in config.rules]
    seen = stamps_of(paths)  # Before they are read: what changes meanwhile is read again.
    machine.ruling.use(rules())
    old = folder / "issuer.journal"
    journal = open_journal(config.database, ISSUER_SCHEMA, ISSUER_JOURNAL, old)
    runtime = await _recovered(machine, journal, clock, log)
    await _listen(runtime, issuer.NETWORK, config.network, "issuer.network")
    channel = HsmClientChannel(header_size=config.hsm_header_size)
    runtime.dial(verification.HSM, hsm.host, hsm.port, channel, tls)
    if config.rules:
        Reload(paths, rules, machine.ruling.use, runtime.call, runtime.note, seen).begin()
    return runtime, machine


async def _recovered(
    machine: Acquirer | Issuer,
    journal: JournalStore[HostRow],
    clock: Clock | None,
    log: EventLog | None,
) -> Runtime:
    """A runtime whose *machine* knows what *journal* holds."""
    clock = clock or Clock()
    program = "acquirer" if isinstance(machine, Acquirer) else "issuer"
    record, tap = record_and_tap(log, program, clock)
    runtime = Runtime(machine, clock=clock, journal=journal, tap=tap, record=record)
    try:
        runtime.call(lambda now: machine.recover(journal.recent(), now))
    except BaseException:
        await runtime.stop()
        raise
    return runtime


async def _listen(runtime: Runtime, listener: str, place: IsoListener, key: str) -> None:
    """Listen, or let go of the journal at once."""
    try:
        await listen_at(place, runtime, listener, key)
    except BaseException:
        await runtime.stop()
        raise
