"""A key that one knows, under the published test LMKs."""

import secrets

import pytest

from cardswitch.hsm_sim.client.load import LoadRefused, has_even_parity, read_key, under_test_lmk

ODD = bytes.fromhex("13345779133457790123456789ABCDEF")


def test_components_make_their_key():
    parts = ["0123 4567 89AB CDEF FEDC BA98 7654 3210", "1111.1111.1111.1111/2222.2222.2222.2222"]
    assert read_key(parts).hex().upper() == "1032547698BADCFEDCFE98BA54761032"


@pytest.mark.parametrize(
    "lines", [["xyz"], [""], ["012"], ["0123456789ABCDEF", "01"], ["é0"], ["0123456789ABCDEF", ""]]
)
def test_what_is_no_key_is_told_without_it(lines):
    with pytest.raises(LoadRefused) as refused:
        read_key(lines)
    assert "0123456789ABCDEF" not in str(refused.value)


def test_parity_is_corrected():
    even = bytes([ODD[0] ^ 1]) + ODD[1:]
    assert (has_even_parity(even), has_even_parity(ODD)) == (True, False)
    made, same = (under_test_lmk(key, "001", secrets.token_bytes) for key in (even, ODD))
    assert made == same
    assert made.key.startswith("U")


def test_aes_needs_key_blocks():
    words = {"lmk_id": "01", "attributes": "P0A2B00N00", "is_aes": True}
    assert under_test_lmk(ODD, "FFF", secrets.token_bytes, **words).key.startswith("S")
    with pytest.raises(LoadRefused, match="AES takes"):
        under_test_lmk(ODD, "001", secrets.token_bytes, is_aes=True)


@pytest.mark.parametrize(
    ("key", "key_type"),
    [
        (bytes(16), "001"),  # weak
        (ODD[:8], "001"),  # single DES
        (ODD[:8] * 2, "001"),  # the same
        (ODD[:7], "001"),
        (ODD, "999"),
    ],
)
def test_what_no_module_takes_is_not_loaded(key, key_type):
    with pytest.raises(LoadRefused):
        under_test_lmk(key, key_type, secrets.token_bytes)
