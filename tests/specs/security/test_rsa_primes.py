"""Primes for RSA keys."""

from random import Random

import pytest

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.rsa_primes import SIEVE_MAX, find_prime, is_probable_prime


def test_every_small_number_is_judged_right() -> None:
    chance = Random(1).randbytes
    for number in range(5, 3_000, 2):
        is_prime = all(number % factor for factor in range(3, number, 2))
        assert is_probable_prime(number, chance) == is_prime


# The smallest that pass Fermat's test to base 2, one of them to every base (OEIS A001567, A002997).
@pytest.mark.parametrize("number", [341, 561, 645, 1105, 1387, 1729, 2047, 2465, 3277, 4033])
def test_what_only_seems_to_be_a_prime_is_found_out(number: int) -> None:
    assert pow(2, number - 1, number) == 1
    assert not is_probable_prime(number, Random(1).randbytes)


def test_known_primes_are_primes() -> None:
    for power in (127, 521, 607):  # Mersenne's
        assert is_probable_prime(2**power - 1, Random(1).randbytes)
    assert not is_probable_prime((2**127 - 1) * (2**521 - 1), Random(1).randbytes)


@pytest.mark.parametrize("exponent", [3, 65_537])
@pytest.mark.parametrize("bits", [64, 128, 512])
def test_a_prime_is_as_long_as_asked_for_and_suits(bits: int, exponent: int) -> None:
    chance = Random(bits).randbytes
    seen = {find_prime(bits, exponent, chance) for _ in range(5)}
    assert len(seen) == 5
    for prime in seen:
        assert prime >> (bits - 2) == 0b11
        assert prime.bit_length() == bits
        assert (prime - 1) % exponent
        assert all(prime % factor for factor in range(3, SIEVE_MAX, 2))


def test_the_sieve_leaves_no_prime_out() -> None:
    start = int.from_bytes(Random(3).randbytes(8), "big") | 0b11 << 62 | 1
    found = find_prime(64, 3, Random(3).randbytes)
    between = range(start, found, 2)
    chance = Random(4).randbytes
    assert not [n for n in between if is_probable_prime(n, chance) and (n - 1) % 3]


def test_chance_that_is_none_is_told() -> None:
    # The last numbers of 64 bits: no prime is among them that is not longer.
    with pytest.raises(CryptoError, match="chance"):
        find_prime(16, 65_537, lambda size: b"\xff" * size)
