"""The header of a key block (TR-31:2018, X9.143): what a key is for, in 16 characters and blocks.

The header is not encrypted but authenticated: read it before its key block is unwrapped, trust it
only afterwards.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from .digits import is_digits
from .errors import KeyBlockRefused
from .tr31_blocks import (
    UPPER_ALPHANUMERIC,
    OptionalBlock,
    pad_blocks_tr31,
    read_blocks_tr31,
    require_blocks_tr31,
    write_blocks_tr31,
)

HEADER_LENGTH: Final = 16
KEY_BLOCK_LENGTH_MAX: Final = 9999  # four digits
LENGTH_OFFSET: Final = 1
COUNT_OFFSET: Final = 12
# The block of the cipher in bytes; the blocks of a header are padded to as many characters. E has a
# counter: it fills nothing.
CIPHER_BLOCKS: Final = {"A": 8, "B": 8, "C": 8, "D": 16, "E": 1}
_EXPORTABILITIES: Final = "ENS"
_CONTEXTS: Final = "012"


class KeyBlockHeader(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a key besides its value.

    *version* is A, B, C (TDES), D, E (AES); *usage* two characters, such as P0 for PIN encryption;
    *algorithm* T (TDES), A (AES), D, H, R, E, S; *mode_of_use* such as E, D, B (both), G, V, C, N,
    X; *key_version* two characters, 00 for none, ``c`` in front for a component; *exportability* E
    (under trusted keys), N (not) or S (under any); *context* 0, or 1 for storage, 2 for exchange.
    Raises KeyBlockRefused: ``version``, ``header``, ``block``, with the place in the key block.
    """

    version: str
    usage: str
    algorithm: str
    mode_of_use: str
    key_version: str = "00"
    exportability: str = "N"
    context: str = "0"
    blocks: tuple[OptionalBlock, ...] = ()

    def __post_init__(self) -> None:
        if self.version not in CIPHER_BLOCKS:
            raise KeyBlockRefused("version", "expected version A, B, C, D or E", 0)
        # The one small letter of a header marks the component of a key.
        version = self.key_version
        version = "C" + version[1:] if version.startswith("c") else version
        _require(5, 2, self.usage, "a key usage", UPPER_ALPHANUMERIC)
        _require(7, 1, self.algorithm, "an algorithm", UPPER_ALPHANUMERIC)
        _require(8, 1, self.mode_of_use, "a mode of use", UPPER_ALPHANUMERIC)
        _require(9, 2, version, "a key version", UPPER_ALPHANUMERIC)
        _require(11, 1, self.exportability, "an exportability", _EXPORTABILITIES)
        _require(14, 1, self.context, "a key context", _CONTEXTS)
        require_blocks_tr31(self.blocks)


def read_header_tr31(text: str) -> tuple[KeyBlockHeader, int]:
    """The header at the beginning of *text*, a key block, and where it ends.

    The length that it gives is checked against *text*, the MAC is not: nothing of this is to be
    trusted yet. Raises KeyBlockRefused: ``version``, ``length``, ``header``, ``block``.

    >>> header, end = read_header_tr31(
    ...     "A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701"
    ... )
    >>> header.usage, header.algorithm, header.mode_of_use, header.exportability, end
    ('P0', 'T', 'E', 'E', 16)
    """
    if len(text) < HEADER_LENGTH:
        raise KeyBlockRefused("length", f"expected a key block, seen {len(text)} characters")
    if text[0] not in CIPHER_BLOCKS:
        raise KeyBlockRefused("version", "expected version A, B, C, D or E", 0)
    _require_length(text)
    count = text[COUNT_OFFSET : COUNT_OFFSET + 2]
    _require(COUNT_OFFSET, 2, count, "a count of optional blocks", "0123456789")
    _require(15, 1, text[15], "a reserved 0", "0")
    blocks, end = read_blocks_tr31(text, HEADER_LENGTH, int(count))
    if end % CIPHER_BLOCKS[text[0]]:
        raise KeyBlockRefused("block", "expected optional blocks padded by PB", HEADER_LENGTH)
    header = KeyBlockHeader(
        version=text[0],
        usage=text[5:7],
        algorithm=text[7],
        mode_of_use=text[8],
        key_version=text[9:11],
        exportability=text[11],
        context=text[14],
        blocks=blocks,
    )
    return header, end


def write_header_tr31(header: KeyBlockHeader, payload_length: int) -> str:
    """The text of *header* before a payload and MAC of *payload_length* characters together.

    Optional blocks are padded where they need it. Raises KeyBlockRefused: ``length``, ``block``.

    >>> header = KeyBlockHeader(version="B", usage="P0", algorithm="T", mode_of_use="E")
    >>> write_header_tr31(header, 64)
    'B0080P0TE00N0000'
    """
    blocks = pad_blocks_tr31(header.blocks, CIPHER_BLOCKS[header.version])
    require_blocks_tr31(blocks)
    optional = write_blocks_tr31(blocks)
    length = HEADER_LENGTH + len(optional) + payload_length
    if length > KEY_BLOCK_LENGTH_MAX:
        raise KeyBlockRefused("length", f"expected 9999 characters at most, seen {length}")
    return (
        f"{header.version}{length:04}{header.usage}{header.algorithm}{header.mode_of_use}"
        f"{header.key_version}{header.exportability}{len(blocks):02}{header.context}0{optional}"
    )


def _require_length(text: str) -> None:
    digits = text[LENGTH_OFFSET : LENGTH_OFFSET + 4]
    if not is_digits(digits, 4):
        raise KeyBlockRefused("length", "expected a length of four digits", LENGTH_OFFSET)
    if int(digits) != len(text):
        seen = f"expected a length of {len(text)}, which the key block has, seen {int(digits)}"
        raise KeyBlockRefused("length", seen, LENGTH_OFFSET)
    if len(text) % CIPHER_BLOCKS[text[0]]:
        raise KeyBlockRefused("length", "expected whole blocks of the cipher", LENGTH_OFFSET)


def _require(offset: int, size: int, value: str, name: str, allowed: str) -> None:
    if len(value) != size or value.strip(allowed):
        shown = allowed if len(allowed) < 10 else "0-9 and A-Z"
        raise KeyBlockRefused("header", f"expected {name}: {size} of {shown}", offset)
