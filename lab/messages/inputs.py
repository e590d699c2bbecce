"""The messages that a command is given: one or many, in any notation, as a stream of bytes.

Pure: it opens nothing. An error gives the byte position, never the text: it may be a card number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.review.partial import Partial, read_partly, write_again
from cardswitch.specs.review.tolerance import Oddity

from .captured import is_capture, read_captured
from .documents import read_received, split_documents, with_parts
from .expanded import expanded
from .frames import unframed
from .leads import Lead, begins, find_lead
from .pasted.piece import Piece
from .pasted.plain import INPUT_SIZE_MAX, read_base64, read_hex
from .pasted.reader import Mode, read_pasted
from .pasted.texts import lines_of
from .records import begins_with_record, read_records

FORMS: Final = ("auto", "hex", "base64", "raw", "json", "lines", "log", "pcap", "vbs")
CAPTURE_SIZE_MAX: Final = 256 << 20  # bytes; see cardswitch.wire.capture.pcap
_HEAD_SIZE: Final = 16  # bytes that tell a capture and JSON from all else
_MODES: Final[Mapping[str, Mode]] = {"lines": "lines", "log": "log"}
_READERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "hex": read_hex,
    "base64": read_base64,
    "raw": bytes,
}


class Item(Struct, frozen=True, kw_only=True):
    """One message as bytes, or the *fault* that kept it from being read.

    *origin* says where it came from, if there are many; *time* is that of a capture, in seconds.
    *kind* is what a text was taken for, *masked* the bytes that nobody knows, *lead* what stands
    before the MTI. JSON and some logs give fields and no bytes: then *message* is them, and *data*
    what it is written as. *notes* are on all of the input, and stand at its first item.
    """

    data: bytes = b""
    origin: str = ""
    fault: FormatError | None = None
    time: float = 0.0
    kind: str = ""
    masked: frozenset[int] = frozenset()
    lead: Lead | None = None
    message: Message | None = None
    notes: tuple[str, ...] = ()

    @property
    def body(self) -> bytes:
        """The bytes from the message on: the offsets of errors count from there."""
        return self.data[self.lead.size :] if self.lead else self.data

    def behind_lead(self) -> Item:
        """The same without what stands before the MTI."""
        size = self.lead.size if self.lead else 0
        masked = frozenset(byte - size for byte in self.masked)
        return replace(self, data=self.body, masked=masked, lead=None)

    def read(self, dialect: Dialect) -> Message:
        """The message that it is in *dialect*; raises the FormatError that says why it is none."""
        if self.fault is not None:
            raise self.fault
        if self.message is not None:
            return self.message
        if self.masked:
            raise DecodeError(
                "bytes that are not masked",
                code="masked",
                offset=min(self.masked),
                seen=f"{len(self.masked)} masked bytes",
                hint="decode and describe read around them",
            )
        try:
            return dialect.unpack(self.data)
        except FormatError as error:
            if self.lead is not None:
                error.hint = str(self.lead)
            raise

    def read_loosely(self, dialect: Dialect) -> Partial:
        """The whole message with what is odd about it, for those who write it again; raises the
        FormatError of :meth:`read` where something of it is not read, or not known."""
        try:
            return Partial(message=self.read(dialect), rest=len(self.data))
        except FormatError as fault:
            if not self.data or self.lead is not None or self.masked or self.message is not None:
                raise
            partial = read_partly(dialect, self.data)
            if partial.fault is not None or partial.unknown:
                raise fault from None
            return partial

    def look(self, dialect: Dialect) -> Partial:
        """As much of it as can be read, for people: behind what stands before it, around masks."""
        if self.message is not None:
            odd = () if self.fault is None else (Oddity.of(self.fault),)
            return Partial(message=self.message, rest=len(self.data), oddities=odd)
        if self.fault is not None:
            raise self.fault
        body = self.body
        if not self.masked:
            try:
                return Partial(message=dialect.unpack(body), rest=len(body))
            except FormatError:
                pass
        lead = self.lead.size if self.lead else 0
        return read_partly(dialect, body, frozenset(byte - lead for byte in self.masked))


def read_items(
    given: bytes, form: str, dialect: Dialect, skip: int = 0, framing: str = "auto"
) -> list[Item]:
    """All messages that *given* writes; see :func:`stream_items`.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> echo = b"0800002000000000000000" + b"0001"
    >>> items = read_items(echo + b"\\n" + echo, "auto", load_dialect("pos"))
    >>> [item.origin for item in items]
    ['line 1', 'line 2']
    """
    return list(stream_items([given], form, dialect, skip, framing))


def stream_items(
    given: Iterable[bytes],
    form: str,
    dialect: Dialect,
    skip: int = 0,
    framing: str = "auto",
    passed: list[int] | None = None,
) -> Iterator[Item]:
    """The messages that the chunks of *given* write in *form*, one of :data:`FORMS`.

    FormatError if nothing of it can be read; a single bad line among many is an item of its own.
    Of what is gzip the content is read. The numbers of lines of a log that have bytes, and no
    message of *dialect*, are added to *passed*.
    """
    chunks = expanded(given)
    head, chunks = peeked(chunks)
    if form == "pcap" or (form == "auto" and is_capture(head)):
        yield from _captured(chunks, dialect, skip, framing)
    elif framing != "auto":
        raise FormatError("a capture", code="input-form", hint="--framing is of captures alone")
    elif form == "json" or (form == "auto" and begins_json(head)):
        yield from _documents(chunks, dialect)
    elif form == "vbs" or (form == "auto" and _is_clearing(head, dialect)):
        yield from _records(chunks, skip)
    elif form in _READERS:
        item = _sized(Item(data=_READERS[form](whole(chunks))), skip)
        for frame in unframed(dialect, item.data):
            yield replace(item, data=frame)
    else:
        yield from _pasted(chunks, form, dialect, skip, passed)


def peeked(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and all of them."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head.lstrip()) >= _HEAD_SIZE:
            break
    return head, chain([head], chunks)


def begins_json(head: bytes) -> bool:
    """Whether *head* is how messages as JSON begin, perhaps behind a mark of byte order."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def whole(chunks: Iterable[bytes], limit: int = INPUT_SIZE_MAX) -> bytes:
    """All bytes; FormatError if they are more than *limit*."""
    whole = bytearray()
    for chunk in chunks:
        whole += chunk
        if len(whole) > limit:
            raise FormatError(f"at most {limit} bytes of input", code="input-size")
    return bytes(whole)


