"""MDC-2: OpenSSL's known answer, and what changes it."""

import pytest

from cardswitch.specs.security.mdc2 import hash_mdc2


def test_known_answer() -> None:
    # openssl, test/mdc2test.c, padding 1.
    digest = hash_mdc2(b"Now is the time for all ")
    assert digest.hex().upper() == "42E50CD224BACEBA760BDD2BD409281A"


@pytest.mark.parametrize("data", [b"", b"a", b"12345678", b"123456789"])
def test_what_does_not_fill_a_block_is_filled_with_zeros(data: bytes) -> None:
    whole = data + bytes(-len(data) % 8)
    assert hash_mdc2(data) == hash_mdc2(whole)
    assert len(hash_mdc2(data)) == 16


def test_nothing_is_the_start() -> None:
    assert hash_mdc2(b"") == bytes([0x52] * 8 + [0x25] * 8)
