"""Keys under a variant LMK: their type chooses the pair of the LMK, and the variant of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from cardswitch.specs.hsm.errors import KEY_ALGORITHM_REFUSED, KEY_SCHEME_REFUSED
from cardswitch.specs.security.lmk import LmkSet, lmk_check_value, unwrap_key, wrap_key
from cardswitch.specs.security.schemes import Scheme

from ..custody.policy import CommandRefused
from .clear import TDES, ClearKey
from .ring import Fields, LmkRing
from .uses import KeyUse

# How long a key is, in bytes, that a scheme writes.
SCHEME_LENGTHS: Final[Mapping[str, int]] = {"Z": 8, "X": 16, "Y": 24, "U": 16, "T": 24}


class VariantRing(LmkRing[LmkSet]):
    """Keys under the twenty pairs of a variant LMK, schemes U, T, X, Y and Z."""

    new_key_scheme = "U"

    def close(self, use: KeyUse, scheme: str, key: ClearKey, fields: Fields | None = None) -> str:
        """See :meth:`KeyRing.close`."""
        if key.algorithm != TDES:
            raise CommandRefused(KEY_ALGORITHM_REFUSED)
        require_scheme(scheme, key.value)
        return wrap_key(
            self.lmk,
            self._type_of(use),
            cast(Scheme, scheme),
            key.value,
            any_parity=use.any_parity,
        )

    def generate(self, use: KeyUse, scheme: str, fields: Fields | None = None) -> ClearKey:
        """See :meth:`KeyRing.generate`."""
        length = SCHEME_LENGTHS.get(scheme)
        if length is None:
            raise CommandRefused(KEY_SCHEME_REFUSED)
        return self.new_key(TDES, length)

    def check_value(self) -> str:
        """See :meth:`KeyRing.check_value`."""
        return lmk_check_value(self.lmk)

    def _open(self, use: KeyUse, text: str) -> ClearKey:
        value = unwrap_key(self.lmk, self._type_of(use), text, any_parity=use.any_parity)
        key = ClearKey(TDES, value)
        self.judge(key)
        return key

    def _type_of(self, use: KeyUse) -> str:
        """The type of keys for *use*: PCI's, if terminal keys are to be kept apart."""
        return use.pci_type if use.pci_type and self.policy.separate_terminal_keys else use.key_type


def require_scheme(scheme: str, key: bytes) -> None:
    """Raise CommandRefused (26) unless *scheme* is one for keys as long as *key*."""
    if SCHEME_LENGTHS.get(scheme) != len(key):
        raise CommandRefused(KEY_SCHEME_REFUSED)
