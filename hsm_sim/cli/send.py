"""The command `hsm send`: a host command as text, as hexadecimal, or by the names of its fields."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits

from .link import asking, write_json

if TYPE_CHECKING:
    from cardswitch.specs.hsm import Answer

    from ..client.client import HsmClient

INPUT_MAX: Final = 65_535  # bytes; no frame is longer
EPILOG: Final = """\b
Examples:
  send NC                                      which LMK, which firmware?
  send B20005HELLO                             a command and its fields; the header is added
  send --fields A0 mode=0 key_type=001 lmk_scheme=U
  send --fields B2 data=HELLO trailer=job7 --json
  send --fields CA                             says which fields a CA has
  send --hex 4E43                              for commands that hold bytes

Exit codes: 0 error 00, 1 any other, 2 usage, 4 no answer in time, 5 no link or readable answer.
The answer is shown as it is: card verification values, for example, are clear."""


@click.command(epilog=EPILOG)
@click.argument("words", metavar="COMMAND [NAME=VALUE]...", nargs=-1, required=True)
@click.option(
    "--fields",
    "by_name",
    is_flag=True,
    help="COMMAND is a code, and the fields of its layout follow.",
)
@click.option(
    "--hex", "as_hex", is_flag=True, help="Take COMMAND, and show the answer, in hexadecimal."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@asking
def send(
    hsm: HsmClient, words: tuple[str, ...], by_name: bool, as_hex: bool, as_json: bool
) -> None:
    """Send COMMAND, without header and length, and show the answer by the names of its fields.

    It is sent as it is, however wrong, so that what the module makes of it can be seen; - reads
    it from standard input.
    """
    from cardswitch.specs.hsm import HsmFormatError
    from cardswitch.specs.hsm.errors import INPUT_REFUSED

    frame = _named(hsm, words) if by_name else hsm.frame(_text(words, as_hex))
    code = frame[hsm.header_size : hsm.header_size + 2].decode("latin-1")
    [answer_frame] = hsm.exchange([frame])
    if as_hex and not as_json:
        click.echo(answer_frame.hex().upper())
    try:
        answer = hsm.read(answer_frame, _trailer_of(frame, hsm.header_size))
        _show(code, answer, answer_frame, as_json, quiet=as_hex)
    except HsmFormatError as fault:
        click.echo(f"hsm: the answer cannot be read: {fault}: {answer_frame!r}", err=True)
        raise click.exceptions.Exit(exits.LINK) from None
    if answer.error == INPUT_REFUSED:
        click.echo(f"hsm: {_fault(frame, hsm.header_size)}", err=True)
    if not answer.ok:
        raise click.exceptions.Exit(exits.ERROR)


def _trailer_of(frame: bytes, header_size: int) -> str:
    """What ends *frame*, if it can be read; what is sent may be anything."""
    from cardswitch.specs.hsm import HsmFormatError, unpack_command

    try:
        return unpack_command(frame, header_size).trailer
    except HsmFormatError:
        return ""


def _fault(frame: bytes, header_size: int) -> str:
    """Where *frame* breaks the layout of its command, by this program's own reading."""
    from cardswitch.specs.hsm import HsmFormatError, unpack_command

    try:
        unpack_command(frame, header_size)
    except HsmFormatError as fault:
        return str(fault)
    return "the command has the form of its layout: what one of its fields says was refused"


def _text(words: tuple[str, ...], as_hex: bool) -> str:
    """The command that *words* write, a byte a character."""
    from cardswitch.specs.security.digits import hex_bytes

    text = " ".join(words)
    if text == "-":
        text = sys.stdin.buffer.read(2 * INPUT_MAX).decode("latin-1").rstrip("\r\n")
    if not as_hex:
        try:
            return text.encode("latin-1").decode("latin-1")
        except UnicodeEncodeError:
            raise click.UsageError("COMMAND: expected characters of one byte each") from None
    data = hex_bytes("".join(text.split()).upper())
    if data is None:
        raise click.UsageError("COMMAND: expected an even number of hexadecimal digits")
    return data.decode("latin-1")


def _named(hsm: HsmClient, words: tuple[str, ...]) -> bytes:
    """The frame of the code in *words* and the fields behind it. Raises EncodeError."""
    from cardswitch.specs.hsm import Command, pack_command

    code, *pairs = words
    fields: dict[str, str] = {}
    for number, pair in enumerate(pairs, 1):
        name, equals, value = pair.partition("=")
        if not equals or name in fields:
            raise click.UsageError(f"field {number}: expected NAME=VALUE, each name once")
        fields[name] = value
    trailer = fields.pop("trailer", "")
    return pack_command(Command(hsm.next_header(), code, fields, trailer))


def _show(code: str, answer: Answer, frame: bytes, as_json: bool, quiet: bool) -> None:
    """Print the *answer* in *frame* to the command of *code*."""
    from ..client.answers import answer_document, answer_lines

    if as_json:
        write_json({**answer_document(code, answer), "frame": frame.hex().upper()})
    elif not quiet:
        click.echo("\n".join(answer_lines(code, answer)))
