"""The commands `hsm keys`: made and moved in the HSM, kept by name in a file of the client."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from .key_options import key_file, under
from .link import asking, failing, officers_option, write_json
from .load import load

if TYPE_CHECKING:
    from ..client.client import HsmClient
    from ..client.keyfile import StoredKey

# A key block without the letter that host commands put in front: its version, and its length.
_BARE_BLOCK: Final = re.compile("[A-E][0-9]{4}[A-Z0-9]{3}[0-9A-Z]{4}")
EPILOG: Final = """\b
Examples:
  keys generate zmk --type ZMK                 a master key of a zone, kept as zmk
  keys generate zpk --type ZPK --zmk zmk       also under the ZMK, to send to the other side
  keys export zpk --zmk zmk --officers         the same later
  keys load ours --type ZPK                    a key that one knows, asked for and never shown
  keys import theirs --type ZPK --zmk zmk X0123456789ABCDEFFEDCBA9876543210 --officers
  keys list

A key is the name of one in the file, or its text under the LMK. Officers are those of officers.toml
beside the lab's file, else two are asked for. A key block (--zmk-scheme R) of a ZPK needs none."""
GENERATE_EPILOG: Final = """\b
Examples:
  generate zmk --type ZMK
  generate zpk --type ZPK --zmk zmk --zmk-scheme X
  generate block --lmk-id 01 --attributes P0T2B00N00"""
IMPORT_EPILOG: Final = """\b
Examples:
  import theirs --type ZPK --zmk zmk X0123456789ABCDEFFEDCBA9876543210 --officers
  import block --type ZPK --zmk zmk RB0080P0TE00E0000...
  import block --type ZPK --zmk zmk - < block.txt"""
