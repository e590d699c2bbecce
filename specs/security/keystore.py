"""Keys at rest under a passphrase: scrypt makes a key of it, AES-GCM seals with that."""

from __future__ import annotations

from hashlib import scrypt
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cardswitch.specs.errors import CryptoError

SALT_LENGTH: Final = 16
NONCE_LENGTH: Final = 12
SEAL_RANDOM_LENGTH: Final = SALT_LENGTH + NONCE_LENGTH
STRETCHED_LENGTH: Final = 32
PASSPHRASE_LENGTH_MIN: Final = 8  # characters; NIST SP 800-63B 5.1.1.1
_TAG_LENGTH: Final = 16
# RFC 7914 with 32 MiB: a tenth of a second for us, and for whoever guesses at every guess.
_COST: Final = 2**15
_BLOCK_SIZE: Final = 8
_PARALLEL: Final = 1
_MEMORY_MAX: Final = 64 << 20


def stretch_passphrase(passphrase: str, salt: bytes) -> bytes:
    """32 bytes made of *passphrase*, slow on purpose; *salt* (16 bytes) is random, not secret.

    Raises CryptoError.

    >>> len(stretch_passphrase("correct horse", bytes(16)))
    32
    """
    if len(salt) != SALT_LENGTH:
        raise CryptoError(f"expected a salt of {SALT_LENGTH} bytes, seen {len(salt)}")
    return scrypt(
        passphrase.encode("utf-8"),
        salt=salt,
        n=_COST,
        r=_BLOCK_SIZE,
        p=_PARALLEL,
        maxmem=_MEMORY_MAX,
        dklen=STRETCHED_LENGTH,
    )


def seal_keystore(passphrase: str, content: bytes, beside: bytes, random: bytes) -> bytes:
    """*content* so that only *passphrase* opens it, and only with *beside*, which stays readable.

    *random* is 28 bytes, never used before: they are the salt and the nonce, and come first.
    Raises CryptoError: a passphrase of fewer than 8 characters.

    >>> sealed = seal_keystore("correct horse", b"keys", b"names", bytes(28))
    >>> open_keystore("correct horse", sealed, b"names")
    b'keys'
    """
    if len(passphrase) < PASSPHRASE_LENGTH_MIN:
        raise CryptoError(f"expected a passphrase of {PASSPHRASE_LENGTH_MIN} characters or more")
    if len(random) != SEAL_RANDOM_LENGTH:
        raise CryptoError(f"expected {SEAL_RANDOM_LENGTH} random bytes, seen {len(random)}")
    salt, nonce = random[:SALT_LENGTH], random[SALT_LENGTH:]
    key = stretch_passphrase(passphrase, salt)
    return random + AESGCM(key).encrypt(nonce, content, beside)


def open_keystore(passphrase: str, sealed: bytes, beside: bytes) -> bytes:
    """What :func:`seal_keystore` sealed.

    Raises CryptoError: another passphrase, or *sealed* or *beside* is not what it was.
    """
    if len(sealed) < SEAL_RANDOM_LENGTH + _TAG_LENGTH:
        raise CryptoError("expected a sealed key store; this is too short to be one")
    salt, nonce = sealed[:SALT_LENGTH], sealed[SALT_LENGTH:SEAL_RANDOM_LENGTH]
    key = stretch_passphrase(passphrase, salt)
    try:
        return AESGCM(key).decrypt(nonce, sealed[SEAL_RANDOM_LENGTH:], beside)
    except InvalidTag:
        raise CryptoError("wrong passphrase, or the key store was changed") from None
