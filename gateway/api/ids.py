"""Ids and secrets by chance, from the system's secure source."""

from __future__ import annotations

import secrets
from typing import Final

from ..core.ids import ALPHABET, REF_LENGTH

REQUEST: Final = "req_"
ID_LENGTH: Final = 24  # of ids that are of no intent
SECRET_LENGTH: Final = 24


def random_text(length: int) -> str:
    """*length* letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_ref() -> str:
    """What the ids of a new intent and of all its parts share."""
    return random_text(REF_LENGTH)


def new_id(prefix: str) -> str:
    """An id of something that is no part of an intent."""
    return prefix + random_text(ID_LENGTH)
