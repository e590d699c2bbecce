"""Clearing files: records behind lengths of four bytes (VBS), perhaps in blocks of 1014. Pure.

A block has 1012 bytes and two blanks of EBCDIC (40 40), the last one is filled up with such; a
length of zero ends the file. Source: how public tools for such files (cardutil) describe them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from cardswitch.specs.errors import DecodeError

BLOCK_SIZE: Final = 1014
RECORD_SIZE_MAX: Final = 0xFFFF  # bytes; a message of clearing has some 3000
_LENGTH: Final = 4  # bytes
_BLOCK_END: Final = b"\x40\x40"
_NO_FILLING: Final = re.compile(rb"[^\x00\x40]")


def begins_with_record(head: bytes, is_right: Callable[[bytes], bool]) -> bool:
    """Whether *head* is a length and behind it something that *is_right*."""
    size = int.from_bytes(head[:_LENGTH], "big")
    return len(head) > _LENGTH and 0 < size <= RECORD_SIZE_MAX and is_right(head[_LENGTH:])


def read_records(given: bytes) -> Iterator[bytes]:
    """The records of *given*, in blocks or not; DecodeError where a length or a record is none.

    So is what follows behind the length of zero, unless it is filling.

    >>> list(read_records(bytes.fromhex("00000002 0102 00000001 03 00000000")))
    [b'\\x01\\x02', b'\\x03']
    """
    data = _unblocked(given)
    at = number = 0
    while at < len(data):
        number += 1
        start = at + _LENGTH
        size = int.from_bytes(data[at:start], "big")
        if size == 0 and start <= len(data):
            _check_end(data, start)
            return
        if size > RECORD_SIZE_MAX or start + size > len(data):
            raise DecodeError(
                f"a record of at most {RECORD_SIZE_MAX} bytes that is whole",
                code="input-form",
                offset=at,
                seen=f"a length of {size}, {max(0, len(data) - start)} bytes left, record {number}",
            )
        yield data[start : start + size]
        at = start + size


def _check_end(data: bytes, end: int) -> None:
    """DecodeError if records follow behind the *end* of the file: two files put together."""
    if found := _NO_FILLING.search(data, end):
        raise DecodeError(
            "nothing but filling behind the end of the file",
            code="input-form",
            offset=found.start(),
            seen=f"{len(data) - end} bytes behind a length of zero",
            hint="were two files put together?",
        )


def _unblocked(given: bytes) -> bytes:
    """*given* without what ends its blocks, if it is made of blocks."""
    blocks = range(0, len(given), BLOCK_SIZE)
    if not given or len(given) % BLOCK_SIZE:
        return given
    if any(given[at + BLOCK_SIZE - 2 : at + BLOCK_SIZE] != _BLOCK_END for at in blocks):
        return given
    return b"".join(given[at : at + BLOCK_SIZE - 2] for at in blocks)
