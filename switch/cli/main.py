"""The `switch` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator.options import LogOptions, config_option, log_options

from .batches import batches
from .exceptions import exceptions
from .journal import journal
from .options import read_switch
from .peers.issuers import report, stop_list
from .peers.keys import keys
from .peers.network import network
from .peers.totals import totals
from .saf import saf

EPILOG: Final = """\b
Examples:
  cardswitch switch serve                      the [switch] section of the lab
  cardswitch switch journal                    the last legs, also while the switch runs
  cardswitch switch journal verify             whether the journal is what was written
  cardswitch switch batches                    what terminals have closed, and what differs
  cardswitch switch totals ask acquirer        what today comes to, here and there
  cardswitch switch saf list                   what is owed upstream
  cardswitch switch exceptions list            what a person must look at
  cardswitch switch network sign-off issuer    nothing is routed there until sign-on
  cardswitch switch keys change issuer         new working keys, together with the peer
  cardswitch switch states                     the state diagram, for Mermaid

Exit codes: 0 done, 1 error, 2 usage, 6 the journal is not what was written."""
SERVE_EPILOG: Final = """\b
Examples:
  serve
  serve --config my/lab.toml --trace
  serve --quiet --log-file switch.log"""


@click.group(epilog=EPILOG)
def switch() -> None:
    """Run the switch alone, or look into its journal."""


@switch.command(epilog=SERVE_EPILOG)
@config_option
@log_options
@click.pass_obj
def serve(obj: dict[str, Any], config_path: Path, log: LogOptions) -> None:
    """Serve terminals and acquirers until stopped."""
    from cardswitch.specs.errors import Error
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.runtime import run
    from cardswitch.wire.driver.service import until_stopped

    from ..operate.serve import serve as start

    config, vault = read_switch(obj, config_path)

    async def main() -> None:
        try:
            runtime, _ = await start(config, vault, log=EventLog(log))
        except OSError as error:
            raise Error(
                f"a port cannot be opened: {error.strerror or error}; stop the other one, or "
                "change the port in the configuration"
            ) from error
        for name, listener in config.listeners.items():
            click.echo(f"{name} on {listener.host}:{listener.port}, {listener.dialect}", err=True)
        await until_stopped(runtime)

    run(main())


@switch.command(epilog="\b\nExample:\n  states > states.mmd")
def states() -> None:
    """Print the states of a leg as a Mermaid diagram."""
    from ..core.states import mermaid

    click.echo(mermaid())


switch.add_command(journal)
switch.add_command(batches)
switch.add_command(saf)
switch.add_command(exceptions)
switch.add_command(keys)
switch.add_command(network)
switch.add_command(totals)
switch.add_command(stop_list)
switch.add_command(report)
