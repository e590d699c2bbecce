"""Hexadecimal digits of which some are masked: ``41 11 XX XX``, ``4111****``. Pure."""

from __future__ import annotations

import re
import string
from typing import Final

from cardswitch.specs.errors import FormatError

from .piece import Piece

MASKS: Final = "Xx*?#"  # what people write over digits that are nobody's affair
_HEX: Final = re.compile("[0-9A-Fa-f]*")
_KNOWN: Final = frozenset(string.hexdigits + MASKS)


def read_masked(text: str, kind: str = "hex", is_certain: bool = False) -> Piece:
    """The bytes of *text*, pairs of digits without blanks; of half a masked pair nothing is kept.

    >>> piece = read_masked("02XX4*")
    >>> piece.data.hex(), sorted(piece.masked)
    ('020000', [1, 2])
    """
    if len(text) % 2:
        raise FormatError(
            "pairs of hexadecimal digits", code="input-form", seen=f"{len(text)} digits"
        )
    if _HEX.fullmatch(text):
        return Piece(kind=kind, data=bytes.fromhex(text), is_certain=is_certain)
    if not _KNOWN.issuperset(text):
        at = next(at for at, character in enumerate(text) if character not in _KNOWN)
        raise FormatError("a hexadecimal digit", code="input-form", offset=at)
    data, masked = bytearray(), set[int]()
    for at in range(0, len(text), 2):
        pair = text[at : at + 2]
        if _HEX.fullmatch(pair):
            data.append(int(pair, 16))
        else:
            masked.add(len(data))
            data.append(0)
    told = f"{kind}, {len(masked)} bytes masked" if masked else kind
    return Piece(kind=told, data=bytes(data), masked=frozenset(masked), is_certain=is_certain)
