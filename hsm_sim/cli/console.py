"""The command `hsm console`: orders line by line, typed or piped."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits

from .link import failing

if TYPE_CHECKING:
    from ..console import Console

PROMPT: Final = "hsm> "
EPILOG: Final = """\b
Examples:
  console                                      a new module in this process, with the test LMKs
  printf 'generate zpk ZPK\\nkcv zpk\\n' | cardswitch hsm console
  console --port 7100                          a running one, as far as host commands go
  cardswitch hsm serve --console               the console of the module that serves

`help` lists the orders, `quit` or the end of input ends. Passphrases are asked for without showing
them; where input is piped they are its next lines. Exit code 1: an order was refused."""


@click.command(epilog=EPILOG)
@click.option("--host", metavar="HOST", help="The host of a running module to give orders to.")
@click.option(
    "--port", metavar="PORT", type=click.IntRange(1, 65_535), help="The port of the running module."
)
def console(host: str | None, port: int | None) -> None:
    """Give orders to a module: status, keys, authority, tamper.

    Without --host and --port it is a new one in this process that keeps nothing; a running one can
    be asked only what its host commands tell.
    """
    with failing():
        if host is None and port is None:
            was_obeyed = talk(_inside())
        else:
            from cardswitch.wire.operator.options import LAB

            from ..console import Console
            from .link import connected, place_of

            with connected(place_of(host, port, LAB)) as client:
                was_obeyed = talk(Console(lambda command: client.ask_all([command])[0]))
    if not was_obeyed:
        raise click.exceptions.Exit(exits.ERROR)


def talk(console: Console) -> bool:
    """Read orders and show what they answer, until `quit` or the end; whether all were obeyed."""
    from cardswitch.specs.errors import Error

    was_obeyed = True
    for line in iter(_next_line, ""):
        if line.strip().lower() in ("quit", "exit"):
            break
        try:
            for answered in console.obey(line):
                click.echo(answered)
        except Error as error:
            was_obeyed = False
            click.echo(f"hsm: {error}", err=True)
    return was_obeyed


def read_secret(prompt: str) -> str:
    """A passphrase, which is not shown while it is typed; a line of input that is piped."""
    if sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _next_line() -> str:
    if sys.stdin.isatty():
        click.echo(PROMPT, nl=False, err=True)
    return sys.stdin.readline()


def _inside() -> Console:
    """The console of a new module that keeps nothing."""
    import secrets
    from typing import TypeVar

    from cardswitch.specs.security.rsa import generate_key_rsa_openssl
    from cardswitch.wire.driver.runtime import Clock

    from ..console import Console, ask_inside
    from ..module import HsmModule

    T = TypeVar("T")
    module, clock = HsmModule(secrets.token_bytes, make_rsa=generate_key_rsa_openssl), Clock()

    def inside(action: Callable[[HsmModule], T]) -> T:
        module.state.now = clock.now()
        return action(module)

    return Console(
        ask_inside(inside), inside, read_secret=read_secret, random_bytes=secrets.token_bytes
    )
