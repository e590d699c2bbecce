"""Commands with RSA keys. Keys and signatures are bytes; in answers they are characters, Latin-1.

A public key is DER, a sequence of modulus and exponent; a private key is what a module sealed under
its LMK, and nobody else can read it.
"""

from __future__ import annotations

from typing import Final

from ..values import Command
from .data import SHA_256

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
    fields = {"encoding": encoding, "public_key": public_key.decode("latin-1")}
    return Command("", "EO", fields | _authentication(authentication))


def sign_rsa(
    private_key: bytes, data: bytes, algorithm: str = SHA_256, padding: str = PKCS_1
) -> Command:
    """EW: sign the hash of *data*, up to 9999 bytes. Answers signature."""
    fields = {
        **_signature(algorithm, padding),
        "data": data.decode("latin-1"),
        "flag": _KEY_FOLLOWS,
        "private_key": private_key.decode("latin-1"),
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
        "signature": signature.decode("latin-1"),
        "data": data.decode("latin-1"),
        "mac": mac.decode("latin-1"),
        "public_key": public_key.decode("latin-1"),
    }
    return Command("", "EY", fields | _authentication(authentication))


def _signature(algorithm: str, padding: str) -> dict[str, str]:
    return {"hash": algorithm, "signature_type": _RSA, "padding": padding}


def _authentication(text: str) -> dict[str, str]:
    return {"authentication": text} if text else {}
