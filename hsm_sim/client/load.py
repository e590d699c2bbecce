"""A key that one knows in clear, as a module would give it out under its LMK.

No host command takes a clear key. Under the published test LMKs it is computed on this side; for
any other LMK nobody can, but the module itself, at its console, by the word of two officers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from cardswitch.specs.errors import Error
from cardswitch.specs.hsm.names import BY_ATTRIBUTES
from cardswitch.specs.security.block_lmk import SCHEME, TEST_BLOCK_LMK, block_lmk_check_value
from cardswitch.specs.security.components import COMPONENTS_MIN, combine_components
from cardswitch.specs.security.digits import hex_bytes
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.lmk import TEST_LMK, lmk_check_value

from ..custody.policy import CommandRefused, Policy
from ..keys.attributes import Attributes
from ..keys.blocks import BlockRing
from ..keys.clear import AES, TDES, ClearKey
from ..keys.ring import KeyRing
from ..keys.variants import VariantRing
from .keyfile import StoredKey

# What a clear key may have between its digits.
_BETWEEN: Final = str.maketrans("", "", " \t./:-")
_SCHEMES: Final = {8: "Z", 16: "U", 24: "T"}
BLOCKS_ID: Final = "01"  # the LMK that has key blocks
CHECK_VALUES: Final = {
    "": lmk_check_value(TEST_LMK),
    "00": lmk_check_value(TEST_LMK),
    BLOCKS_ID: block_lmk_check_value(TEST_BLOCK_LMK),
}


class LoadRefused(Error):
    """A key cannot be loaded; says why, and nothing of the key."""


def read_key(lines: Sequence[str]) -> bytes:
    """The key that *lines* write in hexadecimal: one line, or a component on each.

    Raises LoadRefused.

    >>> read_key(["0123.4567 89AB.CDEF"]).hex().upper()
    '0123456789ABCDEF'
    """
    parts = [_read(line, number) for number, line in enumerate(lines, 1)]
    if len(parts) < COMPONENTS_MIN:
        return parts[0] if parts else b""
    try:
        return combine_components(parts)
    except KeyRefused as error:
        raise LoadRefused(str(error)) from None


def has_even_parity(key: bytes) -> bool:
    """Whether the parity of a TDES *key* is to be corrected."""
    return adjust_parity(key) != key


def under_test_lmk(
    key: bytes,
    key_type: str,
    random_bytes: Callable[[int], bytes],
    *,
    lmk_id: str = "",
    attributes: str = "",
    is_aes: bool = False,
) -> StoredKey:
    """*key* for a file of keys, under the test LMK *lmk_id*; of TDES with odd parity.

    Raises LoadRefused: no such type, or a key that a module would not take.
    """
    ring: KeyRing = VariantRing(TEST_LMK, Policy(), random_bytes)
    if lmk_id == BLOCKS_ID:
        ring = BlockRing(TEST_BLOCK_LMK, Policy(), random_bytes)
    return keep_under(ring, key, key_type, lmk_id=lmk_id, attributes=attributes, is_aes=is_aes)


def keep_under(
    ring: KeyRing,
    key: bytes,
    key_type: str,
    *,
    lmk_id: str = "",
    attributes: str = "",
    is_aes: bool = False,
) -> StoredKey:
    """*key* for a file of keys, under the LMK of *ring*. Raises LoadRefused as above."""
    scheme = SCHEME if ring.new_key_scheme == SCHEME else _SCHEMES.get(len(key), "")
    fields = {"key_type": key_type} | ({"attributes": attributes} if attributes else {})
    clear = ClearKey(AES, key) if is_aes else ClearKey(TDES, adjust_parity(key))
    try:
        use = ring.use_of(fields)
        ring.judge(clear)
        text = ring.close(use, scheme, clear, fields)
    except KeyRefused as error:
        raise LoadRefused(str(error)) from None
    except CommandRefused as refused:
        raise LoadRefused(_REFUSED.get(refused.code, f"a module refuses it: {refused}")) from None
    said = Attributes.read(attributes).usage if attributes else ""
    assert key_type != BY_ATTRIBUTES or said, "a type or attributes say what a key is for"
    return StoredKey(key_type, text, clear.kcv, lmk_id, attributes)


_REFUSED: Final = {
    "26": "expected a key of 8, 16 or 24 bytes; AES takes --lmk-id 01",
    "28": "expected a key type that modules know, such as ZPK or 001",
    "A7": "expected the algorithm of the key, TDES or AES; AES takes --lmk-id 01",
}


def _read(line: str, number: int) -> bytes:
    part = hex_bytes(line.translate(_BETWEEN).strip().upper())
    if not part:
        raise LoadRefused(f"line {number}: expected a key in hexadecimal digits")
    return part
