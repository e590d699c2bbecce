"""Ids and secrets by chance, from the system's secure source."""

from __future__ import annotations

import secrets
from typing import Final
from uuid import uuid4

from ..core.ids import ALPHABET, REF_LENGTH

REQUEST: Final = "req_"
ID_LENGTH: Final = 24  # of ids that are of no intent
SECRET_LENGTH: Final = 24


# A byte stands for a letter or digit; those that would make some likelier than others go.
_FAIR: Final = 256 // len(ALPHABET) * len(ALPHABET)
_LETTERS: Final = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR: Final = bytes(range(_FAIR, 256))


def random_text(length: int) -> str:
    """*length* letters and digits, out of one question to the system: each lets others run."""
    text = ""
    while len(text) < length:
        text += secrets.token_bytes(2 * length).translate(_LETTERS, _UNFAIR).decode("ascii")
    return text[:length]


def new_ref() -> str:
    """What the ids of a new intent and of all its parts share."""
    return random_text(REF_LENGTH)


def new_transaction() -> str:
    """A number of 3-D Secure: a UUID by chance."""
    return str(uuid4())


def new_id(prefix: str) -> str:
    """An id of something that is no part of an intent."""
    return prefix + random_text(ID_LENGTH)
