"""The `spec` commands about messages: decode, describe, validate, encode."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits

from .given import Given, given_chunks, input_argument, message_input, tell, tell_passed
from .options import dialect_option, framing_option, unsafe_option
from .results import (
    no_message,
    refuse,
    refusing,
    say,
    say_fault,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cardswitch.specs.dialect import Dialect
    from cardswitch.specs.message import Message

    from ...messages.inputs import Item
    from ...messages.views.view import View

DECODE_EPILOG: Final = """\b
Examples:
  decode 0800822000000000000004000000000000001123130500000001301
  decode --dialect pos 60 0001 0000 0800 0020010000800000 ... --skip 5
  decode '[48, 56, 48, 48, 56, 50, ...]'       a list of bytes; a dump; escapes: as it was copied
  decode --file switch.log.gz                  every message of a log, with words around it
  decode --file capture.pcap --dialect pos --skip 5     every message of a capture
  decode --json --unsafe < message.hex         what encode reads; many are JSON lines
  decode --get 3.1 --get 55.9F36 < message.hex fields and parts of fields alone

Standard error says what INPUT was taken for. Masked places, XX or ****, are shown as unknown. A
message that cannot be read is shown up to where it fails, then the fault and the rest in hex.

What is not as agreed and can be read all the same is shown under the fields, with its place.

Exit codes: 0 done, 2 usage, 5 some of it cannot be read: where, and what was expected there,
6 all was read, and something is not as agreed."""
ENCODE_EPILOG: Final = """\b
Examples:
  encode '{"mti": "0800", "fields": {"7": "1123130500", "11": "000001", "70": "301"}}'
  encode --set 3.1=20 --delete 55.9F36 < sale.json
  encode '{"mti": "0800", "fields": {}, "parts": {"3.1": {"value": "01"}, ...}}'
  encode --dialect pos --format raw < echo.json > echo.bin
  encode --format pcap < messages.ndjson > messages.pcap
  encode --file sale.hex --set mti=0420 --set 4=000000001051
  encode --file sale.hex --set header=6000010000 --framing binary2 --format raw > frame.bin

INPUT may be hex, a log or a capture too, as decode reads it; what stands before its messages is
left out. A field is made of its parts where it is not in `fields`; else both must say the same.
What is in `as_received` is written as it came, unless its value was changed; all else strictly.

Exit codes: 0 done, 2 usage, 5 the message cannot be read or written: which field, and why."""
DESCRIBE_EPILOG: Final = """\b
Examples:
  describe 0800822000000000000004000000000000001123130500000001301
  describe --dialect pos --format raw - < capture.bin
  describe < dump-of-a-page.txt                offsets and text column as they are

Exit codes: 0 done, 2 usage, 5 some of it cannot be read: it is explained up to there,
6 all was read, and something is not as agreed."""
VALIDATE_EPILOG: Final = """\b
Examples:
  validate 0800822000000000000004000000000000001123130500000001301
  validate --dialect iso87-binary --file messages.hex

This is strict: what stands before the MTI must be skipped, and nothing be masked.