def _sized(item: Item, skip: int) -> Item:
    """*item* without its first *skip* bytes; FormatError if nothing is left."""
    if len(item.data) <= skip:
        raise FormatError(
            f"a message of more than {skip} bytes",
            code="input-size",
            seen=f"{len(item.data)} bytes",
        )
    if not skip:
        return item
    masked = frozenset(byte - skip for byte in item.masked if byte >= skip)
    return replace(item, data=item.data[skip:], masked=masked)


def _pasted(
    chunks: Iterable[bytes], form: str, dialect: Dialect, skip: int, passed: list[int] | None
) -> Iterator[Item]:
    """The messages of a text, in whatever notation it has them."""
    at = skip + dialect.header_size
    size = dialect.mti.size(4)

    def is_right(data: bytes) -> bool:
        return data[at : at + size] in dialect.mtis

    def is_behind_a_lead(data: bytes) -> bool:
        return (
            begins(dialect, data[skip:], oddly=True) or find_lead(dialect, data[skip:]) is not None
        )

    tests = is_right, is_behind_a_lead
    for piece in read_pasted(chunks, *tests, mode=_MODES.get(form), passed=passed):
        item = _item(piece, dialect, skip)
        frames = unframed(dialect, item.data) if item.fault is None and not item.masked else []
        for data in frames or [item.data]:
            yield _behind_lead(item if data is item.data else replace(item, data=data), dialect)


