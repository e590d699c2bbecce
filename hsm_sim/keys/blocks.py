"""Keys under a key block LMK: each says itself what it is for, and a MAC holds it to that."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.hsm.errors import KEY_ALGORITHM_REFUSED, KEY_SCHEME_REFUSED
from cardswitch.specs.security.block_lmk import (
    SCHEME,
    VERSION,
    BlockLmk,
    block_lmk_check_value,
    unwrap_key_block,
    wrap_key_block,
)
from cardswitch.specs.security.errors import KeyBlockRefused

from ..custody.policy import CommandRefused
from .attributes import Attributes, attributes_of, block_refusal
from .clear import AES, TDES, ClearKey
from .ring import Fields, LmkRing
from .uses import KeyUse

_PADDING_MAX: Final = 48  # bytes: no key of ours needs more to hide its length


class BlockRing(LmkRing[BlockLmk]):
    """Keys under a key block LMK: S, then a key block."""

    new_key_scheme = SCHEME

    def close(self, use: KeyUse, scheme: str, key: ClearKey, fields: Fields | None = None) -> str:
        """See :meth:`KeyRing.close`."""
        if scheme != SCHEME:
            raise CommandRefused(KEY_SCHEME_REFUSED)
        header = Attributes.of_key(use, key.algorithm, key.attributes, fields).header(VERSION)
        try:
            return wrap_key_block(self.lmk, header, key.value, self.random_bytes(_PADDING_MAX))
        except KeyBlockRefused as error:
            raise block_refusal(error) from None

    def generate(self, use: KeyUse, scheme: str, fields: Fields | None = None) -> ClearKey:
        """See :meth:`KeyRing.generate`."""
        if scheme != SCHEME:
            raise CommandRefused(KEY_SCHEME_REFUSED)
        attributes = Attributes.of_use(use, fields)
        return self.new_key(attributes.algorithm, attributes.length)

    def check_value(self) -> str:
        """See :meth:`KeyRing.check_value`."""
        return block_lmk_check_value(self.lmk)

    def _open(self, use: KeyUse, text: str) -> ClearKey:
        if not text.startswith(SCHEME):
            raise CommandRefused(KEY_SCHEME_REFUSED)
        try:
            header, value = unwrap_key_block(self.lmk, text)
        except KeyBlockRefused as error:
            raise block_refusal(error) from None
        if header.algorithm not in (TDES, AES):
            raise CommandRefused(KEY_ALGORITHM_REFUSED)
        attributes = attributes_of(header, len(value))
        attributes.require(use)
        key = ClearKey(header.algorithm, value, attributes)
        self.judge(key)
        return key
