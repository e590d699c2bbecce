r"""Bytes as programs escape them: ``b'0800\x82'``, ``"\x30\x38"``, bare ``\x30\x38``. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .piece import Piece

_LITERAL: Final = re.compile(r"""([bB][rR]?)?(?P<quote>["'])(?P<body>.*)(?P=quote)[,;]?""", re.S)
_CALL: Final = re.compile(r"(?:\w{1,40}\s*=\s*)?(?:bytes|bytearray)\((.*)\)", re.S)
_ESCAPE: Final = re.compile(
    r"\\(?:x(?P<hex>[0-9A-Fa-f]{2})|u00(?P<wide>[0-9A-Fa-f]{2})"
    r"|(?P<octal>[0-3]?[0-7]{1,2})|(?P<sign>[abfnrtv\\'\"]))"
)
_SIGNS: Final[Mapping[str, int]] = {
    "a": 7,
    "b": 8,
    "t": 9,
    "n": 10,
    "v": 11,
    "f": 12,
    "r": 13,
    **{sign: ord(sign) for sign in "\\'\""},
}
KIND: Final = "bytes with escapes"


def read_escapes(text: str) -> Piece | None:
    r"""The bytes of *text*, if it has escapes or is a bytes literal; bare ones over many lines too.

    >>> read_escapes(r"b'0800\x82 '").data, read_escapes(r"\x30\x38").data, read_escapes("0800")
    (b'0800\x82 ', b'08', None)
    """
    text = text.strip()
    call = _CALL.fullmatch(text)
    literal = _LITERAL.fullmatch(call[1].strip() if call else text)
    if literal is None:
        body = "".join(line.strip() for line in text.splitlines())
    elif literal[1] or "\\" in text:
        body = literal["body"]
    else:
        return None
    if literal is None and "\\x" not in body and "\\u00" not in body:
        return None
    data = _bytes_of(body)
    return Piece(kind=KIND, data=data, is_certain=True) if data else None


def _bytes_of(body: str) -> bytes | None:
    """What *body* stands for; None where an escape or a character is none."""
    data, at = bytearray(), 0
    while at < len(body):
        if body[at] != "\\":
            if body[at] > "\xff":
                return None
            data.append(ord(body[at]))
            at += 1
            continue
        escape = _ESCAPE.match(body, at)
        if escape is None:
            return None
        digits = escape["hex"] or escape["wide"]
        if digits:
            data.append(int(digits, 16))
        elif escape["octal"]:
            data.append(int(escape["octal"], 8))
        else:
            data.append(_SIGNS[escape["sign"]])
        at = escape.end()
    return bytes(data)
