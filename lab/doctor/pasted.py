"""INPUT of `spec doctor`: messages in any notation, or a capture. Pure.

Where the MTI is, is not known yet: *auto* gives every possible reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from cardswitch.specs.doctor.diagnose import MESSAGES_MAX
from cardswitch.specs.doctor.surfaces import see_surfaces
from cardswitch.specs.errors import FormatError
from cardswitch.wire.capture.pcap import read_capture
from cardswitch.wire.capture.reassembly import streams_of

from ..messages.captured import is_capture
from ..messages.pasted.one import readings
from ..messages.pasted.piece import Piece
from ..messages.pasted.plain import INPUT_SIZE_MAX, read_base64, read_hex
from ..messages.pasted.reader import read_certain, read_pasted
from ..messages.pasted.texts import text_of

PORTS_MAX: Final = 4  # of a capture; each is examined on its own
MESSAGE_SIZE_MIN: Final = 12  # bytes of an MTI, a bitmap and a field; less is no message
_PRINTABLE: Final = frozenset(range(0x20, 0x7F)) | frozenset(b"\r\n")


class Reading(Struct, frozen=True):
    """*given* as *messages*, if it is written in *form*; *kind* is what it was taken for."""

    form: str
    messages: tuple[bytes, ...]
    kind: str = ""


def read_messages(given: bytes, form: str, skip: int = 0) -> list[Reading]:
    """The readings of *given* in *form*, without the first *skip* bytes of each message.

    One message a line comes before one message in many lines. FormatError if there is none.

    >>> [reading.form for reading in read_messages(b"0800 00", "auto")]
    ['hex', 'raw']
    >>> read_messages(b"08 00\\n08 10\\n", "hex")[0].messages
    (b'\\x08\\x00', b'\\x08\\x10')
    """
    if is_capture(given) and form in ("auto", "pcap"):
        return _captured(given, skip)
    if len(given) > INPUT_SIZE_MAX:
        raise FormatError(f"at most {INPUT_SIZE_MAX} bytes of input", code="input-size")
    found: dict[tuple[bytes, ...], Reading] = {}
    fault: FormatError | None = None
    certain = list(_pasted(given, skip)) if form == "auto" else []
    if certain and certain[0].kind:
        return certain
    for name in list(_READERS) if form == "auto" else [form]:
        for pieces in _lines(given, name), [_whole(given, name)]:
            try:
                messages = tuple(_READERS[name](piece)[skip:] for piece in pieces)
            except FormatError as error:
                fault = fault or error
                continue
            if messages and all(messages):
                found.setdefault(messages, Reading(name, messages))
    for reading in _in_words(given, skip) if form == "auto" else ():
        found.setdefault(reading.messages, reading)
    if not found:
        raise fault or FormatError(
            f"a message of more than {skip} bytes", code="input-size", seen=f"{len(given)} bytes"
        )
    return list(found.values())


def is_like_message(data: bytes) -> bool:
    """Whether *data* begins with an MTI and a bitmap, in whatever encodings."""
    return any(not surface.implausibilities for surface in see_surfaces([data]))


def _pasted(given: bytes, skip: int) -> Iterator[Reading]:
    """The reading of a text that can only be what it looks like: a dump, a list, escapes."""
    text = text_of(given)
    if text is None:
        return
    if pieces := read_certain(text, lambda data: is_like_message(data[skip:])):
        fields = next((piece for piece in pieces if piece.message is not None), None)
        if fields is not None:
            raise FormatError(
                "bytes",
                code="input-form",
                seen=fields.kind,
                hint="there the fields are known already: describe shows them",
            )
        yield from _of_pieces(pieces, skip)


def _in_words(given: bytes, skip: int) -> Iterator[Reading]:
    """Messages with words around them, and those that pages have wrapped."""
    text = text_of(given)
    if text is None:
        return
    for piece in readings(text):
        yield from _of_pieces([piece], skip)
    try:
        pieces = list(read_pasted([given], lambda data: is_like_message(data[skip:]), mode="log"))
    except FormatError:
        return
    yield from _of_pieces(pieces, skip)


def _of_pieces(pieces: list[Piece], skip: int) -> Iterator[Reading]:
    messages = tuple(piece.data[skip:] for piece in pieces[:MESSAGES_MAX] if piece.fault is None)
    if messages and all(messages):
        is_masked = any(piece.masked for piece in pieces)
        kind = f"{pieces[0].kind}: those count as 00" if is_masked else pieces[0].kind
        yield Reading("auto", messages, kind)


def _captured(given: bytes, skip: int) -> list[Reading]:
    """What was said to and from the ports that were spoken to most, each as one reading."""
    said: dict[int, list[tuple[float, bytes]]] = {}
    talk = streams_of(read_capture(given).packets)
    for stream in talk.streams:
        port = min(stream.source.port, stream.destination.port)
        for piece in stream.pieces:
            if len(piece.data) >= MESSAGE_SIZE_MIN + skip:
                said.setdefault(port, []).append((piece.time, piece.data[skip:]))
    ports = sorted(said, key=lambda port: -len(said[port]))[:PORTS_MAX]
    if not ports:
        seen = "; ".join(talk.notes) or "none"
        raise FormatError("TCP streams with messages", code="input-form", seen=seen)
    return [
        Reading(
            "pcap",
            tuple(data for _, data in sorted(said[port])[:MESSAGES_MAX]),
            f"a capture, port {port}",
        )
        for port in ports
    ]


def _raw(given: bytes) -> bytes:
    return given


_READERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "hex": read_hex,
    "raw": _raw,
    "base64": read_base64,
}


def _lines(given: bytes, form: str) -> list[bytes]:
    """The lines of a text that are not blank, if they are messages; bytes have no lines."""
    if form == "raw" and not _PRINTABLE.issuperset(given):
        return []
    lines = [line for line in given.splitlines() if line.strip()]
    return lines if len(lines) <= MESSAGES_MAX else []


def _whole(given: bytes, form: str) -> bytes:
    """All as one message, without the line end that a shell puts behind text."""
    return given.rstrip(b"\r\n") if form == "raw" and _PRINTABLE.issuperset(given) else given
