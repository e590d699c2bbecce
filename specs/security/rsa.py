"""RSA keys as values: how a pair is made, and the form in which a public key travels (DER).

RFC 8017 (PKCS #1 v2.2) says what they are, FIPS 186-5 how they are made. Chance is an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from math import lcm
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import Struct

from cardswitch.specs.errors import CryptoError

from .errors import KeyRefused
from .rsa_primes import find_prime

EXPONENT: Final = 65_537
EXPONENTS: Final = (3, EXPONENT)
# 1024 is for tests and old data alone; more than 4096 takes longer than any host waits.
BITS_KNOWN: Final = (1024, 2048, 3072, 4096)
# Pairs of primes until one keeps all rules; that a second is needed has a chance below 1 in 2^90.
PAIRS_MAX: Final = 4
# FIPS 186-5 A.1.3: primes that are closer than this lead to their factors.
_PRIME_DISTANCE_BITS: Final = 100
_PUBLIC_EXPONENT_MAX: Final = 2**32 - 1  # OpenSSL takes no longer ones with every modulus.
_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_LONG_FORM: Final = 0x80


class RsaPublicKey(Struct, frozen=True, gc=False):
    """What everyone may know: *modulus* and *exponent*."""

    modulus: int
    exponent: int

    @property
    def bits(self) -> int:
        """The length of the modulus, which is that of the key."""
        return self.modulus.bit_length()

    def to_library(self) -> rsa.RSAPublicKey:
        """As `cryptography` has it. Raises KeyRefused: ``form``, of no RSA key at all."""
        try:
            return rsa.RSAPublicNumbers(self.exponent, self.modulus).public_key()
        except ValueError:
            raise KeyRefused("form", "expected modulus and exponent of an RSA key") from None


class RsaPrivateKey(Struct, frozen=True, gc=False):
    """The primes *p* and *q*, and the public *exponent*: all else follows from these."""

    p: int
    q: int
    exponent: int = EXPONENT

    @property
    def public(self) -> RsaPublicKey:
        """The other half of the pair."""
        return RsaPublicKey(self.p * self.q, self.exponent)

    @property
    def private_exponent(self) -> int:
        """The smallest that undoes the public one (RFC 8017 3.2)."""
        return pow(self.exponent, -1, lcm(self.p - 1, self.q - 1))

    def to_library(self, *, is_checked: bool = True) -> rsa.RSAPrivateKey:
        """As `cryptography` has it; unless it *is_checked*, OpenSSL judges the primes once more.

        Raises KeyRefused: ``form``.
        """
        d = self.private_exponent
        numbers = rsa.RSAPrivateNumbers(
            self.p,
            self.q,
            d,
            rsa.rsa_crt_dmp1(d, self.p),
            rsa.rsa_crt_dmq1(d, self.q),
            rsa.rsa_crt_iqmp(self.p, self.q),
            rsa.RSAPublicNumbers(self.exponent, self.p * self.q),
        )
        try:
            return numbers.private_key(unsafe_skip_rsa_key_validation=is_checked)
        except ValueError:
            raise KeyRefused("form", "expected two primes that make an RSA key") from None

    def __repr__(self) -> str:
        """The length alone: a key may stand in any exception."""
        return f"<RSA private key of {self.public.bits} bits>"


def generate_key_rsa(
    bits: int, exponent: int, random_bytes: Callable[[int], bytes]
) -> RsaPrivateKey:
    """A new pair of *bits* (1024, 2048, 3072, 4096) with *exponent* 3 or 65537; FIPS 186-5 A.1.3.

    Half a second of computing for 2048 bits, 4 to 10 seconds for 4096. Raises KeyRefused:
    ``length``, ``exponent``; CryptoError: *random_bytes* is no chance.
    """
    _require_known(bits, exponent)
    half = bits // 2
    for _ in range(PAIRS_MAX):
        p, q = (find_prime(half, exponent, random_bytes) for _ in "pq")
        key = RsaPrivateKey(p, q, exponent)
        are_apart = abs(key.p - key.q).bit_length() > half - _PRIME_DISTANCE_BITS
        if are_apart and key.private_exponent.bit_length() > half:
            key.to_library(is_checked=False)
            return key
    raise CryptoError("expected two primes far apart: is the source of chance broken?")


def encode_public_key_rsa(key: RsaPublicKey, *, is_signed: bool = True) -> bytes:
    """*key* in DER: RSAPublicKey of RFC 8017 A.1.1, a sequence of modulus and exponent.

    Unless *is_signed*, no zero byte stands before an integer whose top bit is set: no DER, but
    what hosts have agreed on with their modules.

    >>> encode_public_key_rsa(RsaPublicKey(0x8F, 3)).hex()
    '30070202008f020103'
    >>> encode_public_key_rsa(RsaPublicKey(0x8F, 3), is_signed=False).hex()
    '300602018f020103'
    """
    numbers = (key.modulus, key.exponent)
    return _tagged(_SEQUENCE, b"".join(_integer(number, is_signed) for number in numbers))


def generate_key_rsa_openssl(bits: int, exponent: int) -> RsaPrivateKey:
    """A new pair as :func:`generate_key_rsa` makes one, by OpenSSL and its own source of chance.

    A tenth of the time: a fifth of a second for 4096 bits. Raises KeyRefused as that one does.
    """
    _require_known(bits, exponent)
    numbers = rsa.generate_private_key(exponent, bits).private_numbers()
    return RsaPrivateKey(numbers.p, numbers.q, exponent)


def decode_public_key_rsa(der: bytes, *, is_signed: bool | None = None) -> RsaPublicKey:
    """The key of *der*; undoes :func:`encode_public_key_rsa`. None takes either form of integers.

    Raises KeyRefused: ``form`` (not the one encoding of two integers that make a public key).

    >>> decode_public_key_rsa(bytes.fromhex("300602018F020103"), is_signed=False).modulus
    143
    """
    try:
        first, after = _content(der, _INTEGER, _content(der, _SEQUENCE, 0)[0].start)
        second, _ = _content(der, _INTEGER, after)
        key = RsaPublicKey(_number(der, first), _number(der, second))
    except IndexError:
        raise KeyRefused("form", "expected a public key in DER: it ends too soon") from None
    forms = (True, False) if is_signed is None else (is_signed,)
    if all(encode_public_key_rsa(key, is_signed=form) != der for form in forms):
        raise KeyRefused("form", "expected modulus and exponent in DER, and nothing else")
    if not key.modulus & key.exponent & 1 or not 3 <= key.exponent <= _PUBLIC_EXPONENT_MAX:
        raise KeyRefused("form", "expected an odd modulus and an odd exponent of 3 or more")
    return key


def _require_known(bits: int, exponent: int) -> None:
    if bits not in BITS_KNOWN:
        raise KeyRefused("length", "expected 1024, 2048, 3072 or 4096 bits")
    if exponent not in EXPONENTS:
        raise KeyRefused("exponent", "expected the public exponent 3 or 65537")


def _integer(number: int, is_signed: bool) -> bytes:
    bits = number.bit_length() + is_signed
    return _tagged(_INTEGER, number.to_bytes(max(1, (bits + 7) // 8), "big"))


def _number(der: bytes, at: range) -> int:
    return int.from_bytes(der[at.start : at.stop], "big")


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _LONG_FORM:
        return bytes([tag, size]) + content
    count = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, _LONG_FORM | len(count)]) + count + content


def _content(der: bytes, tag: int, at: int) -> tuple[range, int]:
    """Where the content of what begins at *at* stands, and what follows it. Raises IndexError.

    Lengths are only read here; that they are in their shortest form shows by encoding again.
    """
    if der[at] != tag:
        raise KeyRefused("form", "expected a sequence of two integers in DER")
    size, start = der[at + 1], at + 2
    if size >= _LONG_FORM:
        count = size - _LONG_FORM
        size, start = int.from_bytes(der[start : start + count], "big"), start + count
    return range(start, start + size), start + size
