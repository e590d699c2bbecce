"""The point of service in words, bit by bit: field 22 of the edition of 2003."""

from __future__ import annotations

import tomllib
from binascii import unhexlify
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..grammar.encodings import HEX_DIGITS
from .chip_words import RESERVED, Word

_BITS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    (Path(__file__).parents[1] / "tables" / "service_bits.toml").read_text("utf-8")
)
_SIZE: Final = 4  # bytes of each part


def service_words(path: str, value: str) -> list[Word]:
    """What *value*, eight hexadecimal digits, of the part at *path* says; nothing of another one.

    >>> [word.text for word in service_words("22.1", "20080000")]
    ['chip', 'chip tried and failed']
    """
    table = _BITS.get(path)
    if table is None or len(value) != 2 * _SIZE or not HEX_DIGITS.issuperset(value):
        return []
    octets = unhexlify(value)
    numbers = (n for n in range(1, 8 * _SIZE + 1) if octets[(n - 1) // 8] >> (n - 1) % 8 & 1)
    return [Word(f"bit {n}", table.get(str(n), RESERVED)) for n in numbers]
