"""The commands `hsm calc pinblock`, `pvv` and `ibm3624`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

from .options import HEX, KEY, calculating, matches, pan12_of_options

if TYPE_CHECKING:
    from ...calc.steps import Results, Steps

# As in cardswitch.hsm_sim.calc.pins, which is not imported for help.
FORMATS: Final = ("iso0", "iso1", "iso2", "iso3", "iso4", "diebold")
TABLE: Final = "0123456789012345"
EPILOG: Final = """\b
Examples:
  pinblock encode --pin 1234 --pan 9999990000000014
  pinblock decode 0412AD6FFFFFFFFE --pan 9999990000000014 --trace"""
ENCODE_EPILOG: Final = """\b
Examples:
  encode --pin 1234 --pan 9999990000000014     clear, format 0
  encode --pin 1234 --pan 9999990000000014 --key 0123456789ABCDEFFEDCBA9876543210
  encode --format iso4 --pin 1234 --pan 4111111111111111 \\
    --key AF8CB133A78F8DC2D1359F18527593FB --fill 2F69ADDE2E9E7ACE --trace"""
DECODE_EPILOG: Final = """\b
Examples:
  decode 0412AD6FFFFFFFFE --pan 9999990000000014
  decode A912150391AB65A67E52883D81CE2D15 --format iso4 --pan 4111111111111111 \\
    --key AF8CB133A78F8DC2D1359F18527593FB
  decode 041235DCBA9876F6 --pan 4012345678909 --match 1234

With --trace the clear block is shown even if there is no PIN in it: wrong key, format or PAN?
--match says it; exit code 6: in no way does the block hold that PIN."""
PVV_EPILOG: Final = """\b
Example:
  pvv --key 13345779133457791334577913345779 --pin 1234 --pan12 123456789012 --pvki 0"""
IBM_EPILOG: Final = """\b
Examples:
  ibm3624 --key 1C1C1C1C1C1C1C1C --validation 0004012345678909 --pin 1234
  ibm3624 --key 1C1C1C1C1C1C1C1C --validation 1234567890NF --pan12 000001000376
  ibm3624 --key 1C1C1C1C1C1C1C1C --validation 0004012345678909 --offset 9252"""


@click.group(epilog=EPILOG)
def pinblock() -> None:
    """Encode and decode PIN blocks: ISO 9564-1 formats 0 to 4, and Diebold's."""


def _block(command: Callable[..., Any]) -> Callable[..., Any]:
    """What both directions take."""
    for decorate in (
        click.option("--key", type=KEY, help="The key over the block: TDES, or AES for iso4."),
        click.option("--pan", default="", help="The card number; iso0, iso3 and iso4 need it."),
        click.option(
            "--format", "name", type=click.Choice(FORMATS), default="iso0", show_default=True,
        ),
    ):  # fmt: skip
        command = decorate(command)
    return command


@pinblock.command(epilog=ENCODE_EPILOG)
@click.option("--pin", required=True, help="A PIN of 4 to 12 digits.")
@click.option(
    "--fill", type=HEX, help="The fill: 5 bytes for iso1 and iso3, 8 for iso4; by default random."
)
@_block
@click.option("--match", type=HEX, metavar="BLOCK", help="Show in which way the PIN is in this.")
@calculating
def encode(
    steps: Steps,
    name: str,
    pin: str,
    pan: str,
    fill: bytes | None,
    key: bytes | None,
    match: bytes | None,
) -> Results:
    """Make a PIN block: clear, or encrypted under --key."""
    import secrets

    from ...calc.pins import encode_block, fill_length

    if match is not None:
        return _found(steps, match, pan, pin, key)

    random = secrets.token_bytes(fill_length(name)) if fill is None else fill
    return encode_block(steps, name, pin, pan, random, key)


@pinblock.command(epilog=DECODE_EPILOG)
@click.argument("block", type=HEX)
@_block
@click.option("--match", metavar="PIN", help="Show in which way this PIN is in BLOCK.")
@calculating
def decode(
    steps: Steps, block: bytes, name: str, pan: str, key: bytes | None, match: str | None
) -> Results:
    """Find the PIN in BLOCK: clear, or encrypted under --key."""
    from ...calc.pins import decode_block

    if match is not None:
        return _found(steps, block, pan, match, key)
    return decode_block(steps, name, block, pan, key)


def _found(steps: Steps, block: bytes, pan: str, pin: str, key: bytes | None) -> Results:
    from ...calc.pins_search import find_pinblock

    none_found = "no format and part of the card number gives this PIN: another key, PIN or card"
    return matches(find_pinblock(steps, block, pan, pin, key), none_found)


@click.command(epilog=PVV_EPILOG)
@click.option("--key", type=KEY, required=True, help="The PVK pair of 16 bytes.")
@click.option("--pin", required=True, help="A PIN of 4 to 12 digits, of which 4 count.")
@click.option("--pan", help="The card number.")
@click.option("--pan12", help="The 12 right-most digits of the card number but the last.")
@click.option("--pvki", default="1", show_default=True, help="The index of the PVK.")
@calculating
def pvv(
    steps: Steps, key: bytes, pin: str, pan: str | None, pan12: str | None, pvki: str
) -> Results:
    """Compute the PIN verification value of Visa's method."""
    from ...calc.pins import compute_pvv

    return compute_pvv(steps, key, pin, pan12_of_options(pan, pan12), pvki)


@click.command(epilog=IBM_EPILOG)
@click.option("--key", type=KEY, required=True, help="The PVK of 8 to 24 bytes.")
@click.option(
    "--validation",
    required=True,
    help="16 hex digits; or 12, where N stands for 5 digits of the card number.",
)
@click.option("--pan", help="The card number; needed if there is an N.")
@click.option("--pan12", help="The 12 right-most digits of the card number but the last.")
@click.option("--table", default=TABLE, show_default=True, help="The decimalisation table.")
@click.option("--pin", default="", help="Compute the offset of this PIN.")
@click.option("--offset", default="", help="Compute the PIN that has this offset.")
@click.option("--length", type=click.IntRange(4, 12), default=4, show_default=True)
@calculating
def ibm3624(
    steps: Steps,
    key: bytes,
    validation: str,
    pan: str | None,
    pan12: str | None,
    table: str,
    pin: str,
    offset: str,
    length: int,
) -> Results:
    """Compute the natural PIN of IBM's 3624 method, the offset of --pin, or the PIN of --offset."""
    from cardswitch.specs.security.ibm3624 import build_validation_data_ibm3624

    from ...calc.pins import compute_ibm3624

    if pin and offset:
        raise click.UsageError("give --pin or --offset")
    if "N" in validation:
        data = build_validation_data_ibm3624(validation, pan12_of_options(pan, pan12))
    else:
        data = HEX.convert(validation, None, None)
    return compute_ibm3624(steps, key, data, table, pin, offset, length)
