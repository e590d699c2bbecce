"""Bytes as text, if they are any: UTF-8 or UTF-16, with what pages and shells leave in it. Pure."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from typing import Final

from cardswitch.specs.errors import FormatError

from .lines import LINE_SIZE_MAX

_CONTROLS: Final = frozenset(map(chr, range(0x20))) - set("\t\r\n\f") | {"\x7f"}
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Blanks and marks that stand in pages and are no part of any message.
_OF_PAGES: Final = {0xA0: " ", 0x2007: " ", 0x202F: " ", 0x200B: None, 0x2060: None, 0xFEFF: None}


def text_of(given: bytes, is_all: bool = True) -> str | None:
    """*given* as text, None where it is none: then a byte 0A of a message ends no line.

    What is not all of it may end amid a character.

    >>> text_of(b"0800 \\xc2\\xa0"), text_of(b"\\x08\\x00\\x0a"), text_of(b"\\xff\\xfe0\\x008\\x00")
    ('0800  ', None, '08')
    """
    try:
        text = given.decode("utf-16" if given.startswith(_UTF_16) else "utf-8")
    except UnicodeDecodeError as error:
        if is_all or len(given) - error.start > 3:
            return None
        text = given[: error.start].decode("utf-8", "ignore")
    if not _CONTROLS.isdisjoint(text):
        return None
    return text.translate(_OF_PAGES)


def lines_of(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of a text in *chunks*, without their ends; FormatError for one that never ends.

    >>> list(lines_of([b"08\\r", b"\\n00\\r82"]))
    ['08', '00', '82']
    """
    rest = ""
    for text in _decoded(chunks):
        *lines, rest = (rest + text).split("\n")
        yield from lines
        if len(rest) > LINE_SIZE_MAX:
            raise FormatError(f"lines of at most {LINE_SIZE_MAX} characters", code="input-size")
    if rest:
        yield rest


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    """The text in *chunks*; all ends of lines, of whatever system, are line feeds."""
    decoder: io.IncrementalNewlineDecoder | None = None
    for chunk in chunks:
        if decoder is None:
            name, errors = "utf-8", "surrogateescape"
            if chunk.startswith(_UTF_16):
                name, errors = "utf-16", "replace"
            inner = codecs.getincrementaldecoder(name)(errors)
            decoder = io.IncrementalNewlineDecoder(inner, translate=True)
        yield decoder.decode(chunk).translate(_OF_PAGES)
    if decoder is not None:
        yield decoder.decode(b"", final=True).translate(_OF_PAGES)
