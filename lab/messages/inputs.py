"""The messages that a command is given: one or many, as text, JSON, lines, or a capture.

Pure. An error gives the byte position, never the text: it may be a card number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.wire.capture.pcap import read_capture
from cardswitch.wire.capture.reassembly import Streams, frames_of, streams_of
from cardswitch.wire.framing import Framing

from .documents import read_document, split_documents
from .pasted import INPUT_SIZE_MAX, read_bytes

FORMS: Final = ("auto", "hex", "base64", "raw", "json", "lines", "pcap")
CAPTURE_SIZE_MAX: Final = (
    256 << 20
)  # bytes; what a capture may have, see cardswitch.wire.capture.pcap
_TEXT: Final = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\r\n")
ITEMS_MAX: Final = 1_000_000
# How a capture is cut into messages; the one that finds most of them is taken.
FRAMINGS: Final = {
    "binary2": Framing("binary2"),
    "binary2-inclusive": Framing("binary2", inclusive=True),
    "ascii4": Framing("ascii4"),
    "ascii4-inclusive": Framing("ascii4", inclusive=True),
    "bcd2": Framing("bcd2"),
}
_CAPTURES: Final = tuple(
    bytes.fromhex(magic) for magic in ("A1B2C3D4", "D4C3B2A1", "A1B23C4D", "4D3CB2A1", "0A0D0D0A")
)


class Item(Struct, frozen=True):
    """One message as bytes, or the *fault* that kept it from being read.

    *origin* says where it came from, if there are many; *time* is that of a capture, in seconds.
    """

    data: bytes
    origin: str = ""
    fault: FormatError | None = None
    time: float = 0.0

    def read(self, dialect: Dialect) -> Message:
        """The message that it is in *dialect*; raises the FormatError that says why it is none."""
        if self.fault is not None:
            raise self.fault
        return dialect.unpack(self.data)


def read_items(
    given: bytes, form: str, dialect: Dialect, skip: int = 0, framing: str = "auto"
) -> list[Item]:
    """The messages that *given* writes in *form*, one of :data:`FORMS`.

    FormatError if nothing of it can be read; a single bad line among many is an item of its own.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> echo = b"0800002000000000000000" + b"0001"
    >>> items = read_items(echo + b"\\n" + echo, "auto", load_dialect("pos"))
    >>> [item.origin for item in items]
    ['line 1', 'line 2']
    """
    form = _guess(given, dialect, skip) if form == "auto" else form
    if form == "pcap":
        return _captured(given, dialect, skip, framing)
    if form == "json":
        return _documents(given, dialect)
    if form == "lines":
        return list(_lines(given, dialect, skip))
    return [Item(read_bytes(given, "auto" if form == "message" else form, dialect, skip))]


def is_capture(given: bytes) -> bool:
    """Whether *given* begins like a capture file."""
    return given.startswith(_CAPTURES)


def _guess(given: bytes, dialect: Dialect, skip: int) -> str:
    if is_capture(given):
        return "pcap"
    if given.lstrip()[:1] == b"{":
        return "json"
    if not _TEXT.issuperset(given):  # A byte 0A of a message ends no line.
        return "message"
    lines = [line for line in given.splitlines() if line.strip()]
    is_many = len(lines) > 1 and all(_begins(line, dialect, skip) for line in lines[:20])
    return "lines" if is_many else "message"


def _begins(line: bytes, dialect: Dialect, skip: int) -> bool:
    """Whether *line* alone begins like a message."""
    try:
        data = read_bytes(line.strip(), "auto", dialect, skip)
    except FormatError:
        return False
    at = dialect.header_size
    return data[at : at + dialect.mti.size(4)] in dialect.mtis


def _lines(given: bytes, dialect: Dialect, skip: int) -> Iterator[Item]:
    for number, line in enumerate(given.splitlines(), 1):
        if not line.strip():
            continue
        origin = f"line {number}"
        try:
            # A line that begins like no message is taken for hex, which says what is wrong with it.
            form = "auto" if _begins(line, dialect, skip) else "hex"
            yield Item(read_bytes(line.strip(), form, dialect, skip), origin)
        except FormatError as fault:
            yield Item(b"", origin, fault)


def _documents(given: bytes, dialect: Dialect) -> list[Item]:
    """One JSON message, on as many lines as it likes, or one a line."""
    documents = split_documents(given)
    if len(documents) == 1:
        return [Item(dialect.pack(read_document(given)))]
    items = []
    for number, line in enumerate(documents, 1):
        origin = f"line {number}"
        try:
            items.append(Item(dialect.pack(read_document(line)), origin))
        except FormatError as fault:
            items.append(Item(b"", origin, fault))
    return items


def _captured(given: bytes, dialect: Dialect, skip: int, framing: str) -> list[Item]:
    """The messages of a capture, in the order of their time."""
    streams = streams_of(read_capture(given).packets)
    names = [framing] if framing != "auto" else list(FRAMINGS)
    best: list[Item] = []
    most = -1
    for name in names:
        items = _cut(streams, FRAMINGS[name], skip)
        at = dialect.header_size
        right = sum(item.data[at : at + dialect.mti.size(4)] in dialect.mtis for item in items)
        if right > most:
            best, most = items, right
    if not best:
        raise FormatError(
            "TCP streams with messages of at most 4096 bytes, a length before each",
            code="input-form",
            seen="no frame at all",
            hint=f"--framing says which length: {', '.join(FRAMINGS)}",
        )
    return sorted(best, key=lambda item: item.time)[:ITEMS_MAX]


def _cut(streams: Streams, framing: Framing, skip: int) -> list[Item]:
    return [
        Item(
            frame.data[skip:],
            f"{stream.source} to {stream.destination} at {frame.time:.6f}",
            time=frame.time,
        )
        for stream in streams.streams
        for frame in frames_of(stream.pieces, framing).frames
        if len(frame.data) > skip
    ]


def size_limit(given_head: bytes) -> int:
    """How many bytes of input are read that begins with *given_head*."""
    return CAPTURE_SIZE_MAX if is_capture(given_head) else INPUT_SIZE_MAX
