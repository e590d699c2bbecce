"""INPUT of `spec doctor`: one message, or one a line; in hex, in base64, or raw bytes.

Pure. Where the MTI is, is not known yet: *auto* gives every possible reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from cardswitch.specs.doctor.diagnose import MESSAGES_MAX
from cardswitch.specs.errors import FormatError

from ..messages.pasted import INPUT_SIZE_MAX, read_base64, read_hex

_PRINTABLE: Final = frozenset(range(0x20, 0x7F)) | frozenset(b"\r\n")


class Reading(Struct, frozen=True):
    """*given* as *messages*, if it is written in *form*."""

    form: str
    messages: tuple[bytes, ...]


def read_messages(given: bytes, form: str, skip: int = 0) -> list[Reading]:
    """The readings of *given* in *form*, without the first *skip* bytes of each message.

    One message a line comes before one message in many lines. FormatError if there is none.

    >>> [reading.form for reading in read_messages(b"0800 00", "auto")]
    ['hex', 'raw']
    >>> read_messages(b"08 00\\n08 10\\n", "hex")[0].messages
    (b'\\x08\\x00', b'\\x08\\x10')
    """
    if len(given) > INPUT_SIZE_MAX:
        raise FormatError(f"at most {INPUT_SIZE_MAX} bytes of input", code="input-size")
    forms = list(_READERS) if form == "auto" else [form]
    found: dict[Reading, None] = {}
    fault: FormatError | None = None
    for name in forms:
        for pieces in _lines(given, name), [_whole(given, name)]:
            try:
                messages = tuple(_READERS[name](piece)[skip:] for piece in pieces)
            except FormatError as error:
                fault = fault or error
                continue
            if messages and all(messages):
                found[Reading(name, messages)] = None
    if not found:
        raise fault or FormatError(
            f"a message of more than {skip} bytes", code="input-size", seen=f"{len(given)} bytes"
        )
    return list(found)


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
