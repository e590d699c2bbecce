"""Key schemes: how a key of one to three parts is written under another key.

Z, X and Y (single, double, triple) encrypt every part under the same key. U and T (double, triple)
change the first byte of the second half of the wrapping key for each part, so that parts cannot be
swapped, dropped or doubled.
"""

from __future__ import annotations

from typing import Final, Literal

from .digits import hex_bytes
from .errors import KeyRefused
from .tdes import BLOCK_LENGTH, decrypt_tdes_ecb, encrypt_tdes_ecb

Scheme = Literal["Z", "X", "Y", "U", "T"]

# What each scheme mixes into the wrapping key, one byte for each part that it holds.
SCHEME_VARIANTS: Final = {
    "Z": b"\x00",
    "X": b"\x00\x00",
    "Y": b"\x00\x00\x00",
    "U": b"\xa6\x5a",
    "T": b"\x6a\xde\x2b",
}
_SECOND_HALF: Final = 8


def wrapping_keys(key: bytes, scheme: str) -> tuple[bytes, ...]:
    """*key* as it encrypts each part under *scheme*.

    Raises KeyRefused: ``scheme`` (unknown), ``length`` (*key* has no second half to change).

    >>> [part.hex() for part in wrapping_keys(bytes(16), "U")]
    ['0000000000000000a600000000000000', '00000000000000005a00000000000000']
    """
    variants = SCHEME_VARIANTS.get(scheme)
    if variants is None:
        raise KeyRefused("scheme", "expected a key scheme: Z, X, Y, U or T")
    if any(variants) and len(key) <= _SECOND_HALF:
        raise KeyRefused("length", f"scheme {scheme} wraps under a key of 16 or 24 bytes alone")
    return tuple(
        key[:_SECOND_HALF] + bytes([key[_SECOND_HALF] ^ variant]) + key[_SECOND_HALF + 1 :]
        if variant
        else key
        for variant in variants
    )


def write_key(scheme: str, wrapping: tuple[bytes, ...], key: bytes) -> str:
    """*key*, each part encrypted under its own of *wrapping*: letter (none for Z) and hexadecimal.

    Raises KeyRefused: ``length`` (*key* is not what *scheme* holds).
    """
    if len(key) != len(wrapping) * BLOCK_LENGTH:
        expected = len(wrapping) * BLOCK_LENGTH
        raise KeyRefused("length", f"scheme {scheme} holds {expected} bytes, seen {len(key)}")
    body = b"".join(map(encrypt_tdes_ecb, wrapping, _parts(key)))
    return ("" if scheme == "Z" else scheme) + body.hex().upper()


def read_scheme(text: str) -> tuple[str, bytes]:
    """The scheme and the encrypted bytes of a key field; 32 digits without a letter count as X.

    Raises KeyRefused: ``scheme`` (letter or hexadecimal), ``length``.

    >>> read_scheme("0123456789ABCDEF") == ("Z", bytes.fromhex("0123456789ABCDEF"))
    True
    """
    letter = text[:1] if text[:1] in ("U", "T", "X", "Y") else ""
    body = hex_bytes(text[len(letter) :])
    if body is None:
        raise KeyRefused("scheme", "expected U, T, X, Y or no letter, then upper-case hexadecimal")
    scheme = letter or ("X" if len(body) == 2 * BLOCK_LENGTH else "Z")
    expected = len(SCHEME_VARIANTS[scheme]) * BLOCK_LENGTH
    if len(body) != expected:
        raise KeyRefused("length", f"scheme {scheme} holds {expected} bytes, seen {len(body)}")
    return scheme, body


def decrypt_parts(wrapping: tuple[bytes, ...], body: bytes) -> bytes:
    """The key whose parts are *body*, each encrypted under its own of *wrapping*."""
    return b"".join(map(decrypt_tdes_ecb, wrapping, _parts(body)))


def _parts(key: bytes) -> list[bytes]:
    return [key[start : start + BLOCK_LENGTH] for start in range(0, len(key), BLOCK_LENGTH)]
