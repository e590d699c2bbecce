"""What is left of a module that was tampered with: it answers, but its LMKs are gone."""

from __future__ import annotations

from typing import Any, NoReturn

from cardswitch.specs.hsm.errors import LMK_UNKNOWN, SOURCE_KEY_REFUSED

from ..custody.policy import CommandRefused
from .clear import ClearKey
from .ring import Fields, KeyRing
from .uses import KeyUse


class ErasedRing(KeyRing):
    """A ring without its LMK: whatever needs one is refused with 13, all else is done as ever."""

    new_key_scheme = ""

    def open_any(self, use: KeyUse, text: str, refused: str = SOURCE_KEY_REFUSED) -> ClearKey:
        """See :meth:`KeyRing.open_any`."""
        raise CommandRefused(LMK_UNKNOWN)

    def close(self, use: KeyUse, scheme: str, key: ClearKey, fields: Fields | None = None) -> str:
        """See :meth:`KeyRing.close`."""
        raise CommandRefused(LMK_UNKNOWN)

    def generate(self, use: KeyUse, scheme: str, fields: Fields | None = None) -> ClearKey:
        """See :meth:`KeyRing.generate`."""
        raise CommandRefused(LMK_UNKNOWN)

    def under_old_lmk(self) -> KeyRing:
        """See :meth:`KeyRing.under_old_lmk`."""
        raise CommandRefused(LMK_UNKNOWN)

    def check_value(self) -> str:
        """See :meth:`KeyRing.check_value`."""
        raise CommandRefused(LMK_UNKNOWN)

    def __getattr__(self, name: str) -> NoReturn:
        """The LMK, which PINs are kept under, and is not there."""
        if name == "lmk":
            raise CommandRefused(LMK_UNKNOWN)
        raise AttributeError(name)

    def _open(self, use: KeyUse, text: str) -> Any:
        raise CommandRefused(LMK_UNKNOWN)
