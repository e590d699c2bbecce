"""Keys under the published test LMKs, both ways, and the check values of those."""

from __future__ import annotations

from typing import Final, cast

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.block_lmk import (
    SCHEME,
    TEST_BLOCK_LMK,
    block_lmk_check_value,
    unwrap_key_block,
)
from cardswitch.specs.security.keys import adjust_parity, has_odd_parity, key_check_value
from cardswitch.specs.security.lmk import (
    TEST_LMK,
    lmk_check_value,
    unwrap_key,
    wrap_key,
    wrapping_keys_lmk,
)
from cardswitch.specs.security.schemes import Scheme, read_scheme

from ..keys.uses import USE_OF_TYPE
from .keys import KCV_LENGTH
from .steps import Results, Steps, hexadecimal

_SCHEME_OF_LENGTH: Final = {8: "Z", 16: "U", 24: "T"}


def encrypt_under_lmk(steps: Steps, key_type: str, key: bytes, scheme: str = "") -> Results:
    """*key* (8, 16 or 24 bytes) as a module has it under the variant test LMK as *key_type*.

    Without a *scheme* that is Z, U or T by its length. Parity is corrected first.
    Raises KeyRefused, CryptoError. Known answer of jPOS JCESecurityModuleTest:

    >>> key = bytes.fromhex("1334577913345779" * 2)
    >>> encrypt_under_lmk(Steps(), "001", key)["key"]
    'U34E2FC8EAD7CD07BFA2B7ED5FE4D8212'
    """
    chosen = scheme or _SCHEME_OF_LENGTH.get(len(key))
    if chosen is None:
        raise CryptoError(f"expected a key of 8, 16 or 24 bytes, seen {len(key)}")
    any_parity = key_type in USE_OF_TYPE and USE_OF_TYPE[key_type].any_parity
    whole = key if any_parity else adjust_parity(key)
    _add_parts(steps, key_type, chosen)
    steps.add("key of odd parity", whole)
    text = wrap_key(TEST_LMK, key_type, cast(Scheme, chosen), whole, any_parity=any_parity)
    return {"key": text, "kcv": hexadecimal(key_check_value(whole, KCV_LENGTH))}


def decrypt_under_lmk(steps: Steps, key_type: str, text: str) -> Results:
    """The clear key that *text* holds under a test LMK: as *key_type*, or a block, which says it.

    Raises KeyRefused (``parity``: of another type, or another LMK), KeyBlockRefused.

    >>> decrypt_under_lmk(Steps(), "001", "U34E2FC8EAD7CD07BFA2B7ED5FE4D8212")
    {'key': '13345779133457791334577913345779', 'kcv': '6FB1C8'}
    """
    if text.startswith(SCHEME):
        header, key = unwrap_key_block(TEST_BLOCK_LMK, text)
        said = {"usage": header.usage, "mode_of_use": header.mode_of_use}
        return {"key": hexadecimal(key), "algorithm": header.algorithm, **said}
    _add_parts(steps, key_type, read_scheme(text)[0])
    key = unwrap_key(TEST_LMK, key_type, text, any_parity=True)
    steps.add("decrypted", key)
    any_parity = key_type in USE_OF_TYPE and USE_OF_TYPE[key_type].any_parity
    if not (any_parity or has_odd_parity(key)):
        types = [each for each in USE_OF_TYPE if _has_parity(each, text)]
        hint = f"; it would be one of type {', '.join(types)}" if types else ""
        raise CryptoError(f"expected a key of type {key_type} under the test LMK: bad parity{hint}")
    return {"key": hexadecimal(key), "kcv": hexadecimal(key_check_value(key, KCV_LENGTH))}


def check_test_lmks(steps: Steps) -> Results:
    """The check values of both test LMKs, as NC tells them."""
    for number, pair in enumerate(TEST_LMK.pairs):
        steps.add(f"pair {2 * number:02d}-{2 * number + 1:02d}", pair)
    return {
        "lmk_00": lmk_check_value(TEST_LMK),
        "lmk_01": block_lmk_check_value(TEST_BLOCK_LMK),
    }


def _has_parity(key_type: str, text: str) -> bool:
    return has_odd_parity(unwrap_key(TEST_LMK, key_type, text, any_parity=True))


def _add_parts(steps: Steps, key_type: str, scheme: str) -> None:
    """What each part of the key stands under: the pair of its type, with both variants."""
    for number, key in enumerate(wrapping_keys_lmk(TEST_LMK, key_type, scheme), 1):
        steps.add(f"LMK for part {number}", key)
