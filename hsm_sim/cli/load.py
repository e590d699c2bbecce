"""The command `hsm keys load`: a key that one knows in clear, under the published test LMKs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits

from .key_options import key_file, under
from .link import asking, refuse, write_json

if TYPE_CHECKING:
    from ..client.client import HsmClient
    from ..client.keyfile import StoredKey

COMPONENTS_MAX: Final = 9
EPILOG: Final = """\b
Examples:
  load zpk --type ZPK                          asks for the key
  load zpk --type ZPK --from - --kcv 08D7B4    reads it from standard input, exit 6 if another
  load zmk --type ZMK --components 2           asks for each component
  load aes --lmk-id 01 --attributes P0A2B00N00 --from key.txt

A key on a command line could be read by others, so there it is never taken."""


@click.command(epilog=EPILOG)
@click.argument("name")
@click.option("--type", "type_text", metavar="TYPE", help="The type: ZPK, 001 ...")
@click.option(
    "--from", "source", metavar="FILE",
    help="Read the key from a file, or with - from standard input: a line for each component.",
)  # fmt: skip
@click.option(
    "--components", type=click.IntRange(1, COMPONENTS_MAX), default=1, show_default=True,
    help="How many components there are; their exclusive or is the key.",
)  # fmt: skip
@click.option("--kcv", default="", help="The check value that it must have, of 4 to 16 digits.")
@click.option("--lmk-id", metavar="ID", default="", help="The id of the LMK; 01 has key blocks.")
@click.option(
    "--attributes", metavar="TEXT", default="", help="Those of a key block, such as P0T2B00N00."
)
@click.option("--replace", is_flag=True, help="Replace the key that has this name.")
@click.option("--json", "as_json", is_flag=True, help="Print the key as JSON.")
@key_file
@asking
def load(
    hsm: HsmClient,
    name: str,
    type_text: str | None,
    source: str | None,
    components: int,
    kcv: str,
    lmk_id: str,
    attributes: str,
    replace: bool,
    as_json: bool,
    path: Path,
) -> None:
    """Keep a key that you know in clear as NAME, under the published test LMK.

    The module must be under that LMK too; it is asked whether it takes the key (NC, BU). This is
    for test keys: never give it a live one.
    """
    import secrets

    from cardswitch.wire.operator.text import columns

    from ..client.keyfile import add_key, require_free, type_of
    from ..client.load import CHECK_VALUES, LoadRefused, has_even_parity, read_key, under_test_lmk

    if type_text is None and not attributes:
        raise click.UsageError("--type says what the key is for: ZPK, 001 ... (or --attributes)")
    key_type = type_of(type_text) if type_text is not None else "FFF"
    require_free(path, name, replace=replace)
    if lmk_id not in CHECK_VALUES:
        raise click.UsageError("--lmk-id is that of a test LMK: 00 or 01")
    is_aes = attributes[2:3] == "A"
    try:
        key = read_key(_lines(source, components))
        stored = under_test_lmk(
            key, key_type, secrets.token_bytes, lmk_id=lmk_id, attributes=attributes, is_aes=is_aes
        )
    except LoadRefused as error:
        raise click.UsageError(str(error)) from None
    if not is_aes and has_even_parity(key):
        click.echo("hsm: the key came with wrong parity, which was corrected", err=True)
    _compare(key, stored, kcv, is_aes=is_aes)
    _require_taken(hsm, stored, CHECK_VALUES[lmk_id])
    add_key(path, name, stored, replace=True)
    shown = {"name": name, "type": key_type, "key": stored.key, "kcv": stored.kcv}
    write_json(shown) if as_json else click.echo("\n".join(columns(shown.items())))


def _lines(source: str | None, components: int) -> list[str]:
    """The key, or its components: typed, or the lines of a file."""
    if source is None:
        names = [f"component {number}" for number in range(1, components + 1)]
        names = names if components > 1 else ["key"]
        return [click.prompt(name, hide_input=True, err=True) for name in names]
    if source == "-":
        text = sys.stdin.read()
    else:
        try:
            text = Path(source).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise click.UsageError(f"{source}: {reason}") from None
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) != components:
        raise click.UsageError(f"expected {components} lines, seen {len(lines)}: see --components")
    return lines


def _compare(key: bytes, stored: StoredKey, kcv: str, *, is_aes: bool) -> None:
    """End with exit 6 unless *kcv*, if given, is the check value of *key*."""
    from cardswitch.specs.security.keys import adjust_parity, key_check_value, key_check_value_aes

    given = kcv.upper().replace(" ", "")
    whole = key_check_value_aes(key, 8) if is_aes else key_check_value(adjust_parity(key), 8)
    if given and (len(given) not in (4, 6, 8, 16) or not whole.hex().upper().startswith(given)):
        refuse(f"the check value is {stored.kcv}, not {given}: another key", exits.FINDINGS)


def _require_taken(hsm: HsmClient, stored: StoredKey, check_value: str) -> None:
    """End with exit 6 unless the module is under the test LMK, and opens the key."""
    from cardswitch.specs.hsm.commands.keys.any_type import key_check_value
    from cardswitch.specs.hsm.commands.module.status import diagnostics

    told = hsm.ask(under(diagnostics(), stored.lmk_id)).fields.get("lmk_check", "")
    if told != check_value:
        refuse(
            f"the module's LMK is {told}, not the published test LMK ({check_value}): under "
            "another one nobody can compute a key; `load` takes it at the module's own console "
            "(`hsm serve --console`), `hsm keys import` under a ZMK",
            exits.FINDINGS,
        )
    asked = key_check_value(stored.type, stored.key)
    found = hsm.ask(under(asked, stored.lmk_id, stored.attributes)).fields["kcv"]
    if found[: len(stored.kcv)] != stored.kcv[: len(found)]:
        refuse(f"the module has the check value {found} for it, not {stored.kcv}", exits.FINDINGS)