def _item(piece: Piece, dialect: Dialect, skip: int) -> Item:
    """*piece* as an item; what is wrong with one of many is the fault of that one."""
    origin = f"line {piece.line}" if piece.line else ""
    item = Item(
        data=piece.data, origin=origin, kind=piece.kind, masked=piece.masked, fault=piece.fault
    )
    if piece.fault is not None:
        return item
    if piece.message is not None:
        return _of_fields(item, piece, dialect)
    try:
        item = _sized(item, skip)
    except FormatError as fault:
        if not origin:
            raise
        return replace(item, fault=fault)
    return item


def _behind_lead(item: Item, dialect: Dialect) -> Item:
    """*item* with what stands before its message, if that is seen."""
    if item.message is not None or item.fault is not None:
        return item
    if begins(dialect, item.data, oddly=True):
        return item
    at, size = dialect.header_size, dialect.mti.size(4)
    has_mti = item.data[at : at + size] in dialect.mtis
    # A length of 0200 or 0240 looks like an MTI.
    if has_mti and read_partly(dialect, item.data).fault is None:
        return item
    return replace(item, lead=find_lead(dialect, item.data))


def _of_fields(item: Item, piece: Piece, dialect: Dialect) -> Item:
    """An item of fields, those made of parts included."""
    message = piece.message
    assert message is not None
    try:
        message = with_parts(dialect, message, piece.parts) if piece.parts else message
    except FormatError as fault:
        return replace(item, message=message, fault=fault)
    return _written(replace(item, message=message), dialect)


def _written(item: Item, dialect: Dialect) -> Item:
    """*item*, which has a message, with its bytes, or with the fault that it cannot be written."""
    assert item.message is not None
    try:
        return replace(item, data=dialect.pack(item.message))
    except FormatError as fault:
        return replace(item, fault=fault)


def _documents(chunks: Iterable[bytes], dialect: Dialect) -> Iterator[Item]:
    """One JSON message, on as many lines as it likes, or one a line."""
    for number, text in split_documents(lines_of(chunks)):
        given = text.encode("utf-8", "surrogateescape")
        try:
            item = _document(given, dialect)
        except FormatError as fault:
            if not number:
                raise
            item = Item(fault=fault)
        yield replace(item, origin=f"line {number}") if number else item


def _document(given: bytes, dialect: Dialect) -> Item:
    """A JSON message; one that has bytes as they were received is read from its bytes."""
    message, as_received = read_received(given, dialect)
    if as_received:
        return Item(data=write_again(dialect, message, as_received))
    return _written(Item(message=message), dialect)


def _is_clearing(head: bytes, dialect: Dialect) -> bool:
    at, size = dialect.header_size, dialect.mti.size(4)
    return begins_with_record(head, lambda data: data[at : at + size] in dialect.mtis)


def _records(chunks: Iterable[bytes], skip: int) -> Iterator[Item]:
    """The records of a clearing file; one that is no record ends it, and is a fault."""
    number = 0
    try:
        for number, record in enumerate(read_records(whole(chunks, CAPTURE_SIZE_MAX)), 1):
            kind = "records of a clearing file"
            yield Item(data=record[skip:], origin=f"record {number}", kind=kind)
    except DecodeError as fault:
        yield Item(origin=f"record {number + 1}", fault=fault)


def _captured(chunks: Iterable[bytes], dialect: Dialect, skip: int, framing: str) -> Iterator[Item]:
    """The messages of a capture, in the order of their time."""
    at, size = dialect.header_size, dialect.mti.size(4)

    def is_right(data: bytes) -> bool:
        return data[at : at + size] in dialect.mtis

    given = whole(chunks, CAPTURE_SIZE_MAX)
    for seen in read_captured(given, is_right, skip, framing):
        yield Item(
            data=seen.data, origin=seen.origin, time=seen.time, fault=seen.fault, notes=seen.notes
        )
