"""RSA: EI makes a pair, EO takes in a public key of others, EW signs, EY verifies.

EI computes for a twentieth of a second (2048 bits) to one (4096), and the module answers nobody
meanwhile, as a real one does not; `rsa_bits_max` of the policy says how long that may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from cardswitch.specs.hsm.commands.data.encryption import (
    MD5,
    SHA_1,
    SHA_224,
    SHA_256,
    SHA_384,
    SHA_512,
)
from cardswitch.specs.hsm.commands.keys.rsa import DER_SIGNED, PSS, RSA_KEYS
from cardswitch.specs.hsm.errors import (
    FUNCTION_REFUSED,
    INPUT_REFUSED,
    MISMATCH,
    PRIVATE_KEY_LENGTH_REFUSED,
    PRIVATE_KEY_REFUSED,
    PUBLIC_KEY_LENGTH_REFUSED,
)
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.rsa import (
    BITS_KNOWN,
    EXPONENT,
    EXPONENTS,
    RsaPublicKey,
    decode_public_key_rsa,
    encode_public_key_rsa,
)
from cardswitch.specs.security.rsa_signatures import (
    salt_length_pss,
    sign_rsa_pkcs1,
    sign_rsa_pss,
    verify_rsa_pkcs1,
    verify_rsa_pss,
)
from cardswitch.specs.security.rsa_under_lmk import mac_public_key_rsa, open_key_rsa, seal_key_rsa

from ...custody.policy import CommandRefused
from ...custody.storage import POINTER_LENGTH
from ...desk import Handler, HsmDesk
from ...keys.ring import Fields

GENERATE_ACTIVITY: Final = "generate.rsa"
IMPORT_ACTIVITY: Final = "import.rsa"
SIGNATURE_MISMATCH: Final = "02"
LENGTH_REFUSED: Final = "04"
PUBLIC_KEY_FORM_REFUSED: Final = "04"
EVEN_EXPONENT_REFUSED: Final = "08"
_HASHES: Final = {
    SHA_1: "sha1",
    MD5: "md5",
    SHA_224: "sha224",
    SHA_256: "sha256",
    SHA_384: "sha384",
    SHA_512: "sha512",
}


def generate_rsa_pair(desk: HsmDesk, fields: Fields) -> Fields:
    """EI: a new pair, the private key under the LMK. Officers alone may have one made."""
    lmk = desk.keys.lmk
    desk.state.require_officers(GENERATE_ACTIVITY)
    bits = int(fields["bits"])
    if bits not in BITS_KNOWN or not _is_admitted(desk, bits):
        raise CommandRefused(LENGTH_REFUSED)
    key = desk.make_rsa(bits, _exponent_of(fields))
    is_signed = fields["encoding"] == DER_SIGNED
    return {
        "public_key": _text(encode_public_key_rsa(key.public, is_signed=is_signed)),
        "private_key": _text(seal_key_rsa(lmk, key, fields["key_type"])),
    }


def import_public_key(desk: HsmDesk, fields: Fields) -> Fields:
    """EO: the public key with a MAC, so that EY knows it again. By the word of officers alone."""
    lmk = desk.keys.lmk
    desk.state.require_officers(IMPORT_ACTIVITY)
    der = _bytes(fields["public_key"])
    _read_public_key(desk, der, is_signed=fields["encoding"] == DER_SIGNED)
    mac = mac_public_key_rsa(lmk, der, _bytes(fields.get("authentication", "")))
    return {"mac": _text(mac), "public_key": fields["public_key"]}


def generate_signature(desk: HsmDesk, fields: Fields) -> Fields:
    """EW: a signature by a private key that is for signatures."""
    try:
        key, purpose = open_key_rsa(desk.keys.lmk, _bytes(_private_key_of(desk, fields)))
    except KeyRefused:
        raise CommandRefused(PRIVATE_KEY_REFUSED) from None
    if purpose == RSA_KEYS:
        raise CommandRefused(FUNCTION_REFUSED)
    if not _is_admitted(desk, key.public.bits):
        raise CommandRefused(PRIVATE_KEY_LENGTH_REFUSED)
    hash_name, data = _HASHES[fields["hash"]], _bytes(fields["data"])
    if fields["padding"] != PSS:
        return {"signature": _text(sign_rsa_pkcs1(key, hash_name, data))}
    salt = desk.random_bytes(salt_length_pss(hash_name))
    try:
        return {"signature": _text(sign_rsa_pss(key, hash_name, data, salt))}
    except KeyRefused:
        raise CommandRefused(PRIVATE_KEY_LENGTH_REFUSED) from None


def verify_signature(desk: HsmDesk, fields: Fields) -> Fields:
    """EY: is the public key one that EO took in, and the signature by its other half?"""
    der = _bytes(fields["public_key"])
    mac = mac_public_key_rsa(desk.keys.lmk, der, _bytes(fields.get("authentication", "")))
    if not compare_digest(mac, _bytes(fields["mac"])):
        raise CommandRefused(MISMATCH)
    key = _read_public_key(desk, der)
    verify = verify_rsa_pss if fields["padding"] == PSS else verify_rsa_pkcs1
    data, signature = _bytes(fields["data"]), _bytes(fields["signature"])
    if not verify(key, _HASHES[fields["hash"]], data, signature):
        raise CommandRefused(SIGNATURE_MISMATCH)
    return {}


def _private_key_of(desk: HsmDesk, fields: Fields) -> str:
    """The private key under the LMK: as it came, or where K and three digits say that it is."""
    text = fields["private_key"]
    return desk.state.storage.resolve(text) if len(text) == POINTER_LENGTH else text


def _read_public_key(desk: HsmDesk, der: bytes, *, is_signed: bool | None = None) -> RsaPublicKey:
    """The key of *der*. Raises CommandRefused: 04 form, 76 length."""
    try:
        key = decode_public_key_rsa(der, is_signed=is_signed)
        if not _is_admitted(desk, key.bits):
            raise CommandRefused(PUBLIC_KEY_LENGTH_REFUSED)
        key.to_library()
    except KeyRefused:
        raise CommandRefused(PUBLIC_KEY_FORM_REFUSED) from None
    return key


def _is_admitted(desk: HsmDesk, bits: int) -> bool:
    """Whether the policy admits keys of *bits*, neither too short nor too long."""
    return desk.policy.rsa_bits_min <= bits <= desk.policy.rsa_bits_max


def _exponent_of(fields: Fields) -> int:
    """The exponent asked for.

    Raises CommandRefused: 08 if it is even, 15 if it is not a usual one.
    """
    if "exponent" not in fields:
        return EXPONENT
    exponent = int.from_bytes(_bytes(fields["exponent"]), "big")
    if exponent % 2 == 0:
        raise CommandRefused(EVEN_EXPONENT_REFUSED)
    if exponent not in EXPONENTS:
        raise CommandRefused(INPUT_REFUSED)
    return exponent


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")


def _text(data: bytes) -> str:
    return data.decode("latin-1")


HANDLERS: Final[Mapping[str, Handler]] = {
    "EI": generate_rsa_pair,
    "EO": import_public_key,
    "EW": generate_signature,
    "EY": verify_signature,
}
