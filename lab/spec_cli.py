"""The `spec` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

if TYPE_CHECKING:
    from specs.dialect import Dialect
    from specs.errors import FormatError

UNREADABLE_EXIT: Final = 5
FINDINGS_EXIT: Final = 6
EPILOG: Final = """\b
Examples:
  cardswitch spec list
  cardswitch spec describe 0800822000000000000004000000000000001123130500000001301
  cardswitch spec decode --dialect pos 0800 0020010000800000 000001 0001 5445524D30303031
  cardswitch spec decode --json --unsafe < message.hex | cardswitch spec encode
  cardswitch spec validate --dialect iso87-binary - < capture.bin

Exit codes: 0 done, 1 error, 2 usage or an unknown dialect, 5 the input cannot be read as a
message or written as one, 6 validate found something."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --json"""
SHOW_EPILOG: Final = """\b
Examples:
  show pos                                     M: an MTI must carry the field, C: it may have to
  show ./mine.toml --json                      a dialect file of yours"""
DECODE_EPILOG: Final = """\b
Examples:
  decode 0800822000000000000004000000000000001123130500000001301
  decode --dialect pos 60 0001 0000 0800 0020010000800000 ... --skip 5
  decode --json --unsafe < message.hex         what encode reads

Exit codes: 0 done, 2 usage, 5 the input cannot be read: where, and what was expected there."""
ENCODE_EPILOG: Final = """\b
Examples:
  encode '{"mti": "0800", "fields": {"7": "1123130500", "11": "000001", "70": "301"}}'
  encode --dialect pos --format raw < echo.json > echo.bin

Exit codes: 0 done, 2 usage, 5 the message cannot be read or written: which field, and why."""
DESCRIBE_EPILOG: Final = """\b
Examples:
  describe 0800822000000000000004000000000000001123130500000001301
  describe --dialect pos --format raw - < capture.bin

Exit codes: 0 done, 2 usage, 5 the input cannot be read."""
VALIDATE_EPILOG: Final = """\b
Examples:
  validate 0800822000000000000004000000000000001123130500000001301
  validate --dialect iso87-binary < message.hex

Exit codes: 0 nothing found, 2 usage, 5 the input is no hex or base64, 6 something was found."""


@click.group(epilog=EPILOG)
def spec() -> None:
    """Decode, encode and explain ISO 8583 messages.

    Results go to standard output, all else to standard error. Card data is masked unless --unsafe
    asks for it, in errors as well.
    """


def _dialect(_ctx: click.Context, _parameter: click.Parameter, name: str) -> Dialect:
    from specs.dialect import load_dialect
    from specs.errors import DialectError

    try:
        return load_dialect(name)
    except DialectError as error:
        raise click.BadParameter(str(error)) from None


