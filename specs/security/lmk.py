"""Local master keys: the twenty key pairs of an HSM, and what leaves it under them.

A key type such as ``001`` is a variant digit and the code of a pair; the variant changes the first
byte of the pair, the scheme then changes it for each part. So a key presented as another type, or
with its parts swapped, decrypts to noise, and its parity tells. A PIN under an LMK is our own
construction, since the vendors' is not public.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from hmac import digest
from typing import Final, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec import Struct

from .digits import hex_bytes, is_digits
from .errors import KeyRefused, PinRefused
from .keys import has_odd_parity
from .pins import require_account, require_pin
from .schemes import Scheme, decrypt_parts, read_scheme, wrapping_keys, write_key
from .tdes import BLOCK_LENGTH, encrypt_tdes_ecb

PAIR_COUNT: Final = 20
PAIR_LENGTH: Final = 16
PIN_PAIR: Final = 1  # 02-03: the pair that protects PINs
# Mixed into the first byte of a pair: one for each variant digit of a key type, 0 to 9.
KEY_TYPE_VARIANTS: Final = b"\x00\xa6\x5a\x6a\xde\x2b\x50\x74\x9c\xfa"
# Pair code of a key type -> index of its pair: 00 is 04-05, 01 06-07, then 02 14-15 to 0E 38-39.
PAIR_OF_CODE: Final = {f"{n:02X}": n + 2 if n < 2 else n + 5 for n in range(15)}
# (LMK, key type, scheme) whose wrapping keys are kept: thirty types, a few schemes, a few LMKs.
WRAPPING_KEYS_MAX: Final = 512
# LMKs whose PIN cipher is kept: more than one process ever loads.
PIN_CIPHERS_MAX: Final = 8
_PIN_LABEL: Final = b"cardswitch: PIN under LMK"
_SEALED_LETTER: Final = "J"
_SEALED_LENGTH: Final = 33


class LmkSet(Struct, frozen=True, gc=False):
    """Twenty *pairs* of 16 bytes, 00-01 to 38-39; *is_test* says that everyone knows them."""

    pairs: tuple[bytes, ...]
    is_test: bool

    def __post_init__(self) -> None:
        if len(self.pairs) != PAIR_COUNT:
            raise KeyRefused("length", f"expected 20 key pairs, seen {len(self.pairs)}")
        if any(len(pair) != PAIR_LENGTH for pair in self.pairs):
            raise KeyRefused("length", "expected key pairs of 16 bytes each")

    @property
    def pin_secret(self) -> bytes:
        """What PINs under this LMK are encrypted with."""
        return digest(self.pairs[PIN_PAIR], _PIN_LABEL, "sha256")

    def __repr__(self) -> str:
        """The status alone: an LMK may stand in any log or exception."""
        return f"<LmkSet {'test' if self.is_test else 'live'}>"


class PinKeeper(Hashable, Protocol):
    """An LMK of any kind, as far as PINs go."""

    @property
    def pin_secret(self) -> bytes:
        """A key of AES."""
        ...


_TEST_KEYS: Final = bytes.fromhex(
    """
    01010101010101017902CD1FD36EF8BA 20202020202020203131313131313131
    40404040404040405151515151515151 61616161616161617070707070707070
    80808080808080809191919191919191 A1A1A1A1A1A1A1A1B0B0B0B0B0B0B0B0
    C1C1010101010101D0D0010101010101 E0E0010101010101F1F1010101010101
    1C587F1C13924FEF0101010101010101 01010101010101010101010101010101
    02020202020202020404040404040404 07070707070707071010101010101010
    13131313131313131515151515151515 16161616161616161919191919191919
    1A1A1A1A1A1A1A1A1C1C1C1C1C1C1C1C 23232323232323232525252525252525
    26262626262626262929292929292929 2A2A2A2A2A2A2A2A2C2C2C2C2C2C2C2C
    2F2F2F2F2F2F2F2F3131313131313131 01010101010101010101010101010101
    """
)
# The published test keys. Many of their halves are weak keys: exempt by their status.
TEST_LMK: Final = LmkSet(
    pairs=tuple(_TEST_KEYS[n : n + PAIR_LENGTH] for n in range(0, len(_TEST_KEYS), PAIR_LENGTH)),
    is_test=True,
)


def wrap_key(
    lmk: LmkSet, key_type: str, scheme: Scheme, key: bytes, *, any_parity: bool = False
) -> str:
    """*key* under *lmk* as *key_type*: the scheme letter (none for Z) and upper-case hexadecimal.

    *any_parity* is for keys whose every bit counts, such as initial keys of DUKPT.
    Raises KeyRefused: ``type``, ``scheme``, ``length`` (of *key* for *scheme*), ``parity``.
    Known answer of jPOS JCESecurityModuleTest:

    >>> wrap_key(TEST_LMK, "001", "U", bytes.fromhex("1334577913345779" * 2))
    'U34E2FC8EAD7CD07BFA2B7ED5FE4D8212'
    """
    if not (any_parity or has_odd_parity(key)):
        raise KeyRefused("parity", "expected a key of odd parity (adjust_parity gives it)")
    return write_key(scheme, wrapping_keys_lmk(lmk, key_type, scheme), key)


def unwrap_key(lmk: LmkSet, key_type: str, text: str, *, any_parity: bool = False) -> bytes:
    """The key that *text* holds under *lmk* as *key_type*; undoes :func:`wrap_key`.

    32 digits without a letter are read as two single-length halves. Raises KeyRefused: ``type``,
    ``scheme`` (letter or hexadecimal), ``length``, ``parity`` (not this LMK or not this type).

    >>> unwrap_key(TEST_LMK, "002", "141E1DA3D2D7F3F4").hex()
    '1334577913345779'
    """
    scheme, body = read_scheme(text)
    key = decrypt_parts(wrapping_keys_lmk(lmk, key_type, scheme), body)
    if not (any_parity or has_odd_parity(key)):
        raise KeyRefused("parity", f"expected a key of type {key_type} under this LMK: bad parity")
    return key


def wrap_key_under_key(zmk: bytes, scheme: Scheme, key: bytes) -> str:
    """*key* under a zone key: the schemes are those of the LMK, without a key type's variant.

    U and T need a *zmk* of 16 or 24 bytes. Raises KeyRefused: ``scheme``, ``length``.

    >>> wrap_key_under_key(bytes(range(16)), "Z", bytes.fromhex("0123456789ABCDEF"))
    '7B5A7A79A83E7494'
    """
    return write_key(scheme, wrapping_keys(zmk, scheme), key)


def unwrap_key_under_key(zmk: bytes, text: str) -> bytes:
    """The key that *text* holds under *zmk*; undoes :func:`wrap_key_under_key`.

    Parity is the caller's to judge: who imports a key may warn and force it.
    Raises KeyRefused: ``scheme``, ``length``.

    >>> unwrap_key_under_key(bytes(range(16)), "7B5A7A79A83E7494").hex().upper()
    '0123456789ABCDEF'
    """
    scheme, body = read_scheme(text)
    return decrypt_parts(wrapping_keys(zmk, scheme), body)


def lmk_check_value(lmk: LmkSet) -> str:
    """16 hexadecimal digits that tell LMKs apart: zeros encrypted under each pair in turn.

    The definition is ours; the vendors' is not public.

    >>> lmk_check_value(TEST_LMK)
    '4F550070D645C657'
    """
    block = bytes(BLOCK_LENGTH)
    for pair in lmk.pairs:
        block = encrypt_tdes_ecb(pair, block)
    return block.hex().upper()


def seal_pin(lmk: PinKeeper, pin: str, pan12: str) -> str:
    """*pin* (4-12 digits) under *lmk* and bound to *pan12*: ``J`` and 32 hexadecimal digits.

    One AES block of length, PIN, account and zeros, so that any change of text or account
    shows on opening. The same PIN of the same account gives the same text.
    Raises PinRefused: ``length``, ``digits``, ``account``.

    >>> open_pin(TEST_LMK, seal_pin(TEST_LMK, "1234", "550000025321"), "550000025321")
    '1234'
    """
    require_pin(pin)
    require_account(pan12)
    block = bytes.fromhex(_pin_nibbles(pin, pan12))
    return _SEALED_LETTER + _pin_cipher(lmk).encryptor().update(block).hex().upper()


def open_pin(lmk: PinKeeper, text: str, pan12: str) -> str:
    """The PIN of a text of :func:`seal_pin`.

    Raises PinRefused: ``account``, ``sealed`` (no such text, or of another LMK or account).
    """
    require_account(pan12)
    body = hex_bytes(text[1:])
    if body is None or len(text) != _SEALED_LENGTH or text[0] != _SEALED_LETTER:
        raise PinRefused("sealed", "expected a PIN under the LMK: J and 32 hexadecimal digits")
    block = _pin_cipher(lmk).decryptor().update(body).hex().upper()
    pin = block[2:16].rstrip("F")
    if block != _pin_nibbles(pin, pan12) or not is_digits(pin, len(pin)):
        raise PinRefused("sealed", "expected a PIN under this LMK for this account")
    return pin


def _pin_nibbles(pin: str, pan12: str) -> str:
    return f"0{len(pin):X}{pin:F<14}{pan12}0000"


@lru_cache(maxsize=WRAPPING_KEYS_MAX)
def wrapping_keys_lmk(lmk: LmkSet, key_type: str, scheme: str) -> tuple[bytes, ...]:
    """What *lmk* wraps each part of a key of *key_type* under: its pair, with both variants.

    Raises KeyRefused: ``type``, ``scheme``.
    """
    variant, code = key_type[:1], key_type[1:]
    if not is_digits(variant, 1) or code not in PAIR_OF_CODE:
        raise KeyRefused("type", "expected a key type: a variant 0-9 and a pair code 00-0E")
    pair = lmk.pairs[PAIR_OF_CODE[code]]
    return wrapping_keys(bytes([pair[0] ^ KEY_TYPE_VARIANTS[int(variant)]]) + pair[1:], scheme)


@lru_cache(maxsize=PIN_CIPHERS_MAX)
def _pin_cipher(lmk: PinKeeper) -> Cipher[modes.ECB]:
    # One block for each PIN, so that the mode has nothing to repeat.
    return Cipher(algorithms.AES(lmk.pin_secret), modes.ECB())  # noqa: S305
