"""RSA keys under a local master key: private ones sealed, public ones with a MAC.

What vendors do is not public; this is our own, for LMKs of variants and of key blocks alike. A key
of 2048 bits would fill a key block beyond what hosts take, so it is sealed with AES-SIV (RFC 5297):
no chance is needed, and any change shows. A sealed key is

    1 byte    what it is for, readable: a digit of ASCII
    16 bytes  the synthetic initial vector
    n bytes   encrypted: both primes, as long as each other, and 4 bytes of the public exponent
"""

from __future__ import annotations

from hmac import digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from .block_lmk import BlockLmk
from .errors import KeyRefused
from .lmk import LmkSet
from .rsa import RsaPrivateKey

PRIVATE_PAIR: Final = 17  # 34-35, the pair of private keys
PUBLIC_PAIR: Final = 18  # 36-37, that of public keys' MACs
MAC_LENGTH: Final = 4
_EXPONENT_LENGTH: Final = 4
_PRIVATE_LABEL: Final = b"cardswitch: RSA private key under LMK"
_PUBLIC_LABEL: Final = b"cardswitch: MAC of RSA public key under LMK"
_VECTOR_LENGTH: Final = 16

Lmk = LmkSet | BlockLmk


def seal_key_rsa(lmk: Lmk, key: RsaPrivateKey, purpose: str) -> bytes:
    """*key* under *lmk*, for *purpose*, one ASCII character that cannot be changed afterwards.

    >>> from .lmk import TEST_LMK
    >>> key = RsaPrivateKey(61, 53, 17)  # far too short, but short to show
    >>> open_key_rsa(TEST_LMK, seal_key_rsa(TEST_LMK, key, "2"))[1]
    '2'
    """
    size = (max(key.p, key.q).bit_length() + 7) // 8
    primes = key.p.to_bytes(size, "big") + key.q.to_bytes(size, "big")
    content = primes + key.exponent.to_bytes(_EXPONENT_LENGTH, "big")
    head = purpose.encode("ascii")
    return head + _private_cipher(lmk).encrypt(content, [head])


def open_key_rsa(lmk: Lmk, sealed: bytes) -> tuple[RsaPrivateKey, str]:
    """The key and the purpose of :func:`seal_key_rsa`.

    Raises KeyRefused: ``sealed``, not under this LMK, or changed.
    """
    head, body = sealed[:1], sealed[1:]
    if len(body) <= _VECTOR_LENGTH:
        raise KeyRefused("sealed", "expected an RSA private key under the LMK: this is too short")
    try:
        content = _private_cipher(lmk).decrypt(body, [head])
    except InvalidTag:
        raise KeyRefused("sealed", "expected an RSA private key under this LMK") from None
    primes, exponent = content[:-_EXPONENT_LENGTH], content[-_EXPONENT_LENGTH:]
    half = len(primes) // 2
    numbers = (int.from_bytes(part, "big") for part in (primes[:half], primes[half:], exponent))
    return RsaPrivateKey(*numbers), head.decode("ascii")


def mac_public_key_rsa(lmk: Lmk, der: bytes, authentication: bytes) -> bytes:
    """4 bytes by which *lmk* knows that it took in the public key *der*, with *authentication*.

    HMAC of SHA-256, the left of it; *der* says its own length, so the two cannot be confused.

    >>> from .lmk import TEST_LMK
    >>> len(mac_public_key_rsa(TEST_LMK, b"der", b""))
    4
    """
    return digest(_secret(lmk, PUBLIC_PAIR, _PUBLIC_LABEL), der + authentication, "sha256")[
        :MAC_LENGTH
    ]


def _private_cipher(lmk: Lmk) -> AESSIV:
    return AESSIV(_secret(lmk, PRIVATE_PAIR, _PRIVATE_LABEL))


def _secret(lmk: Lmk, pair: int, label: bytes) -> bytes:
    """64 bytes for the use that *label* names: of one pair of a variant LMK, or of the whole."""
    root = lmk.pairs[pair] if isinstance(lmk, LmkSet) else lmk.key
    return digest(root, label, "sha512")
