"""The commands `hsm calc tr31`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from .options import HEX, KEY, calculating

if TYPE_CHECKING:
    from ...calc.steps import Results, Steps

EPILOG: Final = """\b
Examples:
  tr31 header A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701
  tr31 unwrap --kbpk 89E88CF7931444F334BD7547FC3F380C \\
    A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701
  tr31 wrap --kbpk 89E88CF7931444F334BD7547FC3F380C --usage P0 --mode E \\
    --key F039121BEC83D26B169BDCD5B22AAF8F"""
WRAP_EPILOG: Final = """\b
Examples:
  wrap --kbpk 89E88CF7931444F334BD7547FC3F380C --usage P0 --mode E \\
    --key F039121BEC83D26B169BDCD5B22AAF8F
  wrap --version D --algorithm A --usage D0 --optional LB=mine \\
    --kbpk 00112233445566778899AABBCCDDEEFF --key 3F419E1CB7079442AA37474C2EFBF8B8"""
UNWRAP_EPILOG: Final = """\b
Example:
  unwrap --kbpk 89E88CF7931444F334BD7547FC3F380C --trace \\
    A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701"""
HEADER_EPILOG: Final = """\b
Example:
  header A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701"""


@click.group(epilog=EPILOG)
def tr31() -> None:
    """Wrap, unwrap and read key blocks, TR-31 and X9.143, versions A to E."""


@tr31.command(epilog=WRAP_EPILOG)
@click.option("--kbpk", type=KEY, required=True, help="The key block protection key (KBPK).")
@click.option("--key", type=KEY, required=True, help="The key to wrap.")
@click.option("--version", type=click.Choice(list("ABCDE")), default="B", show_default=True)
@click.option(
    "--usage",
    default="D0",
    show_default=True,
    help="The key usage: two characters, such as P0 for PINs.",
)
@click.option(
    "--algorithm",
    default="T",
    show_default=True,
    help="The algorithm: T for TDES, A for AES, or another letter.",
)
@click.option(
    "--mode", default="B", show_default=True, help="The mode of use: E, D, B, G, V, C, N or X."
)
@click.option("--key-version", default="00", show_default=True)
@click.option("--exportability", type=click.Choice(list("ENS")), default="E", show_default=True)
@click.option(
    "--optional", multiple=True, metavar="ID=DATA", help="An optional block; may be repeated."
)
@click.option(
    "--padding", type=HEX, help="The padding; by default random bytes that hide the key's length."
)
@calculating
def wrap(
    steps: Steps,
    kbpk: bytes,
    key: bytes,
    version: str,
    usage: str,
    algorithm: str,
    mode: str,
    key_version: str,
    exportability: str,
    optional: tuple[str, ...],
    padding: bytes | None,
) -> Results:
    """Wrap a key into a key block."""
    import secrets

    from cardswitch.specs.security.tr31_blocks import OptionalBlock
    from cardswitch.specs.security.tr31_header import KeyBlockHeader

    from ...calc.blocks import padding_length
    from ...calc.blocks import wrap as wrap_key

    pairs = [pair.partition("=") for pair in optional]
    header = KeyBlockHeader(
        version=version,
        usage=usage,
        algorithm=algorithm,
        mode_of_use=mode,
        key_version=key_version,
        exportability=exportability,
        blocks=tuple(OptionalBlock(name, data) for name, _, data in pairs),
    )
    if padding is None:
        padding = secrets.token_bytes(padding_length(header, len(key)))
    return wrap_key(steps, kbpk, header, key, padding)


@tr31.command(epilog=UNWRAP_EPILOG)
@click.option("--kbpk", type=KEY, required=True, help="The key block protection key (KBPK).")
@click.argument("block")
@calculating
def unwrap(steps: Steps, kbpk: bytes, block: str) -> Results:
    """Check BLOCK, and show its header and its key."""
    from ...calc.blocks import unwrap as unwrap_key

    return unwrap_key(steps, kbpk, block)


@tr31.command(epilog=HEADER_EPILOG)
@click.argument("block")
@calculating
def header(steps: Steps, block: str) -> Results:
    """Show what the header of BLOCK says; without its key that is not authenticated."""
    from ...calc.blocks import read_header

    return read_header(steps, block)
