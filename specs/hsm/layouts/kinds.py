"""The kinds of fields that HSM commands and answers are made of."""

from __future__ import annotations

from typing import Final

from ..grammar import Field, Kind, Layout, digits, hexadecimal

# A key block says its own length, a multiple of 8; the longest that any key of ours makes.
_BLOCK_LENGTHS: Final = range(56, 513, 8)
_BLOCK_BODIES: Final = "|".join(f"{size:04d}[0-9A-Za-z]{{{size - 5}}}" for size in _BLOCK_LENGTHS)
# S under the LMK, R under another key; both are TR-31 (X9.143), S by our own choice.
KEY_BLOCK: Final = f"[SR][ABCD](?:{_BLOCK_BODIES})"
# A key without a letter is of single length; a letter names the scheme of a longer one.
_LONG_KEY: Final = f"[UX][0-9A-F]{{32}}|[TY][0-9A-F]{{48}}|{KEY_BLOCK}"
_KEY_WORDS: Final = (
    "U or X and 32, T or Y and 48, S or R and a key block, or {} upper-case hex digits"
)
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


BYTES_8: Final = Kind("(?s:.{8})", "8 bytes")
BYTES_2: Final = Kind("(?s:.{2})", "2 bytes")
BYTES_4: Final = Kind("(?s:.{4})", "4 bytes")
# As old triples have it: the scheme under the master key, that under the LMK, the check value.
OPTIONS: Final = Field(
    "options", Kind("[0-9A-Z]{2}[01]", "two schemes and 0 or 1"), ";", optional=True
)
NOTHING: Final = (Layout(),)
