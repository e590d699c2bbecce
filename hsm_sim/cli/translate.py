"""The command `hsm translate`: a PIN block under one key becomes one under another, in the HSM."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from .key_options import key_file
from .link import asking, write_json

if TYPE_CHECKING:
    from ..client.client import HsmClient

FORMATS: Final = {"iso0": "01", "iso1": "05", "iso3": "47", "iso4": "48", "diebold": "03"}
EPILOG: Final = """\b
Examples:
  translate 1A2B3C4D5E6F7081 --from tpk --to zpk --pan 9999990000000014
  translate 1A2B3C4D5E6F7081 --from zpk --to theirs --pan12 999000000001 --to-format iso3

A source key of type ZPK makes it a CC, any other a CA. Use test cards alone: other people on this
machine can read a command line."""


@click.command(epilog=EPILOG)
@click.argument("block", metavar="PIN_BLOCK")
@click.option(
    "--from", "source", metavar="KEY", required=True, help="The key that the PIN block is under."
)
@click.option(
    "--to", "target", metavar="KEY", required=True, help="The ZPK that it is to go under."
)
@click.option(
    "--from-type",
    default="TPK",
    show_default=True,
    help="The type of a key that is not in the file.",
)
@click.option("--pan", help="The card number.")
@click.option("--pan12", help="The 12 right-most digits of the card number but the last.")
@click.option("--from-format", type=click.Choice([*FORMATS]), default="iso0", show_default=True)
@click.option("--to-format", type=click.Choice([*FORMATS]), default="iso0", show_default=True)
@key_file
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@asking
def translate(
    hsm: HsmClient,
    block: str,
    source: str,
    target: str,
    from_type: str,
    pan: str | None,
    pan12: str | None,
    from_format: str,
    to_format: str,
    path: Path,
    as_json: bool,
) -> None:
    """Bring PIN_BLOCK, 16 hex digits (iso4: 32), from one key to another (CA, CC).

    Which formats may be made of which, the policy of the module says.
    """
    from cardswitch.specs.hsm.commands.pins.blocks import (
        translate_pin_tpk_zpk,
        translate_pin_zpk_zpk,
    )
    from cardswitch.specs.hsm.names import ZPK
    from cardswitch.specs.security.pins import pan12_of
    from cardswitch.wire.operator.text import columns

    from ..client.keyfile import find_key, type_of
    from .key_options import under

    if (pan is None) == (pan12 is None):
        raise click.UsageError("give --pan or --pan12")
    account = pan12_of(pan) if pan is not None else pan12 or ""
    before, after = find_key(path, source, type_of(from_type)), find_key(path, target, ZPK)
    make = translate_pin_zpk_zpk if before.type == ZPK else translate_pin_tpk_zpk
    formats = FORMATS[from_format], FORMATS[to_format]
    whole_pan = _whole_pan(pan) if FORMATS["iso4"] in formats else ""
    command = make(before.key, after.key, block.upper(), account, *formats, pan=whole_pan)
    fields = hsm.ask(under(command, before.lmk_id)).fields
    write_json(fields) if as_json else click.echo("\n".join(columns(fields.items())))


def _whole_pan(pan: str | None) -> str:
    if pan is None:
        raise click.UsageError("blocks of format iso4 are bound to the whole card number: --pan")
    return pan
