"""The chain of a journal: every row has a checksum over its own values and that of the row before.

It finds accidents: a value that flipped on the disk, a row that is missing, doubled, in another
place, or put back from an older copy. It needs no key, so it does not find whoever changes a row on
purpose and computes anew all that follow; against that, and to find rows cut from the end, keep the
last checksum somewhere else.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

import msgspec

START: Final = ""  # What the first row of a journal follows.
_CHECKSUM_BYTES: Final = 16  # No two rows share one by accident.
empty: Final = blake2b(digest_size=_CHECKSUM_BYTES).copy  # Less work than to make a new one.
# Its form is fixed by a specification: no version of Python or of a library writes it differently.
encode: Final = msgspec.msgpack.Encoder().encode


def chained(previous: str, row: tuple[Any, ...]) -> str:
    """The checksum of *row*, texts and numbers, that follows the row with the checksum *previous*.

    A float is another value than the integer it equals: both are as the columns say.

    >>> first = chained(START, (1, 0.5, "approved"))
    >>> first
    '3a55e3254c2c995eda8990ab90159197'
    >>> chained(first, (2, 0.5, "approved")) != chained(START, (2, 0.5, "approved"))
    True
    """
    digest = empty()
    digest.update(encode((previous, row)))
    return digest.hexdigest()