EXPORT_EPILOG: Final = """\b
Examples:
  export zpk --zmk zmk --officers              by the word of two officers
  export zpk --zmk zmk --zmk-scheme R          as a key block"""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --json --file other.toml"""


@click.group(epilog=EPILOG)
def keys() -> None:
    """Generate, load, import, export and list keys by name.

    The names are those of a file on this side, by default hsm-keys.toml: the HSM keeps no keys, it
    gives each out under its LMK. The file is for its owner alone (mode 0600).
    """


keys.add_command(load)


def _made(command: Callable[..., None]) -> Callable[..., None]:
    """What commands have in common that make a key."""
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print the key as JSON."),
        click.option("--replace", is_flag=True, help="Replace the key that has this name."),
        click.option(
            "--attributes",
            metavar="TEXT",
            default="",
            help="The attributes of a key block, such as P0T2B00N00.",
        ),
        click.option("--lmk-id", metavar="ID", default="", help="The id of the LMK, such as 01."),
        click.option(
            "--scheme", help="The scheme under the LMK; by default U, with --attributes S."
        ),
        click.option(
            "--type",
            "type_text",
            metavar="TYPE",
            help="The type: a name such as ZPK, or a number such as 001.",
        ),
        key_file,
    ):
        command = decorate(command)
    return command


@keys.command(epilog=GENERATE_EPILOG)
@click.argument("name")
@click.option("--zmk", metavar="KEY", help="Give the key out under this ZMK as well.")
@click.option(
    "--zmk-scheme",
    default="X",
    show_default=True,
    help="The scheme under the ZMK: X, U, T, Y, Z, or R for a key block.",
)
@_made
@officers_option
@asking
def generate(
    hsm: HsmClient,
    name: str,
    path: Path,
    type_text: str | None,
    zmk: str | None,
    zmk_scheme: str,
    scheme: str | None,
    lmk_id: str,
    attributes: str,
    replace: bool,
    as_json: bool,
) -> None:
    """Have a random key made, and keep it as NAME (A0)."""
    from cardswitch.specs.hsm.commands.keys.any_type import generate_key

    from ..client.keyfile import find_key, require_free

    key_type = _type(type_text, attributes)
    require_free(path, name, replace=replace)
    zmk_text = find_key(path, zmk, "000").key if zmk else None
    command = generate_key(key_type, scheme or _scheme(attributes), zmk_text, zmk_scheme)
    answer = hsm.ask(under(command, lmk_id, attributes)).fields
    _keep(path, name, answer, key_type, lmk_id, attributes, as_json)


@keys.command("import", epilog=IMPORT_EPILOG)
@click.argument("name")
@click.argument("text", metavar="KEY_UNDER_ZMK")
@click.option("--zmk", metavar="KEY", required=True, help="The ZMK that it came under.")
@_made
@officers_option
@asking
def import_(
    hsm: HsmClient,
    name: str,
    text: str,
    path: Path,
    type_text: str | None,
    zmk: str,
    scheme: str | None,
    lmk_id: str,
    attributes: str,
    replace: bool,
    as_json: bool,
) -> None:
    """Take in a key that came under a ZMK, and keep it as NAME (A6).

    With - it is read from standard input; a key block may be without its R. Compare its check value
    with the one that the other side tells.
    """
    from cardswitch.specs.hsm.commands.keys.any_type import import_key

    from ..client.keyfile import find_key, require_free

    key_type = _type(type_text, attributes)
    require_free(path, name, replace=replace)
    zmk_text = find_key(path, zmk, "000").key
    command = import_key(key_type, zmk_text, _given(text), scheme or _scheme(attributes))
    answer = hsm.ask(under(command, lmk_id, attributes))
    if not answer.ok:
        click.echo("hsm: the key came with wrong parity, which was corrected", err=True)
    _keep(path, name, answer.fields, key_type, lmk_id, attributes, as_json)


@keys.command(epilog=EXPORT_EPILOG)
@click.argument("key")
@click.option("--zmk", metavar="KEY", required=True, help="The ZMK that it is to go under.")
@click.option(
    "--zmk-scheme",
    default="X",
    show_default=True,
    help="The scheme under the ZMK: X, U, T, Y, Z, or R for a key block.",
)
@click.option(
    "--type",
    "type_text",
    metavar="TYPE",
    default="",
    help="The type of a key that is not in the file.",
)
@key_file
@click.option("--json", "as_json", is_flag=True, help="Print the key as JSON.")
@officers_option
@asking
def export(
    hsm: HsmClient,
    key: str,
    path: Path,
    zmk: str,
    zmk_scheme: str,
    type_text: str,
    as_json: bool,
) -> None:
    """Give KEY out under a ZMK, with its check value for the other side (A8)."""
    from cardswitch.specs.hsm.commands.keys.any_type import export_key
    from cardswitch.wire.operator.text import columns

    from ..client.keyfile import find_key, type_of

    stored = find_key(path, key, type_of(type_text) if type_text else "")
    zmk_text = find_key(path, zmk, "000").key
    command = export_key(stored.type, zmk_text, stored.key, zmk_scheme)
    answer = hsm.ask(under(command, stored.lmk_id, stored.attributes)).fields
    shown = {"key_under_zmk": answer["key"], "kcv": answer["kcv"]}
    write_json(shown) if as_json else click.echo("\n".join(columns(shown.items())))


@keys.command("list", epilog=LIST_EPILOG)
@key_file
@click.option("--json", "as_json", is_flag=True, help="Print the keys as JSON.")
def list_(path: Path, as_json: bool) -> None:
    """Show the keys in the file: name, type, check value, and the key under the LMK."""
    from cardswitch.wire.operator.text import columns

    from ..client.keyfile import name_of, read_keys

    with failing():
        stored = read_keys(path)
    if as_json:
        write_json({name: _document(key) for name, key in stored.items()})
        return
    kinds = {n: k.attributes or f"{k.type} {name_of(k.type)}".rstrip() for n, k in stored.items()}
    for line in columns((name, kinds[name], key.kcv, key.key) for name, key in stored.items()):
        click.echo(line)
    if not stored:
        click.echo(f"hsm: no keys in {path}: `cardswitch hsm keys generate` makes one", err=True)


def _given(text: str) -> str:
    """*text*, or what standard input has; R before a key block that has none, as in files."""
    given = "".join((sys.stdin.read() if text == "-" else text).split())
    return f"R{given}" if _BARE_BLOCK.match(given) else given


def _document(key: StoredKey) -> dict[str, str]:
    return {name: value for name in key.__struct_fields__ if (value := getattr(key, name))}


def _type(text: str | None, attributes: str) -> str:
    """The key type that the options ask for."""
    from cardswitch.specs.hsm.names import BY_ATTRIBUTES

    from ..client.keyfile import type_of

    if text is None and not attributes:
        raise click.UsageError("--type says what the key is for: ZPK, 001 ... (or --attributes)")
    return type_of(text) if text is not None else BY_ATTRIBUTES


def _scheme(attributes: str) -> str:
    return "S" if attributes else "U"


def _keep(
    path: Path,
    name: str,
    answer: Mapping[str, str],
    key_type: str,
    lmk_id: str,
    attributes: str,
    as_json: bool,
) -> None:
    """Keep the key in the fields of *answer*, and show it."""
    from cardswitch.wire.operator.text import columns

    from ..client.keyfile import StoredKey, add_key

    add_key(
        path, name, StoredKey(key_type, answer["key"], answer["kcv"], lmk_id, attributes),
        replace=True,
    )  # fmt: skip
    shown = {"name": name, "type": key_type, **answer}
    write_json(shown) if as_json else click.echo("\n".join(columns(shown.items())))
