"""What a module keeps of its hosts: the user storage, and which parts of keys it saw go by.

The storage holds keys and tables under the LMK that hosts leave there, by index.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from cardswitch.specs.hsm.errors import STORAGE_REFUSED

from .policy import CommandRefused

# A command that gives this letter and an index, K01F, means what is stored there.
STORED: Final = "K"
POINTER_LENGTH: Final = 4


class UserStorage:
    """*texts* by their index, three hexadecimal digits."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def read(self, index: str) -> str:
        """The text at *index*. Raises CommandRefused (12) if there is none."""
        text = self.texts.get(index)
        if text is None:
            raise CommandRefused(STORAGE_REFUSED)
        return text

    def resolve(self, text: str) -> str:
        """*text* as a command gives it, or what is stored where it points to.

        Raises CommandRefused: 12.
        """
        return self.read(text[1:]) if text.startswith(STORED) else text


# Keys of double length: more than any zone has, in a few megabytes.
PARTS_MAX: Final = 65_536
_PART_LENGTH: Final = 8
_DIGEST_LENGTH: Final = 16


class KeyParts:
    """Parts of the keys that crossed a border in a form which does not bind them to each other.

    Whoever joins parts of two keys has a key that nobody made, half of it known, perhaps. Kept is
    of which key each part was, as digests, since the start of the program.
    """

    def __init__(self) -> None:
        self._key_of: dict[bytes, bytes] = {}

    def add(self, key: bytes) -> None:
        """Remember the parts of *key*, as far as there is room."""
        whole = _digest(key)
        for part in _parts(key):
            if len(self._key_of) < PARTS_MAX:
                self._key_of.setdefault(part, whole)

    def are_joined_in(self, key: bytes) -> bool:
        """Whether *key* has a part of another key, or may have one, since there was no room."""
        whole = _digest(key)
        known = [self._key_of.get(part) for part in _parts(key)]
        is_full = len(self._key_of) >= PARTS_MAX
        return any(other != whole for other in known if is_full or other is not None)


def _parts(key: bytes) -> list[bytes]:
    return [_digest(key[at : at + _PART_LENGTH]) for at in range(0, len(key), _PART_LENGTH)]


def _digest(value: bytes) -> bytes:
    return sha256(value).digest()[:_DIGEST_LENGTH]
