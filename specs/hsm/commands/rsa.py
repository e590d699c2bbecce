"""Layouts of commands with RSA keys: public ones in DER, private ones under the LMK, both as bytes.

Chosen here, where no public source says: number 04 of PSS, the numbers of the SHA-2 hashes, that
authentication data end where an LMK id may begin, and the errors 02 and 04 to 07 of EW and EY.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import DER_SEQUENCE, HsmField, HsmKind, HsmLayout, counted, one_of
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
_PUBLIC_KEY: Final = HsmField("public_key", DER_SEQUENCE)
_PRIVATE_KEY: Final = HsmField("private_key", _BYTES)
_MAC: Final = HsmField("mac", BYTES_4)
_ENCODING: Final = HsmField(
    "encoding", HsmKind("0[12]", "encoding of public keys: 01 unsigned, 02 signed integers", "03")
)
_AUTHENTICATION: Final = HsmField(
    "authentication",
    HsmKind("(?:(?![;%#])[ -~]){1,128}", "1 to 128 printable characters but ; % and #"),
    optional=True,
)
_PAIR: Final = (
    HsmField("key_type", one_of("012", "use: 0 signatures, 1 keys, 2 both", "05")),
    HsmField("bits", HsmKind("[0-9]{4}", "a length in bits, of 4 digits", "04")),
    _ENCODING,
)
_SIGNATURE: Final = (
    HsmField("hash", HsmKind("0[125678]", "a hash that is known", "05")),
    HsmField("signature_type", HsmKind("01", "signature 01, RSA", "06")),
    HsmField("padding", HsmKind("0[14]", "padding: 01 PKCS #1 v1.5, 04 PSS", "07")),
)


def _with_exponent(bits: str, size: int) -> HsmLayout:
    return HsmLayout(
        *_PAIR,
        HsmField(
            "exponent_bits", HsmKind(bits, "the length of the exponent, 0001 to 0032 bits", "06")
        ),
        HsmField("exponent", HsmKind(f"(?s:.{{{size}}})", f"an exponent of {size} bytes")),
    )


COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "EI": (*(_with_exponent(*form) for form in _EXPONENTS), HsmLayout(*_PAIR)),
    "EO": (HsmLayout(_ENCODING, _PUBLIC_KEY, _AUTHENTICATION),),
    "EW": (
        HsmLayout(
            *_SIGNATURE,
            HsmField("data", _BYTES),
            HsmField("flag", HsmKind("99", "99: the private key follows", "04"), ";"),
            _PRIVATE_KEY,
        ),
    ),
    "EY": (
        HsmLayout(
            *_SIGNATURE,
            HsmField("signature", _BYTES),
            HsmField("data", _BYTES, ";"),
            HsmField("mac", BYTES_4, ";"),
            _PUBLIC_KEY,
            _AUTHENTICATION,
        ),
    ),
}

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "EJ": (HsmLayout(_PUBLIC_KEY, _PRIVATE_KEY),),
    "EP": (HsmLayout(_MAC, _PUBLIC_KEY),),
    "EX": (HsmLayout(HsmField("signature", _BYTES)),),
    "EZ": NOTHING,
}
