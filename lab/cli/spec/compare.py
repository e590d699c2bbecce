"""The `spec` commands diff and redact."""

from __future__ import annotations

import os
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits

from .given import Given, message_input
from .options import dialect_option, unsafe_option
from .results import refusing, say, say_fault, say_json, say_oddities

if TYPE_CHECKING:
    from cardswitch.specs.dialect import Dialect
    from cardswitch.specs.review.partial import Partial

KEY_SIZE: Final = 32  # bytes
DIFF_EPILOG: Final = """\b
Examples:
  diff request.hex forwarded.hex
  diff --dialect pos 0800...01 0800...02       two pasted messages
  diff one.json other.json --json

Exit codes: 0 the same, 2 usage, 5 one of them cannot be read whole, 6 they differ."""
REDACT_EPILOG: Final = """\b
Examples:
  redact --file capture.pcap --dialect pos --skip 5 --to pcap > shared.pcap
  redact < messages.hex > shared.hex
  redact --key team.key < messages.hex         the same substitutes for the whole team

Under one key the same card number always becomes the same substitute. Without --key a key is made
at the first use and kept in your home folder. Keep it secret: it allows a search for the numbers.

Exit codes: 0 done, 2 usage, 5 a message cannot be read: nothing is written then."""


@click.command(epilog=DIFF_EPILOG)
@click.argument("left")
@click.argument("right")
@dialect_option
@click.option("--skip", metavar="N", type=click.IntRange(0), default=0, help="As in decode.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of text.")
@unsafe_option
def diff(left: str, right: str, dialect: Dialect, skip: int, as_json: bool, unsafe: bool) -> None:
    """Compare the messages LEFT and RIGHT, each a file or pasted text, field by field."""
    from ...messages.views.diff import differences

    sides = [_look(text, dialect, skip, unsafe) for text in (left, right)]
    found = differences(dialect, sides[0].message, sides[1].message, unsafe)
    is_whole = all(side.fault is None for side in sides)
    if as_json:
        say_json(found)
    else:
        how_far = "" if is_whole else ", as far as they can be read"
        say(found or [f"They are the same{how_far}."], err=not found)
    if not is_whole:
        sys.exit(exits.LINK)
    if found:
        sys.exit(exits.FINDINGS)


def _look(text: str, dialect: Dialect, skip: int, unsafe: bool) -> Partial:
    """The one message that *text* is, or that the file of that name holds, as far as it reads."""
    from msgspec.structs import replace

    from ...messages.faults import show_fault
    from ...messages.values import shield

    items = list(islice(Given(words=(text,), dialect=dialect, skip=skip).items(), 2))
    if len(items) != 1:
        many = "more than one" if items else "none"
        raise click.UsageError(f"one message is expected, and there is {many}")
    with refusing(items[0].data, dialect=dialect):
        partial = items[0].look(dialect)
    if partial.fault is not None:
        body = items[0].body
        say_fault(items[0], show_fault(partial.fault, body, unsafe, dialect, partial))
    say_oddities(items[0], partial)
    is_right = partial.fault is None and not partial.oddities
    return partial if unsafe or is_right else replace(partial, message=shield(partial.message))


@click.command(epilog=REDACT_EPILOG)
@message_input
@click.option(
    "--to",
    "target",
    type=click.Choice(["hex", "base64", "raw", "json", "pcap"]),
    default="hex",
    show_default=True,
    help="How the messages are written.",
)
@click.option(
    "--key",
    "key_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file with the secret key of at least 16 bytes; made if it is not there.",
)
def redact(
    given: Given,
    target: str,
    key_path: Path | None,
) -> None:
    """Replace card data by other card data of the same form, so that messages can be shared."""
    from cardswitch.specs.review.partial import write_again
    from cardswitch.specs.review.redact import Redactor

    from ...messages.outputs import write_messages
    from ...messages.showing import show
    from ...messages.views.fields import FieldsView

    dialect, redactor = given.dialect, Redactor(_key(key_path or _own_key()))
    messages, written = [], []
    for item in given.items():
        with refusing(item.data, dialect=dialect, origin=item.origin):
            partial = item.read_loosely(dialect)
            message = redactor.redact(dialect, partial.message, doubtful=bool(partial.oddities))
            written.append(write_again(dialect, message, partial.as_received, loosely=True))
        say_oddities(item, partial)
        messages.append(message)
    if target == "json":
        with given.output as output:
            for message in messages:
                output.say_json(FieldsView().document(show(dialect, message, unsafe=True)))
    else:
        sys.stdout.buffer.write(write_messages(written, target))
        if target == "pcap":
            say(["Note: times, ends and directions of a capture are not kept."], err=True)


def _own_key() -> Path:
    """Where the key of this user is kept."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "cardswitch" / "redact.key"


def _key(path: Path) -> bytes:
    """The key in the file at *path*, which is made, for its owner alone, if it is not there."""
    import secrets

    from cardswitch.specs.errors import ConfigError
    from cardswitch.specs.review.redact import KEY_SIZE_MIN
    from cardswitch.wire.store.disk import create_file

    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        create_file(path, secrets.token_bytes(KEY_SIZE))
        say([f"A new key for substitutes: {path}"], err=True)
    key = path.read_bytes()
    if len(key) < KEY_SIZE_MIN:
        raise ConfigError(f"{path}: a key of at least {KEY_SIZE_MIN} bytes is expected")
    return key
