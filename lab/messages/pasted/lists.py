"""Bytes one by one: ``0x30, 0x38``, ``[48, 56]``, ``30:38``, ``<Buffer 30 38>``. Pure."""

from __future__ import annotations

import re
from typing import Final

from .masks import MASKS, read_masked
from .piece import Piece

_PAIR: Final = rf"(?:[0-9A-Fa-f{re.escape(MASKS)}]{{2}})"
_BUFFER: Final = re.compile(
    rf"<(?:Buffer|SlowBuffer)\s+({_PAIR}(?:\s+{_PAIR})*)(\s*\.\.\. \d+ more bytes?)?\s*>"
)
# new byte[] {…}, []byte{…}, bytes([…]), bytearray([…]), Uint8Array(12) [ … ], or the brackets.
_BRACKETS: Final = re.compile(
    r"[\w.\s]{0,40}(?:\(\d{1,9}\))?(?:\[\d{0,9}\])?[\w\s]{0,40}\(?[\[{(]([^\[\]{}()]*)[\]})]\)?;?"
)
# What stands around it in a program: comments, `unsigned char name[51] =`, and its size behind it.
_COMMENT: Final = re.compile(r"/\*[^*]{0,200}\*/|//[^\n]{0,200}")
_DECLARED: Final = re.compile(
    r"[\w\s.&:]{1,80}(?:\[\d{0,9}\][\w\s]{0,40})?=([^=]*?)"
    r"(?:;\s*(?:unsigned|const|static|size_t|int)[\w\s]{0,60}=\s*\d{1,9};?\s*)?",
)
_CAST: Final = re.compile(r"\(\s*(?:unsigned\s+char|byte|sbyte|char|uint8_t|u8)\s*\)")
_ONE_HEX: Final = re.compile(rf"0[xX]{_PAIR}|0[xX][0-9A-Fa-f]|{_PAIR}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,3}")
_JOINED: Final = re.compile(rf"{_PAIR}(?:([:\-]){_PAIR})(?:\1{_PAIR})*")
_WHOLE: Final = re.compile(rf"(?:0[xX]|[xXhH](?=['\"]))(['\"]?)({_PAIR}+)\1")
ITEMS_MIN: Final = 2


def read_lists(text: str) -> list[Piece]:
    """The readings of *text* as a list of bytes: none, one, or hexadecimal and decimal.

    >>> [piece.data for piece in read_lists("[48, 56, 48, 48, -126]")]
    [b'0800\\x82']
    >>> [piece.data for piece in read_lists("[30, 38, 08]")], read_lists("0800")
    ([b'08\\x08'], [])
    """
    text = text.strip()
    if found := _BUFFER.fullmatch(text):
        kind = "a Buffer of Node.js" + (", cut where it was printed" if found[2] else "")
        return [read_masked("".join(found[1].split()), kind, is_certain=True)]
    bare = "".join(text.split())
    if bare.lower().count("0x") < 2 and (found := _WHOLE.fullmatch(bare)):
        return [read_masked(found[2], "hex behind 0x" if bare[0] == "0" else "hex in quotes", True)]
    if found := _JOINED.fullmatch(bare):
        name = {":": "colons", "-": "hyphens"}[found[1]]
        return [read_masked(bare.replace(found[1], ""), f"hex with {name}", is_certain=True)]
    return _numbers(text)


def _numbers(text: str) -> list[Piece]:
    """The readings of numbers between commas, or in brackets."""
    text = _CAST.sub("", _COMMENT.sub(" ", text)).strip()
    declared = _DECLARED.fullmatch(text)
    brackets = _BRACKETS.fullmatch(declared[1].strip() if declared else text)
    body = brackets[1] if brackets else text
    words = [word for word in re.split(r"[\s,;]+", body) if word]
    has_mark = bool(brackets) or "," in body or all(word[:2] in ("0x", "0X") for word in words)
    if not has_mark or len(words) < ITEMS_MIN:
        return []
    pieces = []
    if all(map(_ONE_HEX.fullmatch, words)) and not _must_be_decimal(words):
        digits = (word[2:] if word[:2] in ("0x", "0X") else word for word in words)
        joined = "".join(word.rjust(2, "0") for word in digits)
        pieces.append(read_masked(joined, "a list of bytes in hex", is_certain=True))
    if all(map(_DECIMAL.fullmatch, words)) and not _must_be_hex(words):
        values = [int(word) for word in words]
        if min(values) >= -128 and max(values) <= 255:
            data = bytes(value & 0xFF for value in values)
            pieces.append(Piece(kind="a list of bytes in decimal", data=data, is_certain=True))
    return pieces


def _must_be_decimal(words: list[str]) -> bool:
    """Whether a number has one digit, or three: hexadecimal ones have two, or 0x in front."""
    return any(len(word) != 2 and word[:2] not in ("0x", "0X") for word in words)


def _must_be_hex(words: list[str]) -> bool:
    """Whether a number has a zero in front, which nobody writes in decimal."""
    return any(len(word) > 1 and word[0] == "0" for word in words)
