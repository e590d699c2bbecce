"""Runs the HSM simulator on a real port, with its audit log and key store if it has a folder."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from cardswitch.specs.errors import ConfigError, CryptoError
from cardswitch.specs.security.rsa import generate_key_rsa_openssl
from cardswitch.wire.channel import HsmServerChannel
from cardswitch.wire.driver.event_log import EventLog, record_and_tap
from cardswitch.wire.driver.links import LinkLimits
from cardswitch.wire.driver.runtime import Clock, Runtime
from cardswitch.wire.driver.tls import server_tls
from cardswitch.wire.operator.addresses import address_rule
from cardswitch.wire.store.disk import is_private

from .config import HsmConfig
from .console_link import HOST, LINKS_MAX, ConsoleChannel
from .custody.ceremony import Lmk
from .custody.journal import AuditJournal
from .custody.store import KeyStore, open_lmks, read_store
from .desk import no_printer
from .machine import HsmMachine
from .module import TEST_LMKS, HsmModule
from .printer import FilePrinter

LISTENER = "host"
CONSOLE = "console"
PASSPHRASE_FILE_SIZE_MAX = 65_536  # bytes: only its first line is used
STORE_CHANGED = "the key store was changed"


async def serve(
    config: HsmConfig,
    clock: Clock | None = None,
    folder: Path | None = None,
    passphrase: str = "",
    *,
    allow_live_lmk: bool = False,
    log: EventLog | None = None,
) -> Runtime:
    """A simulator that listens. Raises OSError if the port is taken, and Error.

    Its audit log and key store are files in *folder*; without one it keeps nothing on disk, and its
    LMKs are the published test ones. *passphrase* opens the key store, else that of the
    configuration.
    """
    runtime, _ = await serve_machine(
        config, clock, folder, passphrase, allow_live_lmk=allow_live_lmk, log=log
    )
    return runtime


async def serve_machine(
    config: HsmConfig,
    clock: Clock | None = None,
    folder: Path | None = None,
    passphrase: str = "",
    *,
    allow_live_lmk: bool = False,
    log: EventLog | None = None,
) -> tuple[Runtime, HsmMachine]:
    """See :func:`serve`; the machine is for a console."""
    base = folder or Path()
    tls = server_tls(config.placed(base), "hsm.tls_")
    allows = address_rule(config.allow, "hsm.allow")
    store_path = folder / config.key_store if folder and config.key_store else None
    store = read_store(store_path) if store_path else None
    lmks, tampered = _lmks_of(store, lambda: passphrase or read_passphrase(config, base))
    module = HsmModule(
        secrets.token_bytes,
        config.policy,
        lmks,
        allow_live_lmk=allow_live_lmk,
        make_rsa=generate_key_rsa_openssl,
        print_text=FilePrinter(folder / config.printer)
        if folder and config.printer
        else no_printer,
    )
    machine = HsmMachine(module, store.officers if store is not None else ())
    journal = AuditJournal(folder / config.audit, store_path) if folder else None
    clock = clock or Clock()
    record, tap = record_and_tap(log, "hsm", clock)
    runtime = Runtime(machine, clock=clock, journal=journal, tap=tap, record=record)
    try:
        entries = journal.read_verified() if journal else ()
        troubles = journal.troubles if journal else ()
        erased = store.tampered if store is not None else ""
        runtime.call(lambda now: machine.start(entries, now, tampered, erased, troubles))
        await runtime.listen(
            LISTENER,
            config.host,
            config.port,
            HsmServerChannel(header_size=config.header_size),
            links_max=config.links_max,
            tls=tls,
            limits=LinkLimits(
                first_frame_s=config.first_frame_s,
                idle_s=config.idle_s,
                frames_per_turn=config.pipeline_max,
            ),
            allows=allows,
            per_address_max=config.links_per_address_max,
        )
        if config.console_port:
            await runtime.listen(
                CONSOLE, HOST, config.console_port, ConsoleChannel(), links_max=LINKS_MAX, tls=tls
            )
    except BaseException:
        await runtime.stop()
        raise
    return runtime, machine


def _lmks_of(
    store: KeyStore | None, passphrase: Callable[[], str]
) -> tuple[Mapping[str, Lmk], str]:
    """The LMKs to begin with, and why the *store* cannot be trusted, if so. Raises ConfigError."""
    if store is None or (store.is_whole and not store.lmks):
        return TEST_LMKS, ""
    if not store.is_whole:
        return TEST_LMKS, STORE_CHANGED
    try:
        return open_lmks(store, passphrase()), ""
    except CryptoError as error:
        raise ConfigError(f"hsm.key_store: {error}") from error


def read_passphrase(config: HsmConfig, folder: Path) -> str:
    """The first line of the configuration's passphrase file. Raises ConfigError."""
    if not config.passphrase_file:
        raise ConfigError("hsm.passphrase_file: missing: the key store has LMKs to be opened")
    path = folder / config.passphrase_file
    try:
        with path.open("rb") as file:
            if not is_private(file.fileno()):
                raise ConfigError(
                    f"hsm.passphrase_file: {path}: others may read or write it; make it private: "
                    f"chmod 600 {path}"
                )
            lines = file.read(PASSPHRASE_FILE_SIZE_MAX).decode("utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"hsm.passphrase_file: {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"hsm.passphrase_file: {path}: not UTF-8") from None
    return lines[0] if lines else ""
