"""Primes for RSA keys: a sieve throws out most candidates, Miller-Rabin judges the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import gcd, isqrt
from typing import Final

from cardswitch.specs.errors import CryptoError

# Small primes up to this are tried by sieve: twice as many would throw out a fifteenth more.
SIEVE_MAX: Final = 8_192
# Odd numbers of one sieve: of 1024 bits every 355th is a prime, so six times what one needs.
WINDOW_LENGTH: Final = 2_048
# None of so many windows without a prime ever comes by chance: 1 in 10^150 for 2048 bits.
WINDOWS_MAX: Final = 128
# Each passes a composite in 1 of 4 cases at worst; of random candidates hardly one in 2^100 passes
# all (Damgard, Landrock and Pomerance 1993). OpenSSL judges again when the key is made.
MILLER_RABIN_ROUNDS: Final = 8


def find_prime(bits: int, exponent: int, random_bytes: Callable[[int], bytes]) -> int:
    """A prime of *bits* (a multiple of 8), the two top ones set, that *exponent* suits.

    It suits if it has no factor in common with the prime minus one; two such primes make a modulus
    of exactly twice their bits. Raises CryptoError: *random_bytes* gives the same again and again.
    """
    top = 0b11 << (bits - 2)
    for _ in range(WINDOWS_MAX):
        start = int.from_bytes(random_bytes(bits // 8), "big") | top | 1
        for candidate in _sieved(start):
            suits = candidate.bit_length() == bits and gcd(candidate - 1, exponent) == 1
            if suits and is_probable_prime(candidate, random_bytes):
                return candidate
    raise CryptoError("expected a prime among so many numbers: is the source of chance broken?")


def is_probable_prime(number: int, random_bytes: Callable[[int], bytes]) -> bool:
    """Whether odd *number*, above 3, passes Miller-Rabin (FIPS 186-5 B.3.1) with random bases.

    >>> [n for n in range(5, 40, 2) if is_probable_prime(n, lambda size: bytes([77]) * size)]
    [5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
    """
    if pow(2, number - 1, number) != 1:  # Fermat's test: cheap, and most end here.
        return False
    size = (number.bit_length() + 7) // 8
    return all(
        _passes(number, 2 + int.from_bytes(random_bytes(size), "big") % (number - 3))
        for _ in range(MILLER_RABIN_ROUNDS)
    )


def _passes(number: int, base: int) -> bool:
    """One round of Miller-Rabin, *base* from 2 to *number* - 2."""
    twos = ((number - 1) & -(number - 1)).bit_length() - 1
    power = pow(base, (number - 1) >> twos, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


def _sieved(start: int) -> Iterator[int]:
    """The odd numbers from odd *start* on that no small prime divides."""
    has_factor = bytearray(WINDOW_LENGTH)
    for prime in _SMALL_PRIMES:
        # start + 2 * first is the first that it divides; (prime + 1) / 2 undoes the 2.
        first = -start * (prime + 1) // 2 % prime
        if first < WINDOW_LENGTH:
            marks = (WINDOW_LENGTH - 1 - first) // prime + 1
            has_factor[first::prime] = b"\x01" * marks
    return (start + 2 * index for index, seen in enumerate(has_factor) if not seen)


def _primes_to(limit: int) -> tuple[int, ...]:
    """The odd primes up to *limit*."""
    is_prime = bytearray(b"\x01") * (limit + 1)
    for number in range(3, isqrt(limit) + 1, 2):
        if is_prime[number]:
            multiples = range(number * number, limit + 1, number)
            is_prime[number * number :: number] = bytes(len(multiples))
    return tuple(number for number in range(3, limit + 1, 2) if is_prime[number])


_SMALL_PRIMES: Final = _primes_to(SIEVE_MAX)
