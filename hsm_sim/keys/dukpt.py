"""Keys that are new with every transaction (DUKPT), as commands name them: by serial number."""

from __future__ import annotations

from binascii import unhexlify
from typing import Final, cast

from cardswitch.specs.hsm.errors import INPUT_REFUSED, KEY_ALGORITHM_REFUSED, KEY_LENGTH_REFUSED
from cardswitch.specs.security.dukpt_aes import (
    INITIAL_KEY_ID_LENGTH,
    KSN_AES_LENGTH,
    AesUse,
    KeyType,
    derive_initial_key_dukpt_aes,
    derive_key_dukpt_aes,
)
from cardswitch.specs.security.dukpt_tdes import (
    DUKPT_KEY_LENGTH,
    KSN_LENGTH,
    TdesUse,
    derive_initial_key_dukpt_tdes,
    derive_key_dukpt_tdes,
)
from cardswitch.specs.security.errors import KeyRefused

from ..custody.policy import CommandRefused
from .clear import AES, TDES, ClearKey
from .ring import KeyRing
from .uses import BDK

# Digits of the counter that stand behind those of the descriptor: 21 bits, or 32 with AES.
_COUNTER_DIGITS: Final = {TDES: 5, AES: 8}
_DEVICE_DIGITS: Final = {TDES: 2 * KSN_LENGTH - 5, AES: 2 * INITIAL_KEY_ID_LENGTH}


def open_bdk(keys: KeyRing, text: str, refused: str) -> ClearKey:
    """The base derivation key that *text* holds.

    Raises CommandRefused, also 27 if TDES is not double.
    """
    bdk = keys.open_any(BDK, text, refused)
    if bdk.algorithm == TDES and len(bdk.value) != DUKPT_KEY_LENGTH:
        raise CommandRefused(KEY_LENGTH_REFUSED)
    return bdk


def derive_pin_key(bdk: ClearKey, descriptor: str, ksn: str) -> ClearKey:
    """The key of the PIN block that the device of *ksn* made; see :func:`derive_key`."""
    return derive_key(bdk, descriptor, ksn, "pin", "pin")


def derive_key(
    bdk: ClearKey, descriptor: str, ksn: str, tdes_use: TdesUse, aes_use: AesUse
) -> ClearKey:
    """The key that the device of *ksn* has for a use, of the algorithm of *bdk*.

    *descriptor* says how many digits of *ksn* are those of base key, sub-key and device: what
    stands before is fill. Raises CommandRefused: 15 (they disagree, or no transaction has this
    number), A7 (*ksn* is of the other algorithm).
    """
    is_long = len(ksn) == 2 * KSN_AES_LENGTH
    if is_long != (bdk.algorithm == AES):
        raise CommandRefused(KEY_ALGORITHM_REFUSED)
    digits = sum(int(digit, 16) for digit in descriptor) + _COUNTER_DIGITS[bdk.algorithm]
    if digits > len(ksn):
        raise CommandRefused(INPUT_REFUSED)
    try:
        return ClearKey(bdk.algorithm, _derive(bdk, ksn, tdes_use, aes_use))
    except KeyRefused:
        raise CommandRefused(INPUT_REFUSED) from None


def derive_initial_key(bdk: ClearKey, device: str) -> ClearKey:
    """The key that the device of the serial number *device* begins with.

    15 digits, or 16 with AES. Raises CommandRefused (15) for another length.
    """
    if len(device) != _DEVICE_DIGITS[bdk.algorithm]:
        raise CommandRefused(INPUT_REFUSED)
    if bdk.algorithm == AES:
        return ClearKey(AES, derive_initial_key_dukpt_aes(bdk.value, unhexlify(device)))
    ksn = unhexlify(device.ljust(2 * KSN_LENGTH, "0"))
    return ClearKey(TDES, derive_initial_key_dukpt_tdes(bdk.value, ksn))


def _derive(bdk: ClearKey, ksn: str, tdes_use: TdesUse, aes_use: AesUse) -> bytes:
    if bdk.algorithm == AES:
        key_type = cast(KeyType, f"AES-{8 * len(bdk.value)}")
        return derive_key_dukpt_aes(bdk.value, unhexlify(ksn), aes_use, key_type)
    return derive_key_dukpt_tdes(bdk.value, unhexlify(ksn.rjust(2 * KSN_LENGTH, "F")), tdes_use)
