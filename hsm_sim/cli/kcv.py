"""The command `hsm kcv`: the check value of a key, as the HSM computes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits

from .key_options import key_file
from .link import asking, refuse, write_json

if TYPE_CHECKING:
    from ..client.client import HsmClient

EPILOG: Final = """\b
Examples:
  kcv zpk                                      a key of the file; exit 6 if it is another now
  kcv U34E2FC8EAD7CD07BFA2B7ED5FE4D8212 --type ZPK
  kcv zpk --expect 6FB1C8                      exit 6 unless it is that"""


@click.command(epilog=EPILOG)
@click.argument("key")
@click.option(
    "--type",
    "type_text",
    metavar="TYPE",
    default="",
    help="The type of a key that is not in the file.",
)
@click.option(
    "--expect",
    metavar="KCV",
    default="",
    help="Compare with this check value, which may be shorter.",
)
@key_file
@click.option("--json", "as_json", is_flag=True, help="Print the check value as JSON.")
@asking
def kcv(hsm: HsmClient, key: str, path: Path, type_text: str, expect: str, as_json: bool) -> None:
    """Show the check value of KEY, a name of the file or a key under the LMK (BU)."""
    from cardswitch.specs.hsm import Command
    from cardswitch.specs.hsm.commands.keys.any_type import key_check_value

    from ..client.keyfile import find_key, type_of
    from .key_options import under

    stored = find_key(path, key, type_of(type_text) if type_text else "")
    asked = key_check_value(stored.type, stored.key)
    # "F", any length, since a key block hides how long its key is.
    fields = asked.fields
    command = under(Command("", asked.code, fields), stored.lmk_id, stored.attributes)
    found = hsm.ask(command).fields["kcv"]
    write_json({"kcv": found}) if as_json else click.echo(found)
    expected = expect.upper() or stored.kcv
    if found[: len(expected)] != expected[: len(found)]:
        refuse(f"the check value is not {expected}: another key, or another LMK", exits.FINDINGS)