Exit codes: 0 nothing found, 2 usage, 5 there is no message in it, 6 something was found."""


@click.command(epilog=DECODE_EPILOG)
@message_input
@click.option("--get", "paths", metavar="PATH", multiple=True, help="Only this field or part.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each message.")
@unsafe_option
def decode(
    given: Given,
    paths: tuple[str, ...],
    as_json: bool,
    unsafe: bool,
) -> None:
    """Show the fields of messages; INPUT is text or a file, and - or nothing standard input."""
    from ...messages.views.fields import FieldsView
    from ...messages.views.paths import PathsView

    _show_all(given, PathsView(paths) if paths else FieldsView(), as_json, unsafe)


@click.command(epilog=DESCRIBE_EPILOG)
@message_input
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each message.")
def describe(
    given: Given,
    as_json: bool,
) -> None:
    """Explain messages, masked: a summary, MTI, bitmap, what codes mean, missing fields."""
    from ...messages.views.description import DescriptionView

    _show_all(given, DescriptionView(), as_json, unsafe=False)


def _show_all(given: Given, view: View, as_json: bool, unsafe: bool) -> None:
    """Show each message in *view*; of one that cannot be read, its start, the fault and the rest.

    Among many, such a one does not end the command.
    """
    count = bad = odd = 0
    with given.output:
        for item in given.items():
            if item.origin and not as_json:
                given.output.say([*([""] if count else []), item.origin])
            count += 1
            code = _show(given, item, view, as_json, unsafe)
            bad += code == exits.LINK
            odd += code == exits.FINDINGS
    if not count:
        with refusing():
            raise no_message()
    if bad:
        if count > 1:
            say([f"cardswitch: {bad} of {count} messages could not be read"], err=True)
        sys.exit(exits.LINK)
    if odd:
        sys.exit(exits.FINDINGS)


def _show(given: Given, item: Item, view: View, as_json: bool, unsafe: bool) -> int:
    """Show *item*; the exit code if it is the only one."""
    from cardswitch.specs.errors import FormatError

    from ...messages.faults import fault_document, show_fault, show_rest
    from ...messages.showing import show_partial

    dialect, output = given.dialect, given.output
    try:
        partial = item.look(dialect)
        fault, body, at = partial.fault, item.body, partial.rest
        shown = show_partial(dialect, partial, unsafe)
        document = view.document(shown) if as_json and shown.mti else {}
        lines = view.lines(shown) if not as_json and shown.mti else []
    except FormatError as error:
        # There are no bytes, or the view asks for what is not there.
        if as_json:
            output.say_json(_with_origin(item, fault_document(error, b"", 0, unsafe)))
        output.flush()
        say_fault(item, show_fault(error, b"", unsafe))
        return exits.LINK
    if fault is not None and as_json:
        document = _with_origin(item, document | fault_document(fault, body, at, unsafe))
    if as_json:
        output.say_json(document)
    output.say(lines)
    if fault is not None:
        output.flush()
        say_fault(item, show_fault(fault, body, unsafe, dialect, partial))
        output.say([] if as_json else show_rest(body, at, unsafe))
        return exits.LINK
    return exits.FINDINGS if partial.oddities else 0


def _with_origin(item: Item, document: dict[str, Any]) -> dict[str, Any]:
    """Of one of many, a faulty *document* says which it is."""
    return document | ({"origin": item.origin} if item.origin else {})


@click.command(epilog=VALIDATE_EPILOG)
@message_input
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each message.")
def validate(
    given: Given,
    as_json: bool,
) -> None:
    """Check messages: format, mandatory fields, plausibility, the same bytes when written."""
    found = count = 0
    with given.output as output:
        for item in given.items():
            count += 1
            findings = list(_findings(given.dialect, item, alone=not (item.origin or as_json)))
            found += len(findings)
            if as_json:
                document = [{"field": field, "text": text} for field, text in findings]
                whole = {"origin": item.origin, "findings": document} if item.origin else document
                output.say_json(whole)
                continue
            lead = f"{item.origin}: " if item.origin else ""
            places = ((f"field {field}" if field else "message", text) for field, text in findings)
            output.say([f"{lead}{place}: {text}" for place, text in places])
    if not count:
        with refusing():
            raise no_message()
    if found:
        sys.exit(exits.FINDINGS)
    if not as_json:
        say(["Nothing found."], err=True)


def _findings(dialect: Dialect, item: Item, alone: bool) -> Iterator[tuple[str, str]]:
    """Fields and what is wrong with them; the fault of a message *alone* is shown at length."""
    from cardswitch.specs.errors import FormatError
    from cardswitch.specs.review.findings import find_faults

    try:
        message = item.read(dialect)
    except FormatError as fault:
        if alone:
            refuse(fault, item.data, False, exits.FINDINGS, dialect)
        yield fault.field, str(fault)
        return
    for finding in find_faults(dialect, message, item.data):
        yield finding.field, finding.text


@click.command(epilog=ENCODE_EPILOG)
@input_argument
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False), help="Read INPUT from a file."
)
@click.option("--skip", type=click.IntRange(0), default=0, help="Leave out the first N bytes.")
@dialect_option
@click.option(
    "--set", "changes", metavar="PATH=VALUE", multiple=True,
    help="Set a field or part, mti=0420, or what stands before it: header=6000010000.",
)  # fmt: skip
@click.option(
    "--delete", "deletions", metavar="PATH", multiple=True, help="Leave a field or part out."
)
@framing_option(None, "Write frames, with what tells messages apart: binary2, ascii4, stx-lrc ...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["hex", "base64", "raw", "pcap"]),
    default="hex",
    show_default=True,
    help="How the messages are written.",
)
def encode(
    given: tuple[str, ...],
    path: str | None,
    skip: int,
    dialect: Dialect,
    changes: tuple[str, ...],
    deletions: tuple[str, ...],
    framing: str | None,
    form: str,
) -> None:
    """Write messages anew: from JSON, such as decode --json --unsafe prints, or as decode reads."""
    from cardswitch.specs.review.partial import write_again
    from cardswitch.wire.framings import framing_named

    from ...messages.changes import changed
    from ...messages.outputs import write_messages

    frames = framing_named(framing) if framing else None

    def written(message: Message, received: Mapping[str, bytes]) -> bytes:
        message = changed(dialect, message, changes, deletions)
        before = message.header[: max(len(message.header) - dialect.header_size, 0)]
        data = before + write_again(dialect, message, received)
        return frames.frame(data) if frames and form != "pcap" else data

    packed: list[bytes] = []  # A capture is written as a whole.
    count = 0
    with refusing(), given_chunks(given, path) as chunks:
        for origin, read in _given_messages(chunks, dialect, skip):
            count += 1
            with refusing(origin=origin):
                packed.append(written(*read()))
            if form != "pcap":
                sys.stdout.buffer.write(write_messages([packed.pop()], form))
        if not count:
            raise no_message()
        if form == "pcap":
            how = {"framing": frames} if frames else {}
            sys.stdout.buffer.write(write_messages(packed, form, **how))


def _given_messages(
    chunks: Iterator[bytes], dialect: Dialect, skip: int
) -> Iterator[tuple[str, Callable[[], tuple[Message, Mapping[str, bytes]]]]]:
    """Where each message stands, and what reads it and the pieces that are to stay as they came.

    JSON need not be right before it is changed.
    """
    from ...messages.documents import read_received, split_documents
    from ...messages.expanded import expanded
    from ...messages.inputs import begins_json, peeked, stream_items
    from ...messages.pasted.texts import lines_of

    head, chunks = peeked(expanded(chunks))
    if begins_json(head):
        for number, text in split_documents(lines_of(chunks)):
            given = text.encode("utf-8", "surrogateescape")
            yield f"in line {number}" if number else "", partial(read_received, given, dialect)
        return
    told: set[str] = set()
    passed: list[int] = []
    for item in stream_items(chunks, "auto", dialect, skip, passed=passed):
        tell(item, told)
        yield item.origin, partial(_read_strictly, item.behind_lead(), dialect)
    tell_passed(passed)


def _read_strictly(item: Item, dialect: Dialect) -> tuple[Message, Mapping[str, bytes]]:
    return item.read(dialect), {}
