"""RSA signatures: published ones, and those of another implementation both ways."""

from random import Random
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.rsa_signatures import (
    HASHES,
    salt_length_pss,
    sign_rsa_pkcs1,
    sign_rsa_pss,
    verify_rsa_pkcs1,
    verify_rsa_pss,
)
from tests.kit.samples.rsa import KEY, KEYS, KNOWN, SHORT_KEY, data_of, signature_of


@pytest.mark.parametrize("case", KNOWN["pkcs1"], ids=lambda case: case["name"])
def test_published_signatures_pkcs1(case: dict[str, Any]) -> None:
    key, data, signature = KEYS[case["key"]], data_of(case), signature_of(case)
    assert sign_rsa_pkcs1(key, case["hash"], data) == signature
    assert verify_rsa_pkcs1(key.public, case["hash"], data, signature)
    assert not verify_rsa_pkcs1(key.public, case["hash"], data + b"x", signature)


@pytest.mark.parametrize("case", KNOWN["pss"], ids=lambda case: case["name"])
def test_published_signatures_pss(case: dict[str, Any]) -> None:
    key, data, signature = KEYS[case["key"]], data_of(case), signature_of(case)
    assert sign_rsa_pss(key, case["hash"], data, bytes.fromhex(case["salt"])) == signature
    assert verify_rsa_pss(key.public, case["hash"], data, signature)
    assert not verify_rsa_pss(key.public, case["hash"], data + b"x", signature)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(HASHES)), st.binary(max_size=300), st.integers(0, 2**64))
def test_the_other_implementation_takes_ours_and_we_take_its(
    name: str, data: bytes, seed: int
) -> None:
    public, private, algorithm = KEY.public.to_library(), KEY.to_library(), HASHES[name]
    pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    salt = Random(seed).randbytes(salt_length_pss(name))
    public.verify(sign_rsa_pkcs1(KEY, name, data), data, padding.PKCS1v15(), algorithm)
    public.verify(sign_rsa_pss(KEY, name, data, salt), data, pss, algorithm)
    theirs = private.sign(data, padding.PKCS1v15(), algorithm)
    assert verify_rsa_pkcs1(KEY.public, name, data, theirs)
    assert verify_rsa_pss(KEY.public, name, data, private.sign(data, pss, algorithm))


def test_the_two_paddings_and_the_hashes_are_apart() -> None:
    signature = sign_rsa_pss(KEY, "sha256", b"data", bytes(32))
    assert not verify_rsa_pkcs1(KEY.public, "sha256", b"data", signature)
    assert not verify_rsa_pss(KEY.public, "sha512", b"data", signature)
    with pytest.raises(InvalidSignature):
        KEY.public.to_library().verify(signature, b"data", padding.PKCS1v15(), HASHES["sha256"])


@pytest.mark.parametrize("signature", [b"", b"\x00", bytes(128), b"\xff" * 128, bytes(129)])
def test_what_is_no_signature_is_none(signature: bytes) -> None:
    assert not verify_rsa_pkcs1(SHORT_KEY.public, "sha1", b"", signature)
    assert not verify_rsa_pss(SHORT_KEY.public, "sha1", b"", signature)


@pytest.mark.parametrize(("name", "length"), [("sha512", 64), ("sha256", 31), ("sha256", 33)])
def test_a_key_too_short_and_a_salt_of_another_length_are_refused(name: str, length: int) -> None:
    with pytest.raises(KeyRefused) as refused:
        sign_rsa_pss(SHORT_KEY, name, b"data", bytes(length))
    assert refused.value.reason == "length"
