"""Keys step by step: check values, parity and weakness, components."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.aes import AES_BLOCK_LENGTH, encrypt_aes_ecb
from cardswitch.specs.security.components import combine_components, split_key
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import (
    adjust_parity,
    effective_length,
    has_odd_parity,
    has_repeated_parts,
    is_weak,
    key_check_value,
    key_check_value_aes,
)
from cardswitch.specs.security.tdes import BLOCK_LENGTH, encrypt_tdes_ecb, xor

from .macs import Cipher
from .steps import Results, Steps, hexadecimal

KCV_LENGTH: Final = 3  # bytes that people compare
_CHECK: Final[dict[Cipher, Callable[[bytes, int], bytes]]] = {
    "tdes": key_check_value,
    "aes": key_check_value_aes,
}


def compute_kcv(steps: Steps, cipher: Cipher, key: bytes, digits: int = 6) -> Results:
    """The check value of *key*, *digits* 4, 6, 8 or 16; of AES also the old one, which is no CMAC.

    Raises KeyRefused.

    >>> compute_kcv(Steps(), "tdes", bytes.fromhex("13345779133457791334577913345779"))
    {'kcv': '6FB1C8'}
    """
    kcv = {"kcv": hexadecimal(_CHECK[cipher](key, digits // 2))}
    if cipher == "tdes":
        steps.add("zeros encrypted", encrypt_tdes_ecb(key, bytes(BLOCK_LENGTH)))
        return kcv
    steps.add("CMAC of zeros", key_check_value_aes(key, AES_BLOCK_LENGTH))
    encrypted = encrypt_aes_ecb(key, bytes(AES_BLOCK_LENGTH))
    steps.add("zeros encrypted", encrypted)
    return {**kcv, "kcv_of_zeros": hexadecimal(encrypted[: digits // 2])}


def find_kcv(steps: Steps, key: bytes, kcv: str) -> list[str]:
    """The ways that give the check value *kcv* (4 to 16 hex digits); none if it is another key's.

    Tried are *key* as a key of DES and of AES, its parts alone, its halves swapped, and the old
    check value of AES.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> find_kcv(Steps(), key, "08D7"), find_kcv(Steps(), key, "D5D44FF720683D0D")
    (['TDES, zeros encrypted'], ['TDES, zeros encrypted, of part 1 alone'])
    """
    found = []
    for name, value in _check_values(key):
        steps.add(name, value)
        if hexadecimal(value).startswith(kcv):
            found.append(name)
    return found


def _check_values(key: bytes) -> Iterator[tuple[str, bytes]]:
    """Every check value that *key* may be known by."""
    half = len(key) // 2
    forms = {"": key}
    if len(key) > BLOCK_LENGTH and len(key) % BLOCK_LENGTH == 0:
        starts = range(0, len(key), BLOCK_LENGTH)
        parts = {
            f", of part {number} alone": key[start : start + BLOCK_LENGTH]
            for number, start in enumerate(starts, 1)
        }
        forms |= parts | {", of its halves swapped": key[half:] + key[:half]}
    for note, form in forms.items():
        if note and form == key:
            continue  # halves that are the same
        for name, check in _CHECK_VALUES.items():
            try:
                yield name + note, check(form)
            except KeyRefused:
                continue  # not as long as a key of this cipher


_CHECK_VALUES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "TDES, zeros encrypted": lambda key: key_check_value(key, BLOCK_LENGTH),
    "AES, CMAC of zeros": lambda key: key_check_value_aes(key, AES_BLOCK_LENGTH),
    "AES, zeros encrypted": lambda key: encrypt_aes_ecb(key, bytes(AES_BLOCK_LENGTH)),
}


def judge_key(steps: Steps, key: bytes) -> Results:
    """What is to be said of a DES *key*, 8 to 24 bytes. Raises KeyRefused.

    >>> judge_key(Steps(), bytes.fromhex("0023456789ABCDEE"))["adjusted"]
    '0123456789ABCDEF'
    """
    adjusted = adjust_parity(key)
    steps.add(
        "bytes whose parity was even", bytes(a ^ b for a, b in zip(key, adjusted, strict=True))
    )
    steps.add("zeros encrypted", encrypt_tdes_ecb(adjusted, bytes(BLOCK_LENGTH)))
    return {
        "adjusted": hexadecimal(adjusted),
        "odd_parity": _yes(has_odd_parity(key)),
        "weak_parts": _yes(is_weak(key)),
        "repeated_parts": _yes(has_repeated_parts(key)),
        "effective_length": f"{effective_length(key)} bytes",
        "kcv": hexadecimal(key_check_value(key, KCV_LENGTH)),
    }


def combine(steps: Steps, cipher: Cipher, components: Sequence[bytes]) -> Results:
    """The key whose *components*, two or more, these are. Raises KeyRefused.

    >>> parts = [bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("1010101010101010")]
    >>> combine(Steps(), "tdes", parts)["key"]
    '1133557799BBDDFF'
    """
    key = combine_components(components)
    check = _CHECK[cipher]
    for number, component in enumerate(components, 1):
        steps.add(f"check value of component {number}", check(component, KCV_LENGTH))
    parity = {"odd_parity": _yes(has_odd_parity(key))} if cipher == "tdes" else {}
    return {"key": hexadecimal(key), "kcv": hexadecimal(check(key, KCV_LENGTH)), **parity}


def split(steps: Steps, cipher: Cipher, key: bytes, randoms: Sequence[bytes]) -> Results:
    """Components of *key*, one more than *randoms*, with check values. Raises KeyRefused.

    >>> split(Steps(), "tdes", bytes.fromhex("0123456789ABCDEF"), [bytes(8)])["component_2"]
    '0123456789ABCDEF'
    """
    results = {}
    for number, component in enumerate(split_key(key, randoms), 1):
        steps.add(f"component {number}", component)
        results[f"component_{number}"] = hexadecimal(component)
        results[f"kcv_{number}"] = hexadecimal(_CHECK[cipher](component, KCV_LENGTH))
    return results


def exclusive_or(steps: Steps, values: Sequence[bytes]) -> Results:
    """The exclusive or of *values*, all as long. Raises CryptoError.

    >>> exclusive_or(Steps(), [b"\\x0f", b"\\xff"])
    {'xor': 'F0'}
    """
    if len({len(value) for value in values}) != 1:
        raise CryptoError("expected values of the same length")
    mixed = b""
    for number, mixed in enumerate(accumulate(values, xor), 1):
        steps.add(f"after value {number}", mixed)
    return {"xor": hexadecimal(mixed)}


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
