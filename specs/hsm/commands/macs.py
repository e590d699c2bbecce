"""Layouts of commands about message authentication codes.

Chosen here, where no public source says: 6 for CMAC, in M6 and M8 as the algorithm and in GW as the
method; MAC size 2, of 32 digits; initial vectors as long as a block of AES where the key is of AES.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import COUNTED, HsmField, HsmKind, HsmLayout, counted, hexadecimal, one_of
from ..kinds import AES_KEY, DESCRIBED_KSN, KEY, KEY_TYPE, MAC, TDES_KEY


def _mac(
    modes: str, key: HsmKind = KEY, iv: tuple[HsmField, ...] = (), after: tuple[HsmField, ...] = ()
) -> HsmLayout:
    return HsmLayout(
        HsmField("mode", one_of(modes, "mode", "02")),
        HsmField("input_format", one_of("012", "input format", "03")),
        # 8, 16 and, of AES, 32 hex digits.
        HsmField("mac_size", one_of("012", "MAC size", "04")),
        # ISO 9797-1 algorithms 1 and 3; 6 is CMAC.
        HsmField("algorithm", one_of("136", "algorithm", "05")),
        HsmField("padding", one_of("012", "padding", "06")),
        HsmField("key_type", KEY_TYPE),
        HsmField("key", key),
        *iv,
        HsmField("data", COUNTED),
        *after,
    )


def _later(modes: str, after: tuple[HsmField, ...] = ()) -> tuple[HsmLayout, ...]:
    """A piece after the first: with an initial vector, as long as a block of the cipher."""
    return (
        _mac(modes, AES_KEY, (HsmField("iv", hexadecimal(32)),), after),
        _mac(modes, TDES_KEY, (HsmField("iv", hexadecimal(16)),), after),
    )


def _dukpt(modes: str, *mac: HsmField) -> HsmLayout:
    return HsmLayout(
        HsmField("mode", one_of(modes, "mode")),
        # X9.19; 6, as in M6, is CMAC.
        HsmField("method", one_of("16", "MAC method")),
        HsmField("bdk", KEY),
        HsmField("ksn", DESCRIBED_KSN),
        *mac,
        HsmField("data", counted("[0-9]{4}", 10, "4 digits and as many bytes as they say")),
    )


# Modes: 0 a whole message, 1 its first piece, 2 any other, 3 the last.
_MAC_TO_CHECK: Final = (HsmField("mac", MAC),)

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "M6": (_mac("01"), *_later("23")),
    # Modes: 1 to 3 verify 8 bytes, the left 4 of them, the right 4; 4 to 6 make the same.
    "GW": (
        _dukpt("1", HsmField("mac", hexadecimal(16))),
        _dukpt("23", HsmField("mac", hexadecimal(8))),
        _dukpt("456"),
    ),
    "M8": (_mac("0", after=_MAC_TO_CHECK), _mac("1"), *_later("2"), *_later("3", _MAC_TO_CHECK)),
}

# In modes 1 and 2 this, and that of M9, is the value to chain: the iv of the next command.
ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "GX": (
        HsmLayout(HsmField("mac", HsmKind("[0-9A-F]{16}|[0-9A-F]{8}", "8 or 16 hex digits"))),
        HsmLayout(),
    ),
    "M7": (HsmLayout(HsmField("mac", MAC)),),
    "M9": (HsmLayout(), HsmLayout(HsmField("mac", MAC))),
}
