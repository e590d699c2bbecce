"""A local master key of AES: keys under it are key blocks (X9.143, version D), ``S`` in front.

What vendors put behind their S is not public; this is our own choice, and says so. A key block
carries what its key may be used for, and a MAC over that: no variant, no parity, no guessing.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from .aes import encrypt_aes_ecb
from .cmac import generate_cmac_aes
from .errors import KeyBlockRefused, KeyRefused
from .tr31 import HIDDEN_LENGTHS, padding_length_tr31, unwrap_key_tr31, wrap_key_tr31
from .tr31_header import KeyBlockHeader

KEY_LENGTH: Final = 32
VERSION: Final = "D"
SCHEME: Final = "S"
_PIN_LABEL: Final = b"cardswitch: PIN under LMK"


class BlockLmk(Struct, frozen=True, gc=False):
    """A *key* of AES-256; *is_test* says that everyone knows it."""

    key: bytes
    is_test: bool

    def __post_init__(self) -> None:
        if len(self.key) != KEY_LENGTH:
            raise KeyRefused("length", f"expected an LMK of {KEY_LENGTH} bytes")

    @property
    def pin_secret(self) -> bytes:
        """What PINs under this LMK are encrypted with."""
        return generate_cmac_aes(self.key, _PIN_LABEL)

    def __repr__(self) -> str:
        """The status alone: an LMK may stand in any log or exception."""
        return f"<BlockLmk {'test' if self.is_test else 'live'}>"


# Ours, and as public as the published test LMK of variants.
TEST_BLOCK_LMK: Final = BlockLmk(
    bytes.fromhex("4361726473776974636820746573742E" * 2), is_test=True
)


def wrap_key_block(lmk: BlockLmk, header: KeyBlockHeader, key: bytes, random: bytes) -> str:
    """*key* under *lmk* as ``S`` and a key block; *random* is for padding, 48 bytes suffice.

    The block hides how long the key is. Raises KeyRefused, KeyBlockRefused.
    """
    if header.version != VERSION:
        raise KeyBlockRefused("version", f"expected version {VERSION}", 0)
    length = padding_length_tr31(VERSION, len(key), HIDDEN_LENGTHS.get(header.algorithm, 0))
    return SCHEME + wrap_key_tr31(lmk.key, header, key, random[:length])


def unwrap_key_block(lmk: BlockLmk, text: str) -> tuple[KeyBlockHeader, bytes]:
    """The header and the key of *text*; undoes :func:`wrap_key_block`.

    Raises KeyRefused (``scheme``: no S in front) and KeyBlockRefused (``mac``: not this LMK, or
    changed; ``version`` and what :func:`~cardswitch.specs.security.tr31.unwrap_key_tr31` says).

    >>> header = KeyBlockHeader(version="D", usage="P0", algorithm="T", mode_of_use="B")
    >>> key = bytes.fromhex("0123456789ABCDEF" * 2)
    >>> text = wrap_key_block(TEST_BLOCK_LMK, header, key, bytes(48))
    >>> text[:17], unwrap_key_block(TEST_BLOCK_LMK, text)[1].hex()[:16]
    ('SD0112P0TB00N0000', '0123456789abcdef')
    """
    if not text.startswith(SCHEME):
        raise KeyRefused("scheme", "expected S and a key block")
    if text[1:2] != VERSION:
        raise KeyBlockRefused("version", f"expected version {VERSION}", 1)
    return unwrap_key_tr31(lmk.key, text[1:])


def block_lmk_check_value(lmk: BlockLmk) -> str:
    """16 hexadecimal digits that tell LMKs apart: zeros encrypted, the left half.

    >>> len(block_lmk_check_value(TEST_BLOCK_LMK))
    16
    """
    return encrypt_aes_ecb(lmk.key, bytes(16))[:8].hex().upper()
