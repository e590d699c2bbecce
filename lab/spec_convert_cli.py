"""The `spec convert` command: a message from one dialect to another, and what did not come over."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from .spec_options import dialect_option, given_bytes, input_argument, load, refusing, say

if TYPE_CHECKING:
    from specs.convert import Converted
    from specs.dialect import Dialect

CONVERT_EPILOG: Final = """\b
Examples:
  convert --to pos 0800822000000000000004000000000000001123130500000001301
  convert --dialect iso87-ascii --to iso93-binary --year 2026 < message.hex
  convert --dialect pos --to iso2003 --json 0800 0020010000800000 000001 0001 5445524D30303031

What is dropped, changed, cut, filled or assumed on the way is told on standard error, by its field
and without its value. The message itself is written whole, card data and all, as encode does;
with --json it is masked unless --unsafe.

Exit codes: 0 converted, 2 usage, 5 the input cannot be read, or nothing of it can be written."""


@click.command(epilog=CONVERT_EPILOG)
@input_argument
@dialect_option
@click.option(
    "--to",
    "target",
    metavar="DIALECT",
    required=True,
    callback=load,
    help="How it shall be written: a name from `spec list`, or the path of a TOML file.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "hex", "base64", "raw"]),
    default="auto",
    show_default=True,
    help="How INPUT is written; auto takes the one that begins with an MTI.",
)
@click.option(
    "--skip",
    metavar="N",
    type=click.IntRange(0),
    default=0,
    help="Leave out the first N bytes: a header, a TPDU, a length.",
)
@click.option(
    "--year",
    metavar="CCYY",
    default="",
    help="The year of its local date, which messages of 1987 do not have.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON: message and losses.")
@click.option("--unsafe", is_flag=True, help="Show card data as it is. For test cards only.")
def convert(
    given: tuple[str, ...],
    dialect: Dialect,
    target: Dialect,
    form: str,
    skip: int,
    year: str,
    as_json: bool,
    unsafe: bool,
) -> None:
    """Write a message of one dialect in another, across editions; tell all that is lost."""
    from specs.convert import convert as converted

    from .pasted import read_bytes, write_bytes

    with refusing():
        data = read_bytes(given_bytes(given), form, dialect, skip)
    with refusing(data, unsafe):
        message = dialect.unpack(data)
    with refusing():
        done = converted(message, dialect, target, year)
        wire = target.pack(done.message)
    if as_json:
        click.echo(_document(done, unsafe))
        return
    sys.stdout.buffer.write(write_bytes(wire, "hex"))
    say([*map(str, done.losses), *_missing(done, target)], err=True)


def _document(done: Converted, unsafe: bool) -> str:
    """The message as `decode --json` has it, masked unless *unsafe*, and the losses as data."""
    import msgspec

    from .workbench import write_document

    losses = [msgspec.structs.asdict(loss) for loss in done.losses]
    message = msgspec.Raw(write_document(done.message, unsafe).encode())
    return msgspec.json.encode({"message": message, "losses": losses}).decode()


def _missing(done: Converted, target: Dialect) -> list[str]:
    """What the target asks for, and the message does not have now."""
    mti = done.message.mti
    return [f"field {n}: missing: mandatory in {mti}" for n in target.missing(done.message)]
