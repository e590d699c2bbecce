"""The kinds of fields that HSM commands and answers are made of."""

from __future__ import annotations

from typing import Final

from .grammar import HsmField, HsmKind, HsmLayout, digits, hexadecimal

# A key block says its own length, a multiple of 8; the longest that any key of ours makes.
_BLOCK_LENGTHS: Final = range(56, 513, 8)
_BLOCK_BODIES: Final = "|".join(f"{size:04d}[0-9A-Za-z]{{{size - 5}}}" for size in _BLOCK_LENGTHS)
# Of version E (ISO 20038), which fills nothing up, a multiple of 4.
_BODIES_OF_E: Final = "|".join(f"{size:04d}[0-9A-Za-z]{{{size - 5}}}" for size in range(68, 513, 4))
# S under the LMK, R under another key; both are TR-31 (X9.143), S by our own choice.
KEY_BLOCK: Final = f"[SR][ABCD](?:{_BLOCK_BODIES})|RE(?:{_BODIES_OF_E})"
# In place of a key or a table: where in the user storage it is.
POINTER: Final = "K[0-9A-F]{3}"
# A key without a letter is of single length; a letter names the scheme of a longer one.
_LONG_KEY: Final = f"[UX][0-9A-F]{{32}}|[TY][0-9A-F]{{48}}|{POINTER}|{KEY_BLOCK}"
_KEY_WORDS: Final = (
    "U or X and 32, T or Y and 48, K and 3, S or R and a key block, or {} upper-case hex digits"
)
KEY: Final = HsmKind(f"{_LONG_KEY}|[0-9A-F]{{16}}", _KEY_WORDS.format(16), is_key=True)
# Keys that are a pair by nature (PVK, CVK) may also come as two of single length in a row.
KEY_PAIR: Final = HsmKind(f"{_LONG_KEY}|[0-9A-F]{{32}}", _KEY_WORDS.format(32), is_key=True)
ANY_KEY: Final = HsmKind(
    f"{_LONG_KEY}|[0-9A-F]{{32}}|[0-9A-F]{{16}}", _KEY_WORDS.format("16 or 32"), is_key=True
)
SCHEME: Final = HsmKind("[0-9A-Z]", "the letter of a key scheme")
# A pair of LMKs and a variant, for instance 001 or 402: hexadecimal, since the pairs run to 0E.
KEY_TYPE: Final = hexadecimal(3)
CHECK_VALUE: Final = HsmKind("[0-9A-F]{16}|[0-9A-F]{6}", "a check value of 6 or 16 hex digits")
FLAG: Final = digits(1)
PAN: Final = HsmKind("[0-9]{10,19}", "a card number of 10 to 19 digits")
PAN12: Final = HsmKind("[0-9]{12}", "the 12 right-most digits of the card number but the last")
# Format 48 (ISO 4) has blocks of AES, twice as long.
BLOCK: Final = HsmKind("[0-9A-F]{16}|[0-9A-F]{32}", "a PIN block of 16 or 32 upper-case hex digits")
# Two blocks in one command are of one length: which of them were the long one could not be told.
BLOCKS: Final = (hexadecimal(16), hexadecimal(32))
# A block of format 48 is bound to the whole card number. Layout chosen here: it comes last.
WHOLE_PAN: Final = HsmField("pan", PAN, ";", optional=True)
CHECK_LENGTH: Final = digits(2)
# Three numbers of hex digits: base key, sub-key and device in the key serial number.
KSN_DESCRIPTOR: Final = hexadecimal(3)
# That of AES is of 24 digits always; shorter ones of TDES are filled up with F on the left.
KSN: Final = HsmKind(
    "[0-9A-F]{12,20}|[0-9A-F]{24}", "a key serial number of 12 to 20, or 24 hex digits"
)
# 16 digits, in clear or not: the module's policy says which.
TABLE: Final = HsmKind(
    f"L[0-9A-F]{{32}}|{POINTER}|[0-9A-F]{{16}}",
    "a decimalisation table: 16 hex digits, L and 32, or K and 3",
    "25",
)
VALIDATION: Final = HsmKind(
    "P[0-9A-F]{16}|[0-9A-FN]{12}", "P and 16 hex digits, or 12 of hex digits and one N"
)
OFFSET: Final = HsmKind(
    "|".join(f"[0-9]{{{length}}}F{{{12 - length}}}" for length in range(4, 13)),
    "an offset of 4 to 12 digits, filled up with F to 12",
)
FORMAT: Final = HsmKind("[0-9]{2}", "a PIN block format of 2 digits")
# Encrypted; or the digits of older modules, which a module takes only when told to.
PIN_UNDER_LMK: Final = HsmKind(
    "J[0-9A-F]{32}|[0-9]{5,13}", "J and 32 hex digits, or 5 to 13 digits"
)
MAC: Final = HsmKind(
    "[0-9A-F]{32}|[0-9A-F]{16}|[0-9A-F]{8}", "a MAC of 8, 16 or, of AES, 32 hex digits"
)


BYTES_8: Final = HsmKind("(?s:.{8})", "8 bytes")
BYTES_2: Final = HsmKind("(?s:.{2})", "2 bytes")
BYTES_4: Final = HsmKind("(?s:.{4})", "4 bytes")
# As old triples have it: the scheme under the master key, that under the LMK, the check value.
OPTIONS: Final = HsmField(
    "options", HsmKind("[0-9A-Z]{2}[01]", "two schemes and 0 or 1"), ";", optional=True
)
NOTHING: Final = (HsmLayout(),)

# Where an initial vector follows, the key tells how long it is: the header of a key block says that
# its key is of AES, and all other forms hold keys of TDES.
AES_BLOCKS: Final = "|".join(
    f"{size:04d}[0-9A-Z]{{2}}A[0-9A-Za-z]{{{size - 8}}}" for size in _BLOCK_LENGTHS
)
AES_KEY: Final = HsmKind(f"[SR][ABCD](?:{AES_BLOCKS})", "a key block of AES", is_key=True)
TDES_KEY: Final = HsmKind(
    f"(?![SR][ABCD][0-9]{{4}}[0-9A-Z]{{2}}A)(?:{KEY.pattern})", KEY.words, is_key=True
)


def _descriptors(total: int) -> str:
    """Every descriptor whose three digits add up to *total*."""
    pairs = [(base, sub) for base in range(16) for sub in range(16) if 0 <= total - base - sub < 16]
    return "|".join(f"{base:X}{sub:X}{total - base - sub:X}" for base, sub in pairs)


# Where more follows than an expression can see, the descriptor tells how long the number is: five
# digits of counter stand behind those that it speaks of, and eight behind 16, which are AES's.
_NUMBERS: Final = [(total, total + 5) for total in range(7, 16)] + [(16, 24)]
DESCRIBED_KSN: Final = HsmKind(
    "|".join(f"(?:{_descriptors(total)})[0-9A-F]{{{size}}}" for total, size in _NUMBERS),
    "a descriptor of 3 hex digits, and the key serial number, as long as it says",
)
