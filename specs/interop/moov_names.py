"""The names of moov-io/iso8583 documents, and what they mean in our grammar."""

from __future__ import annotations

from typing import Final

# Text of a page, as it stands on the wire; their EBCDIC table is IBM-500 but for one character.
TEXTS: Final = {"ASCII": "ascii", "EBCDIC": "ebcdic-500", "EBCDIC1047": "ebcdic-1047"}
# Packed digits: an odd one is filled with 0, on the left or, for LBCD, on the right.
PACKED: Final = {"BCD": "bcd", "LBCD": "bcd right 0"}
# Bytes: as they are, or as two hexadecimal digits each. Of HexToASCII the value are the bytes and
# the wire has the text; of ASCIIToHex it is the other way about.
BYTES: Final = {"Binary": "binary", "ASCIIToHex": "binary", "HexToASCII": "hex"}
BER_TAG: Final = "BerTLVTag"
ENCODINGS: Final = (*TEXTS, *PACKED, *BYTES, BER_TAG)
TYPES: Final = (
    *("String", "Numeric", "Binary", "Bitmap", "Composite"),
    *("Track1", "Track2", "Track3", "Hex"),
    "IndexTag",  # the place of a part, as text
)
FIXED: Final = "Fixed"
# How a length is written, and how many of our digits each of their L is: a binary L is a byte.
PREFIXES: Final = {
    "ASCII": ("ascii", 1),
    "EBCDIC": ("ebcdic-500", 1),
    "EBCDIC1047": ("ebcdic-1047", 1),
    "BCD": ("bcd", 1),
    "Binary": ("binary", 2),
    "Hex": ("", 0),  # hexadecimal text: our grammar has no such length
    "None": ("", 0),
}
LETTERS: Final = ("L", "LL", "LLL", "LLLL")
BER_LENGTH: Final = "BerTLV"
SORTS: Final = ("StringsByInt", "StringsByHex")
PADDINGS: Final = ("Left", "Right", "None")
