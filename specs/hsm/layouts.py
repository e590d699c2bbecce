"""The layout of every HSM command and answer, as tables: a command is one line here.

Where a command has several layouts (a mode decides which fields follow), they stand in the order
in which they are tried. Every command may end with ``%`` and an LMK id, and both command and answer
with X'19' and a trailer; the codec sees to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .grammar import COUNTED, Field, Kind, Layout, digits, hexadecimal, one_of

# A key without a letter is of single length; a letter names the scheme of a longer one.
_LONG_KEY: Final = "[UX][0-9A-F]{32}|[TY][0-9A-F]{48}"
_KEY_WORDS: Final = "U or X and 32, T or Y and 48, or {} upper-case hex digits"
KEY: Final = Kind(f"{_LONG_KEY}|[0-9A-F]{{16}}", _KEY_WORDS.format(16), is_key=True)
# Keys that are a pair by nature (PVK, CVK) may also come as two of single length in a row.
KEY_PAIR: Final = Kind(f"{_LONG_KEY}|[0-9A-F]{{32}}", _KEY_WORDS.format(32), is_key=True)
ANY_KEY: Final = Kind(
    f"{_LONG_KEY}|[0-9A-F]{{32}}|[0-9A-F]{{16}}", _KEY_WORDS.format("16 or 32"), is_key=True
)
SCHEME: Final = Kind("[0-9A-Z]", "the letter of a key scheme")
# A pair of LMKs and a variant, for instance 001 or 402: hexadecimal, since the pairs run to 0E.
KEY_TYPE: Final = hexadecimal(3)
CHECK_VALUE: Final = Kind("[0-9A-F]{16}|[0-9A-F]{6}", "a check value of 6 or 16 hex digits")
FLAG: Final = digits(1)
PAN: Final = Kind("[0-9]{10,19}", "a card number of 10 to 19 digits")
PAN12: Final = Kind("[0-9]{12}", "the 12 right-most digits of the card number but the last")
BLOCK: Final = hexadecimal(16)
FORMAT: Final = Kind("[0-9]{2}", "a PIN block format of 2 digits")
# Encrypted; or the digits of older modules, which a module takes only when told to.
PIN_UNDER_LMK: Final = Kind("J[0-9A-F]{32}|[0-9]{5,13}", "J and 32 hex digits, or 5 to 13 digits")
MAC: Final = Kind("[0-9A-F]{16}|[0-9A-F]{8}", "a MAC of 8 or 16 hex digits")
# A trailer begins with X'19', so no answer can carry one inside.
ECHOED: Final = Kind(r"[^\x19]*", "characters other than X'19'")


def _translate_pin(source: str, target: str) -> Layout:
    return Layout(
        Field(source, KEY),
        Field(target, KEY),
        Field("pin_max", digits(2)),
        Field("block", BLOCK),
        Field("source_format", FORMAT),
        Field("target_format", FORMAT),
        Field("pan12", PAN12),
    )


def _verify_pin_pvv(key: str) -> Layout:
    return Layout(
        Field(key, KEY),
        Field("pvk", KEY_PAIR),
        Field("block", BLOCK),
        Field("format", FORMAT),
        Field("pan12", PAN12),
        Field("pvki", digits(1)),
        Field("pvv", digits(4)),
    )


def _check_value(code: Kind, *key_type: Field) -> Layout:
    return Layout(
        Field("type_code", code),
        Field("length_flag", one_of("012F", "length flag", "05")),
        Field("key", ANY_KEY),
        *key_type,
        # The old triple: two schemes that no answer depends on, and the kind of check value.
        Field("options", Kind("[0-9A-Z]{2}[01]", "two schemes and 0 or 1"), ";", optional=True),
    )


def _mac(modes: str, *before: Field, after: tuple[Field, ...] = ()) -> Layout:
    return Layout(
        Field("mode", one_of(modes, "mode", "02")),
        Field("input_format", one_of("012", "input format", "03")),
        Field("mac_size", one_of("01", "MAC size", "04")),
        Field("algorithm", one_of("13", "algorithm", "05")),
        Field("padding", one_of("012", "padding", "06")),
        Field("key_type", KEY_TYPE),
        Field("key", KEY),
        *before,
        Field("data", COUNTED),
        *after,
    )


# Modes: 0 a whole message, 1 its first piece, 2 any other, 3 the last.
_IV: Final = Field("iv", hexadecimal(16))
_MAC_TO_CHECK: Final = (Field("mac", MAC),)

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "NC": (Layout(),),
    "B2": (Layout(Field("data", COUNTED)),),
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
    "CA": (_translate_pin("tpk", "zpk"),),
    "CC": (_translate_pin("source_zpk", "target_zpk"),),
    "DC": (_verify_pin_pvv("tpk"),),
    "EC": (_verify_pin_pvv("zpk"),),
    "JC": (
        Layout(
            Field("tpk", KEY),
            Field("block", BLOCK),
            Field("format", FORMAT),
            Field("pan12", PAN12),
        ),
    ),
    "DG": (
        Layout(
            Field("pvk", KEY_PAIR),
            Field("pin", PIN_UNDER_LMK),
            Field("pan12", PAN12),
            Field("pvki", digits(1)),
        ),
    ),
    "CW": (
        Layout(
            Field("cvk", KEY_PAIR),
            Field("pan", PAN),
            Field("expiry", digits(4), ";"),
            Field("service_code", digits(3)),
        ),
    ),
    "CY": (
        Layout(
            Field("cvk", KEY_PAIR),
            Field("cvv", digits(3)),
            Field("pan", PAN),
            Field("expiry", digits(4), ";"),
            Field("service_code", digits(3)),
        ),
    ),
    "M6": (_mac("01"), _mac("23", _IV)),
    "M8": (
        _mac("0", after=_MAC_TO_CHECK),
        _mac("1"),
        _mac("2", _IV),
        _mac("3", _IV, after=_MAC_TO_CHECK),
    ),
}

_NOTHING: Final = (Layout(),)
_KEY_AND_CHECK_VALUE: Final = (Layout(Field("key", KEY), Field("kcv", hexadecimal(6))),)
_PIN_TRANSLATED: Final = (
    Layout(Field("pin_length", digits(2)), Field("block", BLOCK), Field("format", FORMAT)),
)

# By the code of the answer.
ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "ND": (
        Layout(
            Field("lmk_check", hexadecimal(16)),
            Field("firmware", Kind("[0-9A-Z]{4}-[0-9A-Z]{4}", "a firmware number, nnnn-nnnn")),
        ),
    ),
    "B3": (Layout(Field("data", ECHOED)),),
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
    "CB": _PIN_TRANSLATED,
    "CD": _PIN_TRANSLATED,
    "DD": _NOTHING,
    "ED": _NOTHING,
    "JD": (Layout(Field("pin", PIN_UNDER_LMK)),),
    "DH": (Layout(Field("pvv", digits(4))),),
    "CX": (Layout(Field("cvv", digits(3))),),
    "CZ": _NOTHING,
    # In modes 1 and 2 this, and that of M9, is the value to chain: the iv of the next command.
    "M7": (Layout(Field("mac", MAC)),),
    "M9": (Layout(), Layout(Field("mac", hexadecimal(16)))),
}
