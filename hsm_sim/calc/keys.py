"""Keys step by step: check values, parity and weakness, components."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Final

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.aes import AES_BLOCK_LENGTH, encrypt_aes_ecb
from cardswitch.specs.security.components import combine_components, split_key
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


def compute_kcv(steps: Steps, cipher: Cipher, key: bytes) -> Results:
    """The check value of *key*; of AES also the old one, which is no CMAC. Raises KeyRefused.

    >>> compute_kcv(Steps(), "tdes", bytes.fromhex("13345779133457791334577913345779"))
    {'kcv': '6FB1C8'}
    """
    kcv = {"kcv": hexadecimal(_CHECK[cipher](key, KCV_LENGTH))}
    if cipher == "tdes":
        steps.add("zeros encrypted", encrypt_tdes_ecb(key, bytes(BLOCK_LENGTH)))
        return kcv
    steps.add("CMAC of zeros", key_check_value_aes(key, AES_BLOCK_LENGTH))
    encrypted = encrypt_aes_ecb(key, bytes(AES_BLOCK_LENGTH))
    steps.add("zeros encrypted", encrypted)
    return {**kcv, "kcv_of_zeros": hexadecimal(encrypted[:KCV_LENGTH])}


def judge_key(key: bytes) -> Results:
    """What is to be said of a DES *key*, 8 to 24 bytes. Raises KeyRefused.

    >>> judge_key(bytes.fromhex("0023456789ABCDEE"))["adjusted"]
    '0123456789ABCDEF'
    """
    adjusted = adjust_parity(key)
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


def split(cipher: Cipher, key: bytes, randoms: Sequence[bytes]) -> Results:
    """Components of *key*, one more than *randoms*, with check values. Raises KeyRefused.

    >>> split("tdes", bytes.fromhex("0123456789ABCDEF"), [bytes(8)])["component_2"]
    '0123456789ABCDEF'
    """
    results = {}
    for number, component in enumerate(split_key(key, randoms), 1):
        results[f"component_{number}"] = hexadecimal(component)
        results[f"kcv_{number}"] = hexadecimal(_CHECK[cipher](component, KCV_LENGTH))
    return results


def exclusive_or(values: Sequence[bytes]) -> Results:
    """The exclusive or of *values*, all as long. Raises CryptoError.

    >>> exclusive_or([b"\\x0f", b"\\xff"])
    {'xor': 'F0'}
    """
    if len({len(value) for value in values}) != 1:
        raise CryptoError("expected values of the same length")
    return {"xor": hexadecimal(reduce(xor, values))}


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
