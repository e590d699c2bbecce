"""RSA pairs: their rules, and public keys in DER against those of another implementation."""

from contextlib import suppress
from itertools import count
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.rsa import (
    RsaPrivateKey,
    RsaPublicKey,
    decode_public_key_rsa,
    encode_public_key_rsa,
    generate_key_rsa,
    generate_key_rsa_openssl,
)
from cardswitch.specs.security.rsa_primes import find_prime
from tests.kit.samples.rsa import KEY, KEYS, KNOWN, SHORT_KEY, number_of


@pytest.mark.parametrize("exponent", [3, 65_537])
def test_a_new_pair_keeps_the_rules(exponent: int) -> None:
    key = generate_key_rsa(1024, exponent, Random(1).randbytes)
    assert (key.public.bits, key.public.exponent) == (1024, exponent)
    assert key.p != key.q
    assert key.private_exponent.bit_length() > 512
    assert (
        pow(pow(42, exponent, key.public.modulus), key.private_exponent, key.public.modulus) == 42
    )
    numbers = key.to_library(is_checked=False).private_numbers()
    assert {numbers.p, numbers.q} == {key.p, key.q}


@pytest.mark.parametrize("exponent", [3, 65_537])
def test_a_pair_of_openssl_keeps_the_same_rules(exponent: int) -> None:
    key = generate_key_rsa_openssl(1024, exponent)
    assert key.public.bits == 1024
    assert key.public.exponent == exponent
    assert key.p != key.q
    key.to_library(is_checked=False)


@pytest.mark.parametrize(("bits", "exponent"), [(1000, 3), (1024, 5)])
def test_openssl_makes_no_other_pairs(bits: int, exponent: int) -> None:
    with pytest.raises(KeyRefused):
        generate_key_rsa_openssl(bits, exponent)


def test_chance_decides_which_pair() -> None:
    keys = [generate_key_rsa(1024, 65_537, Random(seed).randbytes) for seed in (1, 1, 2)]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("bits", "exponent", "reason"),
    [(512, 3, "length"), (1023, 3, "length"), (8192, 3, "length"), (1024, 5, "exponent")],
)
def test_no_other_pairs(bits: int, exponent: int, reason: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        generate_key_rsa(bits, exponent, Random(1).randbytes)
    assert refused.value.reason == reason


@pytest.mark.parametrize("varying", [0, 24])
def test_primes_that_are_equal_or_close_are_no_pair(varying: int) -> None:
    counter = count()

    def chance(size: int) -> bytes:
        return b"\x5a" * (size - varying) + Random(next(counter)).randbytes(varying)

    with pytest.raises(CryptoError, match="chance"):
        generate_key_rsa(1024, 65_537, chance)


def test_another_judge_looks_at_new_primes(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Random(1), Random(2)

    def no_prime(bits: int, exponent: int, chance: object) -> int:
        return find_prime(256, 3, first.randbytes) * find_prime(256, 3, second.randbytes)

    monkeypatch.setattr("cardswitch.specs.security.rsa.find_prime", no_prime)
    with pytest.raises(KeyRefused) as refused:
        generate_key_rsa(1024, 65_537, Random(1).randbytes)
    assert refused.value.reason == "form"


def test_primes_that_are_none_are_found_out() -> None:
    with pytest.raises(KeyRefused) as refused:
        RsaPrivateKey(SHORT_KEY.p + 2, SHORT_KEY.q).to_library(is_checked=False)
    assert refused.value.reason == "form"


@pytest.mark.parametrize("name", KEYS)
def test_published_keys(name: str) -> None:
    assert KEYS[name].public.modulus == number_of(KNOWN["keys"][name], "n")


def test_a_private_key_shows_nothing() -> None:
    assert repr(KEY) == f"{KEY}" == "<RSA private key of 2048 bits>"


# Public keys in DER ------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_der_is_that_of_another_implementation(key: RsaPrivateKey) -> None:
    theirs = key.public.to_library().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert encode_public_key_rsa(key.public) == theirs
    assert decode_public_key_rsa(theirs) == key.public
    loaded = load_der_public_key(encode_public_key_rsa(key.public))
    assert isinstance(loaded, rsa.RSAPublicKey)
    assert loaded.public_numbers().n == key.public.modulus


# Of the examples of a host command manual: a key of 512 bits, its integers without a zero byte.
UNSIGNED = bytes.fromhex(
    "30470240AE213EBDFE272616058114CA5D6E8DDD2F976EF0C6D6F6ADE0204E916CE0B5C704A1A9F1F631F578D7B87"
    "D1981951BB99A572400AC43BB3AF8C2A4068A0052250203010001"
)


def test_integers_of_hosts_have_no_zero_byte() -> None:
    key = decode_public_key_rsa(UNSIGNED, is_signed=False)
    assert (key.bits, key.exponent) == (512, 65_537)
    assert decode_public_key_rsa(UNSIGNED) == key
    assert encode_public_key_rsa(key, is_signed=False) == UNSIGNED
    with pytest.raises(KeyRefused):
        decode_public_key_rsa(UNSIGNED, is_signed=True)
    with pytest.raises(KeyRefused):
        decode_public_key_rsa(encode_public_key_rsa(key), is_signed=False)


@given(st.integers(1, 2**4096).map(lambda n: 2 * n + 1), st.integers(1, 2**31 - 1), st.booleans())
def test_der_both_ways(modulus: int, half: int, is_signed: bool) -> None:
    key = RsaPublicKey(modulus, 2 * half + 1)
    der = encode_public_key_rsa(key, is_signed=is_signed)
    assert decode_public_key_rsa(der, is_signed=is_signed) == decode_public_key_rsa(der) == key


GOOD = encode_public_key_rsa(SHORT_KEY.public, is_signed=False)


@given(st.integers(0, len(GOOD)), st.integers(0, 2), st.binary(max_size=2))
def test_anything_else_is_refused_or_another_key(at: int, cut: int, put: bytes) -> None:
    damaged = GOOD[:at] + put + GOOD[at + cut :]
    if damaged == GOOD:
        return
    with suppress(KeyRefused):
        assert decode_public_key_rsa(damaged) != SHORT_KEY.public


@pytest.mark.parametrize(
    "der",
    [
        "",
        "30",
        "3006",
        "310602018f020103",
        "300602018f020103ff",  # something after it
        "300702018f02020003",  # an integer longer than it need be
        "30810602018f020103",  # a length longer than it need be
        "308002018f0201030000",  # no length at all
        "300602018e020103",  # even
        "300602018f020104",
        "300602018f020101",
        "300a02018f02050100000001",  # an exponent of 33 bits
        "30ff" + "ff" * 130,
    ],
)
def test_what_is_no_public_key(der: str) -> None:
    with pytest.raises(KeyRefused):
        decode_public_key_rsa(bytes.fromhex(der))


@pytest.mark.parametrize("key", [RsaPublicKey(7, 9), RsaPublicKey(SHORT_KEY.public.modulus, 4)])
def test_what_the_library_does_not_take_is_refused(key: RsaPublicKey) -> None:
    with pytest.raises(KeyRefused) as refused:
        key.to_library()
    assert refused.value.reason == "form"
