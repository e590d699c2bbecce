"""Layouts of commands about keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmKind, HsmLayout, hexadecimal, one_of
from ..kinds import ANY_KEY, CHECK_VALUE, FLAG, KEY, KEY_TYPE, OPTIONS, SCHEME


def _check_value(code: HsmKind, *key_type: HsmField) -> HsmLayout:
    return HsmLayout(
        HsmField("type_code", code),
        HsmField("length_flag", one_of("012F", "length flag", "05")),
        HsmField("key", ANY_KEY),
        *key_type,
        # Of the two schemes no answer depends on here.
        OPTIONS,
    )


# The initial key of a device, for DUKPT. Its serial number comes without the counter: 15 digits of
# the 20 in the old form, 16 with AES. The lengths are those of a command that clients were seen to
# send; that of AES, and type 1 as the only one of the base key, are chosen here.
_DERIVED: Final = (
    HsmField("key_type", KEY_TYPE),
    HsmField("lmk_scheme", SCHEME),
    HsmField("derive_mode", one_of("0", "0, to derive an initial key")),
    HsmField("bdk_type", one_of("1", "1, a base derivation key of type 1")),
    HsmField("bdk", KEY),
    HsmField("device", HsmKind("[0-9A-F]{15,16}", "a key serial number of 15 or 16 hex digits")),
)

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "A0": (
        HsmLayout(
            HsmField("mode", one_of("0", "mode")),
            HsmField("key_type", KEY_TYPE),
            HsmField("lmk_scheme", SCHEME),
        ),
        HsmLayout(
            HsmField("mode", one_of("1", "mode")),
            HsmField("key_type", KEY_TYPE),
            HsmField("lmk_scheme", SCHEME),
            HsmField("zmk_flag", FLAG, ";", optional=True),
            HsmField("zmk", KEY),
            HsmField("zmk_scheme", SCHEME),
        ),
        HsmLayout(HsmField("mode", one_of("A", "mode")), *_DERIVED),
        HsmLayout(
            HsmField("mode", one_of("B", "mode")),
            *_DERIVED,
            HsmField("zmk_flag", FLAG, ";"),
            HsmField("zmk", KEY),
            HsmField("zmk_scheme", SCHEME),
        ),
    ),
    "A6": (
        HsmLayout(
            HsmField("key_type", KEY_TYPE),
            HsmField("zmk", KEY),
            HsmField("key", KEY),
            HsmField("lmk_scheme", SCHEME),
        ),
    ),
    "A8": (
        HsmLayout(
            HsmField("key_type", KEY_TYPE),
            HsmField("zmk", KEY),
            HsmField("key", KEY),
            HsmField("zmk_scheme", SCHEME),
        ),
    ),
    "BU": (
        _check_value(HsmKind("FF", "FF"), HsmField("key_type", KEY_TYPE, ";")),
        _check_value(HsmKind("(?!FF)[0-9A-F]{2}", "a key type code of 2 hex digits")),
    ),
}

_KEY_AND_CHECK_VALUE: Final = (HsmLayout(HsmField("key", KEY), HsmField("kcv", hexadecimal(6))),)
ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "A1": (
        HsmLayout(
            HsmField("key", KEY),
            HsmField("key_under_zmk", KEY, optional=True),
            HsmField("kcv", hexadecimal(6)),
        ),
    ),
    "A7": _KEY_AND_CHECK_VALUE,
    "A9": _KEY_AND_CHECK_VALUE,
    "BV": (HsmLayout(HsmField("kcv", CHECK_VALUE)),),
}
