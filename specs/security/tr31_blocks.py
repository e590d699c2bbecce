"""Optional blocks of a key block header (X9.143): read and written without loss, as text.

A block is its id, its length and its data. Up to 255 characters the length is two hexadecimal
digits; beyond, ``00``, ``04`` (as many digits of length follow) and four. Some write ``02`` there,
counting bytes: that is read as well. Blocks that do not fill whole
blocks of the cipher are followed by one that pads, PB.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from .digits import DIGITS, hex_bytes
from .errors import KeyBlockRefused

UPPER_ALPHANUMERIC: Final = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PADDING_BLOCK: Final = "PB"
BLOCKS_MAX: Final = 99  # their count is two digits
SHORT_BLOCK_MAX: Final = 255
LONG_BLOCK_MAX: Final = 0xFFFF
_SHORT_HEAD: Final = 4
_LONG_HEAD: Final = 10
# X9.143:2021, samples 8.5 and 8.6, count digits; others counted bytes.
_LENGTHS_OF_LENGTH: Final = (4, 2)


class OptionalBlock(Struct, frozen=True, gc=False):
    """One optional block: *id* is two of 0-9 and A-Z, *data* printable ASCII.

    What the data means is the reader's matter: KS is a KSN, KP and KC check values, IK an initial
    key id, TS a time, HM a hash, CT a certificate, LB a label, KV a version of its own; ids of
    digits are free to use. Raises KeyBlockRefused (``block``).
    """

    id: str
    data: str

    def __post_init__(self) -> None:
        _require_id(self.id)
        _require_data(self.id, self.data)


def read_blocks_tr31(text: str, offset: int, count: int) -> tuple[tuple[OptionalBlock, ...], int]:
    """*count* blocks of *text* from *offset* on, and where they end.

    Raises KeyBlockRefused (``block``), with the place.

    >>> read_blocks_tr31("KS18FFFF9876543210E00001..", 0, 1)
    ((OptionalBlock(id='KS', data='FFFF9876543210E00001'),), 24)
    """
    blocks = []
    for _ in range(count):
        block, offset = _read_block(text, offset)
        blocks.append(block)
    return tuple(blocks), offset


def write_blocks_tr31(blocks: Sequence[OptionalBlock]) -> str:
    """The text of *blocks*, in their order. Raises KeyBlockRefused (``block``: data too long).

    >>> write_blocks_tr31([OptionalBlock("KS", "FFFF9876543210E00001")])
    'KS18FFFF9876543210E00001'
    """
    return "".join(map(_write_block, blocks))


def pad_blocks_tr31(blocks: tuple[OptionalBlock, ...], multiple: int) -> tuple[OptionalBlock, ...]:
    """*blocks*, so that their text is a multiple of *multiple* (8 or 16) characters long.

    Where it is, they stay as they are; else the last becomes a PB of zeros that fills.
    Raises KeyBlockRefused (``block``).

    >>> pad_blocks_tr31((OptionalBlock("KV", "0001"),), 16)[-1]
    OptionalBlock(id='PB', data='0000')
    """
    others = tuple(block for block in blocks if block.id != PADDING_BLOCK)
    for fitting in (blocks, others):
        if len(write_blocks_tr31(fitting)) % multiple == 0:
            return fitting
    missing = -(len(write_blocks_tr31(others)) + _SHORT_HEAD) % multiple
    return (*others, OptionalBlock(PADDING_BLOCK, "0" * missing))


def require_blocks_tr31(blocks: Sequence[OptionalBlock]) -> None:
    """Raise KeyBlockRefused (``block``): too many, one that comes twice, a PB that is not last."""
    if len(blocks) > BLOCKS_MAX:
        raise KeyBlockRefused("block", f"expected 99 optional blocks at most, seen {len(blocks)}")
    ids = [block.id for block in blocks]
    for place, name in enumerate(ids):
        if name in ids[:place]:
            raise KeyBlockRefused("block", f"expected optional block {name} once")
    if PADDING_BLOCK in ids[:-1]:
        raise KeyBlockRefused("block", "expected the padding block PB behind all others")


def _read_block(text: str, offset: int) -> tuple[OptionalBlock, int]:
    name = text[offset : offset + 2]
    _require_id(name, offset)
    length, head = _read_length(text, offset + 2)
    if length < head or offset + length > len(text):
        raise _refused("a length that ends within the key block", offset + 2)
    data = text[offset + head : offset + length]
    _require_data(name, data, offset)
    return OptionalBlock(name, data), offset + length


def _read_length(text: str, offset: int) -> tuple[int, int]:
    """The length of a block, its head included, and that of the head."""
    length = _read_number(text, offset, 2)
    if length:
        return length, _SHORT_HEAD
    if _read_number(text, offset + 2, 2) not in _LENGTHS_OF_LENGTH:
        raise _refused("a length of 04 digits behind 00", offset + 2)
    return _read_number(text, offset + 4, 4), _LONG_HEAD


def _read_number(text: str, offset: int, size: int) -> int:
    digits = hex_bytes(text[offset : offset + size])
    if digits is None or 2 * len(digits) != size:
        raise _refused(f"{size} hexadecimal digits of length", offset)
    return int.from_bytes(digits, "big")


def _write_block(block: OptionalBlock) -> str:
    length = len(block.data) + _SHORT_HEAD
    if length <= SHORT_BLOCK_MAX:
        return f"{block.id}{length:02X}{block.data}"
    length = len(block.data) + _LONG_HEAD
    if length > LONG_BLOCK_MAX:
        raise _refused(f"no more data than a key block holds in {block.id}, seen {length}")
    return f"{block.id}0004{length:04X}{block.data}"


def _require_id(name: str, offset: int | None = None) -> None:
    if len(name) != 2 or name.strip(UPPER_ALPHANUMERIC):
        raise _refused("an optional block id of two of 0-9 and A-Z", offset)


def _require_data(name: str, data: str, offset: int | None = None) -> None:
    if not (data.isascii() and data.isprintable()):
        raise _refused(f"printable ASCII in optional block {name}", offset)


def _refused(expected: str, offset: int | None = None) -> KeyBlockRefused:
    return KeyBlockRefused("block", f"expected {expected}", offset)
