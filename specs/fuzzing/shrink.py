"""Shrinking: the least of an input that still shows the same fault, found greedily."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

TRIES_MAX: Final = 2000  # calls of the check: some seconds at most
_PLAIN_BYTES: Final = b"0\x00"  # what a byte is replaced with, if any will do


def shrink(data: bytes, is_same: Callable[[bytes], bool], tries_max: int = TRIES_MAX) -> bytes:
    """*data* with all left out that *is_same* can do without, and what is left made plain.

    Ever smaller pieces are taken away, then bytes are replaced by the digit 0 or by zero. The
    answer is never longer than *data*, and *is_same* of it unless it is *data* itself.

    >>> shrink(b"0200 and a + somewhere", lambda data: b"+" in data)
    b'+'
    """
    tries = iter(range(tries_max))

    def passes(candidate: bytes) -> bool:
        return next(tries, None) is not None and is_same(candidate)

    size = len(data)
    while size := size // 2:
        at = 0
        while at < len(data):
            less = data[:at] + data[at + size :]
            if passes(less):
                data = less
            else:
                at += size
    for at in range(len(data)):
        for byte in _PLAIN_BYTES:
            plainer = data[:at] + bytes([byte]) + data[at + 1 :]
            if data[at] not in _PLAIN_BYTES and passes(plainer):
                data = plainer
    return data
