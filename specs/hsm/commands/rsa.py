"""Layouts of commands with RSA keys: public ones in DER, private ones under the LMK, both as bytes.

Chosen here, where no public source says: number 04 of PSS, the numbers of the SHA-2 hashes, that
authentication data end where an LMK id may begin, and the errors 02 and 04 to 07 of EW and EY.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import DER_SEQUENCE, Field, Kind, Layout, counted, one_of
from ..kinds import BYTES_4, NOTHING

# Bits as they are written, and the bytes that so many need. RFC 8017 knows longer exponents, but
# nobody has them.
_EXPONENTS: Final = (
    ("000[1-8]", 1),
    ("0009|001[0-6]", 2),
    ("001[7-9]|002[0-4]", 3),
    ("002[5-9]|003[0-2]", 4),
)
_BYTES: Final = counted("[0-9]{4}", 10, "4 digits and as many bytes as they say")
_PUBLIC_KEY: Final = Field("public_key", DER_SEQUENCE)
_PRIVATE_KEY: Final = Field("private_key", _BYTES)
_MAC: Final = Field("mac", BYTES_4)
_ENCODING: Final = Field(
    "encoding", Kind("0[12]", "encoding of public keys: 01 unsigned, 02 signed integers", "03")
)
_AUTHENTICATION: Final = Field(
    "authentication",
    Kind("(?:(?![;%#])[ -~]){1,128}", "1 to 128 printable characters but ; % and #"),
    optional=True,
)
_PAIR: Final = (
    Field("key_type", one_of("012", "use: 0 signatures, 1 keys, 2 both", "05")),
    Field("bits", Kind("[0-9]{4}", "a length in bits, of 4 digits", "04")),
    _ENCODING,
)
_SIGNATURE: Final = (
    Field("hash", Kind("0[125678]", "a hash that is known", "05")),
    Field("signature_type", Kind("01", "signature 01, RSA", "06")),
    Field("padding", Kind("0[14]", "padding: 01 PKCS #1 v1.5, 04 PSS", "07")),
)


def _with_exponent(bits: str, size: int) -> Layout:
    return Layout(
        *_PAIR,
        Field("exponent_bits", Kind(bits, "the length of the exponent, 0001 to 0032 bits", "06")),
        Field("exponent", Kind(f"(?s:.{{{size}}})", f"an exponent of {size} bytes")),
    )


COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "EI": (*(_with_exponent(*form) for form in _EXPONENTS), Layout(*_PAIR)),
    "EO": (Layout(_ENCODING, _PUBLIC_KEY, _AUTHENTICATION),),
    "EW": (
        Layout(
            *_SIGNATURE,
            Field("data", _BYTES),
            Field("flag", Kind("99", "99: the private key follows", "04"), ";"),
            _PRIVATE_KEY,
        ),
    ),
    "EY": (
        Layout(
            *_SIGNATURE,
            Field("signature", _BYTES),
            Field("data", _BYTES, ";"),
            Field("mac", BYTES_4, ";"),
            _PUBLIC_KEY,
            _AUTHENTICATION,
        ),
    ),
}

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "EJ": (Layout(_PUBLIC_KEY, _PRIVATE_KEY),),
    "EP": (Layout(_MAC, _PUBLIC_KEY),),
    "EX": (Layout(Field("signature", _BYTES)),),
    "EZ": NOTHING,
}
