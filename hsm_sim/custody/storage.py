"""The user storage: keys and tables under the LMK that hosts leave in the module, by index."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.hsm.errors import STORAGE_REFUSED

from .policy import CommandRefused

# A command that gives this letter and an index, K01F, means what is stored there.
STORED: Final = "K"


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
