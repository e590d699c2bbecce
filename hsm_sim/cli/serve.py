"""The command `hsm serve`: the simulator on a port, until it is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cardswitch.wire.operator.options import LogOptions, lab_option, log_options

from .link import header_option

if TYPE_CHECKING:
    from cardswitch.wire.driver.runtime import Runtime

    from ..config import HsmConfig
    from ..machine import HsmMachine

EPILOG = """\b
Examples:
  serve --config cardswitch-data/lab.toml
  serve --console                              orders on standard input: status, authorise ..."""


@click.command(epilog=EPILOG)
@lab_option("The lab's TOML file. Audit log and key store are beside it.")
@click.option("--console", "has_console", is_flag=True, help="Read orders, as `hsm console` does.")
@click.option("--allow-live-lmk", is_flag=True, help="Start even if an LMK is marked as live.")
@header_option("By default that of the file.")
@log_options
def serve(
    config_path: Path,
    has_console: bool,
    allow_live_lmk: bool,
    header_size: int | None,
    log: LogOptions,
) -> None:
    """Serve host commands until stopped."""
    from msgspec.structs import replace

    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.runtime import run
    from cardswitch.wire.driver.service import until_stopped
    from cardswitch.wire.operator.config import read_config, section

    from ..config import HsmConfig
    from ..serve import LISTENER, serve_machine

    config = section(read_config(config_path), "hsm", HsmConfig, config_path)
    if header_size is not None:
        config = replace(config, header_size=header_size)

    async def main() -> None:
        runtime, machine = await serve_machine(
            config, folder=config_path.parent, allow_live_lmk=allow_live_lmk, log=EventLog(log)
        )
        port = runtime.ports[LISTENER]
        status = "live LMK" if machine.module.state.lmks_live else "test LMK"
        click.echo(f"HSM simulator ({status}) on {config.host}:{port}", err=True)
        if has_console:
            _start_console(config, config_path.parent, runtime, machine)
        await until_stopped(runtime)

    run(main())


def _start_console(config: HsmConfig, folder: Path, runtime: Runtime, machine: HsmMachine) -> None:
    """Read orders in a thread of their own; it ends with the process, not the process with it."""
    import asyncio
    from threading import Thread

    from ..console import Console, ask_inside
    from ..custody.store import read_store
    from ..serving import ServedModule
    from .console import read_secret, talk

    officers = read_store(folder / config.key_store).officers if config.key_store else ()
    inside = ServedModule(asyncio.get_running_loop(), runtime, machine)
    console = Console(ask_inside(inside), inside, officers, read_secret)
    Thread(target=talk, args=(console,), daemon=True).start()