def dialect_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --dialect; the command gets it loaded."""
    return click.option(
        "--dialect",
        metavar="NAME",
        default="iso87-ascii",
        show_default=True,
        callback=_dialect,
        help="How it is written: a name from `spec list`, or the path of a TOML file.",
    )(command)


def input_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """INPUT, in as many words as it is pasted in; the command gets them as `given`."""
    return click.argument("given", metavar="[INPUT]", nargs=-1)(command)


def message_input(command: Callable[..., Any]) -> Callable[..., Any]:
    """INPUT and how to read it: what decode, describe and validate have."""
    for decorate in (
        click.option(
            "--skip",
            metavar="N",
            type=click.IntRange(0),
            default=0,
            help="Leave out the first N bytes: a header, a TPDU, a length.",
        ),
        click.option(
            "--format",
            "form",
            type=click.Choice(["auto", "hex", "base64", "raw"]),
            default="auto",
            show_default=True,
            help="How INPUT is written; auto takes the one that begins with an MTI.",
        ),
        dialect_option,
        input_argument,
    ):
        command = decorate(command)
    return command


@spec.command("list", epilog=LIST_EPILOG)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of text.")
def list_(as_json: bool) -> None:
    """List the dialects that come with cardswitch."""
    from specs.dialect import list_dialects, load_dialect

    from .message_views import align

    titles = [(name, load_dialect(name).title) for name in list_dialects()]
    if as_json:
        _json([{"name": name, "title": title} for name, title in titles])
    else:
        _say(align(titles))


@spec.command(epilog=SHOW_EPILOG)
@click.argument("dialect", callback=_dialect)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of a table.")
def show(dialect: Dialect, as_json: bool) -> None:
    """Show the fields of DIALECT: number, name, format, encoding, and which MTIs carry them."""
    from .message_views import dialect_document, show_dialect

    if as_json:
        _json(dialect_document(dialect))
    else:
        _say(show_dialect(dialect))


@spec.command(epilog=DECODE_EPILOG)
@message_input
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of a table.")
@click.option("--unsafe", is_flag=True, help="Show card data as it is. For test cards only.")
def decode(
    given: tuple[str, ...], dialect: Dialect, form: str, skip: int, as_json: bool, unsafe: bool
) -> None:
    """Show the fields of a message; INPUT is text, and - or nothing reads standard input."""
    from .message_views import show_message
    from .pasted import read_bytes
    from .workbench import write_document

    with refusing():
        data = read_bytes(_bytes(given), form, dialect, skip)
    with refusing(data, unsafe):
        message = dialect.unpack(data)
    _say([write_document(message, unsafe)] if as_json else show_message(dialect, message, unsafe))


@spec.command(epilog=ENCODE_EPILOG)
@input_argument
@dialect_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["hex", "base64", "raw"]),
    default="hex",
    show_default=True,
    help="How the message is written.",
)
def encode(given: tuple[str, ...], dialect: Dialect, form: str) -> None:
    """Write a message from JSON, such as decode --json --unsafe prints."""
    from .pasted import write_bytes
    from .workbench import read_document

    with refusing():
        data = dialect.pack(read_document(_bytes(given)))
    sys.stdout.buffer.write(write_bytes(data, form))


@spec.command(epilog=DESCRIBE_EPILOG)
@message_input
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of text.")
def describe(given: tuple[str, ...], dialect: Dialect, form: str, skip: int, as_json: bool) -> None:
    """Explain a message, masked: a summary, its MTI, its bitmap, what codes mean, what misses."""
    from .descriptions import describe as described
    from .descriptions import description_document
    from .pasted import read_bytes

    with refusing():
        data = read_bytes(_bytes(given), form, dialect, skip)
    with refusing(data):
        message = dialect.unpack(data)
    if as_json:
        _json(description_document(dialect, message))
    else:
        _say(described(dialect, message))


@spec.command(epilog=VALIDATE_EPILOG)
@message_input
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of text.")
def validate(given: tuple[str, ...], dialect: Dialect, form: str, skip: int, as_json: bool) -> None:
    """Check a message: does it read and write the same, is all there, is it plausible?"""
    from specs.errors import FormatError
    from specs.findings import Finding, find_faults

    from .pasted import read_bytes

    with refusing():
        data = read_bytes(_bytes(given), form, dialect, skip)
    try:
        found = find_faults(dialect, dialect.unpack(data), data)
    except FormatError as error:
        if not as_json:
            _refuse(error, data, False, FINDINGS_EXIT)
        found = [Finding(error.field, str(error))]
    if as_json:
        _json([{"field": finding.field, "text": finding.text} for finding in found])
    else:
        _say([str(finding) for finding in found] or ["Nothing found."], err=not found)
    if found:
        sys.exit(FINDINGS_EXIT)


def _bytes(words: tuple[str, ...]) -> bytes:
    """What *words* of the command line say, or else standard input."""
    from .pasted import INPUT_SIZE_MAX

    if words in ((), ("-",)):
        return sys.stdin.buffer.read(INPUT_SIZE_MAX + 1)
    return " ".join(words).encode("utf-8", "surrogateescape")


@contextmanager
def refusing(
    data: bytes = b"", unsafe: bool = False, exit_code: int = UNREADABLE_EXIT
) -> Iterator[None]:
    """Inside, what cannot be read or written ends the command: a clear message, an exit code."""
    from specs.errors import FormatError

    try:
        yield
    except FormatError as error:
        _refuse(error, data, unsafe, exit_code)


def _refuse(error: FormatError, data: bytes, unsafe: bool, exit_code: int) -> NoReturn:
    from .workbench import show_fault

    first, *window = show_fault(error, data, unsafe)
    # What validate finds is its result, even where it cannot go on.
    _say(
        [first if exit_code == FINDINGS_EXIT else f"cardswitch: {first}", *window],
        err=exit_code != FINDINGS_EXIT,
    )
    sys.exit(exit_code)


def _say(lines: list[str], err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)


def _json(document: object) -> None:
    import json

    click.echo(json.dumps(document))
