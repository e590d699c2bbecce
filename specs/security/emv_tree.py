"""Session keys by the key tree of EMV2000 (EMV 4.1 Book 2, A1.3), which cards of that time know.

Each key of a level is made of its parent, and of its grandparent as initial vector; the session key
of an ATC is a leaf mixed with its grandparent. Common session keys replaced this in 2005 (EMVCo
bulletin SU-46).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from .emv_keys import ATC_LENGTH, require_emv_key, require_length
from .keys import adjust_parity
from .tdes import encrypt_tdes_ecb, xor

IV_LENGTH: Final = 16
ZERO_IV: Final = bytes(IV_LENGTH)
# The height by the branch factor: both trees have a leaf for each of 65,536 ATCs.
HEIGHTS: Final[Mapping[int, int]] = {2: 16, 4: 8}
# Keys of the upper levels that are kept: those of some hundred cards in use.
STEPS_CACHED_MAX: Final = 8_192
_HALF: Final = 8
_RIGHT: Final = 0xF0


def derive_session_key_emv2000_tree(
    icc_key: bytes, atc: bytes, branch_factor: int = 4, iv: bytes = ZERO_IV
) -> bytes:
    """The session key for cryptograms of *atc* (2 bytes), of odd parity, from the card's key (16).

    *branch_factor* is 4 or 2, the tree then 8 or 16 levels high; *iv* 16 bytes, zeros for most.
    Raises KeyRefused (``length``), CryptoError, and ValueError for another factor.
    EMV 4.1 Book 2, A1.3; known answer of pyemv's documentation:

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> derive_session_key_emv2000_tree(key, bytes.fromhex("001C")).hex().upper()
    'E5BF6D1067F194B0A89B7F5D83BC64A2'
    """
    require_emv_key(icc_key)
    require_length("ATC", atc, ATC_LENGTH)
    require_length("initial vector", iv, IV_LENGTH)
    if branch_factor not in HEIGHTS:
        raise ValueError("a branch factor of 2 or 4 is expected")
    above, grandparent, parent = iv, iv, icc_key
    number = int.from_bytes(atc, "big")
    height = HEIGHTS[branch_factor]
    for level in range(1, height + 1):
        child = number // branch_factor ** (height - level) % branch_factor
        above, grandparent, parent = grandparent, parent, _child(parent, grandparent, child)
    return adjust_parity(xor(parent, above))


@lru_cache(maxsize=STEPS_CACHED_MAX)
def _child(parent: bytes, grandparent: bytes, child: int) -> bytes:
    """Child number *child* of *parent*, with the parent's own parent as initial vector."""
    left, right = bytearray(grandparent[:_HALF]), bytearray(grandparent[_HALF:])
    left[-1] ^= child
    right[-1] ^= child ^ _RIGHT
    return encrypt_tdes_ecb(parent, bytes(left + right))
