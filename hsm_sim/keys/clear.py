"""A key in clear, as it is for a moment inside the module alone."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from cardswitch.specs.security.keys import key_check_value, key_check_value_aes

from .attributes import Attributes

TDES: Final = "T"
AES: Final = "A"
SINGLE_LENGTH: Final = 8  # bytes


class ClearKey(Struct, frozen=True):
    """A key in clear: *algorithm* T (TDES) or A (AES); what its key block said, if it had one."""

    algorithm: str
    value: bytes
    attributes: Attributes | None = None

    @property
    def kcv(self) -> str:
        """The check value that leaves the module: 6 hexadecimal digits."""
        if self.algorithm == AES:
            return key_check_value_aes(self.value, 3).hex().upper()
        return key_check_value(self.value).hex().upper()

    def __repr__(self) -> str:
        """The algorithm alone: a key may stand in any exception."""
        return f"<key of {len(self.value)} bytes, {self.algorithm}>"
