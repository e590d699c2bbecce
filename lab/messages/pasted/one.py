"""A text that stands for one message, however it is written: all its readings. Pure."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import Final

from cardswitch.specs.errors import FormatError

from .escapes import read_escapes
from .lists import read_lists
from .masks import MASKS, read_masked
from .piece import Begins, Piece
from .plain import read_base64, read_hex

RAW: Final = "plain text"
WRAPPED: Final = "text wrapped over {} lines"
# An MTI, a bitmap and what follows, apart: so people write a message in which none has a blank.
_SPACED: Final = re.compile(r"\s*[0-9]{4}\s+[0-9A-Fa-f]{16}\s")
_HEX: Final = re.compile("[0-9A-Fa-f]*")
_DIGITS_OR_MASKS: Final = frozenset(string.hexdigits + MASKS)
_START_OF_HEX: Final = re.compile(r"[0-9A-Fa-f\s]*")
_PRINTABLE: Final = frozenset(range(0x20, 0x7F))


def readings(text: str) -> Iterator[Piece]:
    """All that *text* may be as one message, the most certain first; the last but one is *text*.

    >>> [piece.kind for piece in readings("08 00")]
    ['hex', 'plain text', 'base64']
    """
    bare = text.strip()
    are_digits = _HEX.fullmatch(bare) is not None
    if not are_digits:  # Digits alone have neither escapes nor separators.
        if escaped := read_escapes(text):
            yield escaped
        yield from read_lists(text)
        bare = "".join(text.split())
        are_digits = _DIGITS_OR_MASKS.issuperset(bare) and not bare.startswith(("0x", "0X"))
    if bare and are_digits and len(bare) % 2 == 0:
        yield read_masked(bare)
    if _SPACED.match(text):
        yield Piece(kind="text without its blanks", data=_bytes("".join(text.split())))
    yield raw(text)
    try:
        yield Piece(kind="base64", data=read_base64(_bytes(text)))
    except FormatError:
        return


def raw(text: str) -> Piece:
    """*text* as it stands, without line ends where it is printable: those of a shell, or a page."""
    lines = text.strip("\r\n").splitlines()
    joined = _bytes("".join(lines))
    if not _PRINTABLE.issuperset(joined):
        return Piece(kind=RAW, data=_bytes(text))
    return Piece(kind=WRAPPED.format(len(lines)) if len(lines) > 1 else RAW, data=joined)


def read_one(text: str, begins: Begins) -> Piece:
    """The reading of *text* that *begins* like a message; else the most certain.

    FormatError where it is hex that goes wrong further on; never the text itself.
    """
    first: Piece | None = None
    for piece in readings(text):
        if begins(piece.data):
            return piece
        first = first or piece
    if not (first and first.is_certain) and starts_as_hex(text, begins):
        read_hex(_bytes(text))  # which says where it goes wrong
    assert first is not None
    return first


def starts_as_hex(text: str, begins: Begins) -> bool:
    """Whether *text* is one line that begins like a message in hex, and is none further on."""
    text = text.strip()
    start = _START_OF_HEX.match(text)
    if start is None or start.end() == len(text) or "\n" in text:
        return False
    digits = "".join(start[0].split())
    return begins(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
