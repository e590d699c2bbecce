"""Ids and secrets by chance, from the system's secure source.

Ids begin with the second in which they were made: an index of them grows at its end, where each
that was chance alone would have another page of it written.
"""

from __future__ import annotations

import secrets
from collections import deque
from functools import lru_cache
from time import time
from typing import Final

from ..core.authentication import uuid_of
from ..core.ids import ALPHABET, ID_LENGTH, REF_LENGTH

REQUEST: Final = "req_"
SECRET_LENGTH: Final = 24
INSTANT_LENGTH: Final = 6  # Enough until the year 3700; 95 bits of chance are left.


# A byte stands for a letter or digit; those that would make some likelier than others go.
_FAIR: Final = 256 // len(ALPHABET) * len(ALPHABET)
_LETTERS: Final = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR: Final = bytes(range(_FAIR, 256))
# Chance is asked for in advance, for some hundred ids: each question lets other threads run.
_DRAWN: Final = 8_192
_PIECE: Final = 24  # as long as most of what is asked for
_pieces: Final[deque[str]] = deque()


def random_text(length: int) -> str:
    """*length* letters and digits, which nobody else is given."""
    text = _piece()
    while len(text) < length:
        text += _piece()
    return text[:length]


def _piece() -> str:
    while True:
        try:
            return _pieces.popleft()
        except IndexError:
            text = secrets.token_bytes(_DRAWN).translate(_LETTERS, _UNFAIR).decode("ascii")
            whole = range(0, len(text) - _PIECE + 1, _PIECE)
            _pieces.extend(text[start : start + _PIECE] for start in whole)


def new_ref() -> str:
    """What the ids of a new intent and of all its parts share."""
    return _instant(int(time())) + random_text(REF_LENGTH - INSTANT_LENGTH)


def new_transaction() -> str:
    """A number of 3-D Secure, by chance."""
    return uuid_of(secrets.token_hex(16))


def new_id(prefix: str) -> str:
    """An id of something that is no part of an intent."""
    return prefix + _instant(int(time())) + random_text(ID_LENGTH - INSTANT_LENGTH)


@lru_cache(maxsize=1)
def _instant(second: int) -> str:
    """*second* since the epoch, as a text that comes behind those of earlier ones."""
    text = ""
    for _ in range(INSTANT_LENGTH):
        second, digit = divmod(second, len(ALPHABET))
        text = ALPHABET[digit] + text
    return text
