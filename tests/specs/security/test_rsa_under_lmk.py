"""RSA keys under an LMK of either kind."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, BlockLmk
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.lmk import TEST_LMK, LmkSet
from cardswitch.specs.security.rsa import RsaPrivateKey
from cardswitch.specs.security.rsa_under_lmk import (
    PRIVATE_PAIR,
    PUBLIC_PAIR,
    Lmk,
    mac_public_key_rsa,
    open_key_rsa,
    seal_key_rsa,
)
from tests.kit.samples.rsa import KEY, SHORT_KEY

LMKS = [TEST_LMK, TEST_BLOCK_LMK]


def without_pair(index: int) -> LmkSet:
    """The test LMK with another pair in one place."""
    pairs = list(TEST_LMK.pairs)
    pairs[index] = Random(index).randbytes(16)
    return LmkSet(tuple(pairs), is_test=True)


@pytest.mark.parametrize("lmk", LMKS, ids=["variants", "key blocks"])
@pytest.mark.parametrize("key", [SHORT_KEY, KEY, RsaPrivateKey(SHORT_KEY.q, SHORT_KEY.p, 3)])
def test_what_is_sealed_is_opened(lmk: Lmk, key: RsaPrivateKey) -> None:
    sealed = seal_key_rsa(lmk, key, "0")
    assert open_key_rsa(lmk, sealed) == (key, "0")
    assert len(sealed) == 1 + 16 + key.public.bits // 8 + 4
    assert seal_key_rsa(lmk, key, "0") == sealed != seal_key_rsa(lmk, key, "1")


@pytest.mark.parametrize("lmk", LMKS, ids=["variants", "key blocks"])
def test_nothing_of_the_key_is_seen(lmk: Lmk) -> None:
    sealed, primes = (
        seal_key_rsa(lmk, KEY, "2"),
        KEY.p.to_bytes(128, "big") + KEY.q.to_bytes(128, "big"),
    )
    assert not [at for at in range(253) if primes[at : at + 4] in sealed]


SEALED = seal_key_rsa(TEST_LMK, SHORT_KEY, "2")


@given(st.integers(0, len(SEALED)), st.integers(0, 3), st.binary(max_size=3))
def test_any_change_shows(at: int, cut: int, put: bytes) -> None:
    changed = SEALED[:at] + put + SEALED[at + cut :]
    if changed == SEALED:
        return
    with pytest.raises(KeyRefused) as refused:
        open_key_rsa(TEST_LMK, changed)
    assert refused.value.reason == "sealed"


@pytest.mark.parametrize(
    "other", [TEST_BLOCK_LMK, BlockLmk(bytes(32), is_test=True), without_pair(PRIVATE_PAIR)]
)
def test_another_lmk_does_not_open_it(other: Lmk) -> None:
    with pytest.raises(KeyRefused):
        open_key_rsa(other, SEALED)
    assert open_key_rsa(without_pair(PUBLIC_PAIR), SEALED)


def test_a_mac_is_of_the_lmk_the_key_and_the_authentication_data() -> None:
    macs = {
        mac_public_key_rsa(lmk, der, data)
        for lmk in (*LMKS, without_pair(PUBLIC_PAIR))
        for der in (b"one", b"two")
        for data in (b"", b"data")
    }
    assert len(macs) == 12
    assert {len(mac) for mac in macs} == {4}
    assert mac_public_key_rsa(without_pair(PRIVATE_PAIR), b"one", b"") in macs
