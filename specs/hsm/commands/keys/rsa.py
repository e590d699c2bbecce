"""Commands with RSA keys. Keys and signatures are bytes; in answers they are characters, Latin-1.

A public key is DER, a sequence of modulus and exponent; a private key is what a module sealed under
its LMK, and nobody else can read it.

Chosen here, where no public source says: number 04 of PSS, the numbers of the SHA-2 hashes, that
authentication data end where an LMK id may begin, and the errors 02 and 04 to 07 of EW and EY.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import DER_SEQUENCE, HostCommand, HsmField, HsmKind, HsmLayout, counted, one_of
from ...kinds import BYTES_4, NOTHING
from ...values import Command, text_of
from ..data.encryption import SHA_256

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
# What clients say of the block of the private key: its version, and that it has nothing optional.
_PRIVATE_HEADER: Final = HsmField(
    "private_header", HsmKind("0000", "a key version of 00 and 00 optional blocks"), "#", True
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
        _PRIVATE_HEADER,
    )


COMMANDS: Final[Mapping[str, HostCommand]] = {
    "EI": HostCommand(
        request=(
            *(_with_exponent(*form) for form in _EXPONENTS),
            HsmLayout(*_PAIR, _PRIVATE_HEADER),
        ),
        answer=(HsmLayout(_PUBLIC_KEY, _PRIVATE_KEY),),
    ),
    "EO": HostCommand(
        request=(HsmLayout(_ENCODING, _PUBLIC_KEY, _AUTHENTICATION),),
        answer=(HsmLayout(_MAC, _PUBLIC_KEY),),
    ),
    "EW": HostCommand(
        request=(
            HsmLayout(
                *_SIGNATURE,
                HsmField("data", _BYTES),
                HsmField("flag", HsmKind("99", "99: the private key follows", "04"), ";"),
                _PRIVATE_KEY,
            ),
        ),
        answer=(HsmLayout(HsmField("signature", _BYTES)),),
    ),
    "EY": HostCommand(
        request=(
            HsmLayout(
                *_SIGNATURE,
                HsmField("signature", _BYTES),
                HsmField("data", _BYTES, ";"),
                HsmField("mac", BYTES_4, ";"),
                _PUBLIC_KEY,
                _AUTHENTICATION,
            ),
        ),
        answer=NOTHING,
    ),
}


# What a pair is for.
RSA_SIGNATURES: Final = "0"
RSA_KEYS: Final = "1"
RSA_ANY: Final = "2"
# Integers of a public key: bare, or as DER has them, with a zero byte before a set top bit.
DER_UNSIGNED: Final = "01"
DER_SIGNED: Final = "02"
PKCS_1: Final = "01"
PSS: Final = "04"
_RSA: Final = "01"
_KEY_FOLLOWS: Final = "99"


def generate_rsa_pair(
    bits: int = 2048,
    key_type: str = RSA_ANY,
    exponent: int | None = None,
    encoding: str = DER_UNSIGNED,
) -> Command:
    """EI: a new pair, of *exponent* 65537 unless given. Answers public_key, private_key.

    It takes a module half a second and more, in which it does nothing else.
    """
    fields = {"key_type": key_type, "bits": f"{bits:04d}", "encoding": encoding}
    if exponent is not None:
        size = exponent.bit_length()
        value = exponent.to_bytes((size + 7) // 8, "big").decode("latin-1")
        fields |= {"exponent_bits": f"{size:04d}", "exponent": value}
    return Command("", "EI", fields)


def import_rsa_public_key(
    public_key: bytes, authentication: str = "", encoding: str = DER_UNSIGNED
) -> Command:
    """EO: have the module vouch for a public key of others. Answers mac, public_key."""
    fields = {"encoding": encoding, "public_key": text_of(public_key)}
    return Command("", "EO", fields | _authentication(authentication))


def sign_rsa(
    private_key: bytes, data: bytes, algorithm: str = SHA_256, padding: str = PKCS_1
) -> Command:
    """EW: sign the hash of *data*, up to 9999 bytes. Answers signature."""
    fields = {
        **_signature(algorithm, padding),
        "data": text_of(data),
        "flag": _KEY_FOLLOWS,
        "private_key": text_of(private_key),
    }
    return Command("", "EW", fields)


def verify_rsa(
    public_key: bytes,
    mac: bytes,
    data: bytes,
    signature: bytes,
    algorithm: str = SHA_256,
    padding: str = PKCS_1,
    authentication: str = "",
) -> Command:
    """EY: *public_key*, *mac* as EO gave it; error 01 if that is wrong, 02 if *signature* is."""
    fields = {
        **_signature(algorithm, padding),
        "signature": text_of(signature),
        "data": text_of(data),
        "mac": text_of(mac),
        "public_key": text_of(public_key),
    }
    return Command("", "EY", fields | _authentication(authentication))


def _signature(algorithm: str, padding: str) -> dict[str, str]:
    return {"hash": algorithm, "signature_type": _RSA, "padding": padding}


def _authentication(text: str) -> dict[str, str]:
    return {"authentication": text} if text else {}
