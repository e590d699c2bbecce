"""RSA signatures of RFC 8017: RSASSA-PKCS1-v1_5, and RSASSA-PSS with its salt as an argument.

A hash is called by its name in hashlib: md5, sha1, sha224, sha256, sha384, sha512.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .errors import KeyRefused
from .rsa import RsaPrivateKey, RsaPublicKey

# MD5 and SHA-1 are for the data of old hosts: who signs with them knows it.
HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "md5": hashes.MD5(),  # noqa: S303
    "sha1": hashes.SHA1(),  # noqa: S303
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_PSS_TRAILER: Final = b"\xbc"


def sign_rsa_pkcs1(key: RsaPrivateKey, hash_name: str, data: bytes) -> bytes:
    """The signature of *data*, as long as the modulus (RFC 8017 8.2.1); the same every time."""
    return key.to_library().sign(data, padding.PKCS1v15(), HASHES[hash_name])


def verify_rsa_pkcs1(key: RsaPublicKey, hash_name: str, data: bytes, signature: bytes) -> bool:
    """Whether *signature* is that of *data* (RFC 8017 8.2.2). Raises KeyRefused: ``form``."""
    return _verifies(key, padding.PKCS1v15(), hash_name, data, signature)


def salt_length_pss(hash_name: str) -> int:
    """Bytes of salt that :func:`sign_rsa_pss` takes: as many as the hash has.

    >>> salt_length_pss("sha256")
    32
    """
    return HASHES[hash_name].digest_size


def sign_rsa_pss(key: RsaPrivateKey, hash_name: str, data: bytes, salt: bytes) -> bytes:
    """The signature of *data* (RFC 8017 8.1.1), MGF1 of the same hash; *salt* never used before.

    Raises KeyRefused: ``length``, the key is too short for this hash, or *salt* not as long as it.
    """
    size = key.public.bits // 8
    if len(salt) != salt_length_pss(hash_name):
        raise KeyRefused("length", "expected a salt as long as the hash")
    if size < 2 * len(salt) + 2:
        raise KeyRefused("length", "expected a longer key for this hash, or a shorter hash")
    message = int.from_bytes(_encode_pss(hash_name, data, salt, size), "big")
    return _apply_private_key(key, message).to_bytes(size, "big")


def verify_rsa_pss(key: RsaPublicKey, hash_name: str, data: bytes, signature: bytes) -> bool:
    """Whether *signature* is that of *data* (RFC 8017 8.1.2). Raises KeyRefused: ``form``."""
    scheme = padding.PSS(padding.MGF1(HASHES[hash_name]), padding.PSS.DIGEST_LENGTH)
    return _verifies(key, scheme, hash_name, data, signature)


def _verifies(
    key: RsaPublicKey,
    scheme: padding.PKCS1v15 | padding.PSS,
    hash_name: str,
    data: bytes,
    signature: bytes,
) -> bool:
    try:
        key.to_library().verify(signature, data, scheme, HASHES[hash_name])
    except InvalidSignature:
        return False
    return True


def _encode_pss(hash_name: str, data: bytes, salt: bytes, size: int) -> bytes:
    """EMSA-PSS-ENCODE (RFC 8017 9.1.1) for a modulus of *size* whole bytes."""
    digest = _digest(hash_name, bytes(8) + _digest(hash_name, data) + salt)
    block = (b"\x01" + salt).rjust(size - len(digest) - 1, b"\x00")
    mask = _mask_mgf1(hash_name, digest, len(block))
    masked = bytes(a ^ b for a, b in zip(block, mask, strict=True))
    return bytes([masked[0] & 0x7F]) + masked[1:] + digest + _PSS_TRAILER


def _mask_mgf1(hash_name: str, seed: bytes, size: int) -> bytes:
    """MGF1 (RFC 8017 B.2.1): *size* bytes made of *seed*."""
    count = -(-size // HASHES[hash_name].digest_size)
    parts = (_digest(hash_name, seed + n.to_bytes(4, "big")) for n in range(count))
    return b"".join(parts)[:size]


def _digest(hash_name: str, data: bytes) -> bytes:
    return hashlib.new(hash_name, data, usedforsecurity=False).digest()


def _apply_private_key(key: RsaPrivateKey, message: int) -> int:
    """RSASP1 by the remainders of both primes (RFC 8017 5.2.1): four times as fast as in one."""
    d = key.private_exponent
    by_p = pow(message, d % (key.p - 1), key.p)
    by_q = pow(message, d % (key.q - 1), key.q)
    return by_q + key.q * ((by_p - by_q) * pow(key.q, -1, key.p) % key.p)
