"""Layouts of commands about keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Kind, Layout, hexadecimal, one_of
from ..kinds import ANY_KEY, CHECK_VALUE, FLAG, KEY, KEY_TYPE, OPTIONS, SCHEME


def _check_value(code: Kind, *key_type: Field) -> Layout:
    return Layout(
        Field("type_code", code),
        Field("length_flag", one_of("012F", "length flag", "05")),
        Field("key", ANY_KEY),
        *key_type,
        # Of the two schemes no answer depends on here.
        OPTIONS,
    )


# The initial key of a device, for DUKPT. Its serial number comes without the counter: 15 digits of
# the 20 in the old form, 16 with AES. The lengths are those of a command that clients were seen to
# send; that of AES, and type 1 as the only one of the base key, are chosen here.
_DERIVED: Final = (
    Field("key_type", KEY_TYPE),
    Field("lmk_scheme", SCHEME),
    Field("derive_mode", one_of("0", "0, to derive an initial key")),
    Field("bdk_type", one_of("1", "1, a base derivation key of type 1")),
    Field("bdk", KEY),
    Field("device", Kind("[0-9A-F]{15,16}", "a key serial number of 15 or 16 hex digits")),
)

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "A0": (
        Layout(
            Field("mode", one_of("0", "mode")),
            Field("key_type", KEY_TYPE),
            Field("lmk_scheme", SCHEME),
        ),
        Layout(
            Field("mode", one_of("1", "mode")),
            Field("key_type", KEY_TYPE),
            Field("lmk_scheme", SCHEME),
            Field("zmk_flag", FLAG, ";", optional=True),
            Field("zmk", KEY),
            Field("zmk_scheme", SCHEME),
        ),
        Layout(Field("mode", one_of("A", "mode")), *_DERIVED),
        Layout(
            Field("mode", one_of("B", "mode")),
            *_DERIVED,
            Field("zmk_flag", FLAG, ";"),
            Field("zmk", KEY),
            Field("zmk_scheme", SCHEME),
        ),
    ),
    "A6": (
        Layout(
            Field("key_type", KEY_TYPE),
            Field("zmk", KEY),
            Field("key", KEY),
            Field("lmk_scheme", SCHEME),
        ),
    ),
    "A8": (
        Layout(
            Field("key_type", KEY_TYPE),
            Field("zmk", KEY),
            Field("key", KEY),
            Field("zmk_scheme", SCHEME),
        ),
    ),
    "BU": (
        _check_value(Kind("FF", "FF"), Field("key_type", KEY_TYPE, ";")),
        _check_value(Kind("(?!FF)[0-9A-F]{2}", "a key type code of 2 hex digits")),
    ),
}

_KEY_AND_CHECK_VALUE: Final = (Layout(Field("key", KEY), Field("kcv", hexadecimal(6))),)
ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "A1": (
        Layout(
            Field("key", KEY),
            Field("key_under_zmk", KEY, optional=True),
            Field("kcv", hexadecimal(6)),
        ),
    ),
    "A7": _KEY_AND_CHECK_VALUE,
    "A9": _KEY_AND_CHECK_VALUE,
    "BV": (Layout(Field("kcv", CHECK_VALUE)),),
}
