"""The `spec convert` command: a message from one dialect to another, and what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from .given import Given, message_input
from .options import load, unsafe_option
from .results import refusing, say, say_oddities

if TYPE_CHECKING:
    from cardswitch.specs.convert import Converted
    from cardswitch.specs.dialect import Dialect

CONVERT_EPILOG: Final = """\b
Examples:
  convert --to pos 0800822000000000000004000000000000001123130500000001301
  convert --dialect iso87-ascii --to iso93-binary --year 2026 < message.hex
  convert --dialect pos --to iso2003 --json 0800 0020010000800000 000001 0001 5445524D30303031

What is dropped, changed, cut, filled or assumed is reported on standard error, by its field and
without its value. The message itself is written unmasked, as encode does; with --json it is masked
unless --unsafe.

Exit codes: 0 converted, 2 usage, 5 the input cannot be read, or nothing of it can be written."""


@click.command(epilog=CONVERT_EPILOG)
@message_input
@click.option(
    "--to",
    "target",
    metavar="DIALECT",
    required=True,
    callback=load,
    help="The dialect to write: a name from `spec list`, or the path of a TOML file.",
)
@click.option(
    "--year",
    metavar="CCYY",
    default="",
    help="Year of the local date, for messages of 1987, which carry none.",
)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON each: message and losses.")
@unsafe_option
def convert(given: Given, target: Dialect, year: str, as_json: bool, unsafe: bool) -> None:
    """Write messages of one dialect in another, across editions, and report what is lost."""
    from cardswitch.specs.convert import convert as converted

    with given.output as output:
        for item in given.items():
            before, origin = output.flush, item.origin
            with refusing(item.data, unsafe, dialect=given.dialect, before=before, origin=origin):
                partial = item.read_loosely(given.dialect)
            if partial.oddities:
                output.flush()
                say_oddities(item, partial)
            with refusing(before=before, origin=origin):
                done = converted(partial.message, given.dialect, target, year)
                wire = target.pack(done.message)
            if as_json:
                output.say_json(_document(done, target, unsafe))
                continue
            output.say([wire.hex().upper()])
            if lost := [*done.losses, *_missing(done, target)]:
                lead = f"{item.origin}: " if item.origin else ""
                output.flush()
                say([f"{lead}{loss}" for loss in lost], err=True)


def _document(done: Converted, target: Dialect, unsafe: bool) -> dict[str, Any]:
    """The message as `decode --json` has it, masked unless *unsafe*, and what it lacks as data."""
    import msgspec

    from ...messages.showing import show
    from ...messages.views.fields import FieldsView

    message = FieldsView().document(show(target, done.message, unsafe))
    losses = msgspec.to_builtins(done.losses)
    return {"message": message, "losses": losses, "missing": [*target.missing(done.message)]}


def _missing(done: Converted, target: Dialect) -> list[str]:
    """What the target asks for, and the message does not have now."""
    mti = done.message.mti
    return [f"field {n}: missing: mandatory in {mti}" for n in target.missing(done.message)]
