"""MACs of ISO 9797-1: annex B.4, HSM fixtures, psec, and messages in pieces."""

import tomllib
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key
from cardswitch.specs.security.mac import (
    chain_mac_iso9797,
    finish_mac_iso9797,
    generate_mac_iso9797,
    pad_iso9797,
)

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/security.toml").read_text("utf-8"))
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
CASES = [
    (case, int(padding), value)
    for case in VECTORS["mac"]
    for padding, value in case["values"].items()
]


@pytest.mark.parametrize(("case", "padding", "value"), CASES)
def test_known_answers(case: dict, padding: int, value: str) -> None:
    key, data = bytes.fromhex(case["key"]), case["text"].encode("ascii")
    mac = generate_mac_iso9797(key, data, case["algorithm"], padding)
    assert len(mac) == 8
    assert mac.hex().upper().startswith(value)


@pytest.mark.parametrize("case", VECTORS["mac_under_lmk"], ids=lambda case: case["source"])
def test_known_answers_with_a_wrapped_key(case: dict) -> None:
    key = unwrap_key(TEST_LMK, case["key_type"], case["key"])
    data = bytes.fromhex(case["data"])
    mac = generate_mac_iso9797(key, data, case["algorithm"], case["padding"])
    assert mac[:4].hex().upper() == case["value"]


@ORACLE
@settings(deadline=None)
@given(
    st.sampled_from([8, 16, 24]).flatmap(lambda n: st.binary(min_size=n, max_size=n)),
    st.binary(max_size=100),
    st.sampled_from([1, 2, 3]),
)
def test_the_oracle_agrees(key: bytes, data: bytes, padding: int) -> None:
    cbc = psec.mac.generate_cbc_mac(key, data, padding)
    assert generate_mac_iso9797(key, data, 1, padding) == cbc
    if len(key) == 16:
        retail = psec.mac.generate_retail_mac(key[:8], key[8:], data, padding)
        assert generate_mac_iso9797(key, data, 3, padding) == retail


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_the_oracle_agrees_on_padding(data: bytes) -> None:
    assert pad_iso9797(data, 1) == psec.mac.pad_iso_1(data)
    assert pad_iso9797(data, 2) == psec.mac.pad_iso_2(data)
    assert pad_iso9797(data, 3) == psec.mac.pad_iso_3(data)


@settings(deadline=None)
@given(
    st.sampled_from([1, 3]),
    st.sampled_from([0, 1, 2]),
    st.lists(st.integers(1, 4), max_size=4),
    st.binary(min_size=1, max_size=20),
)
def test_a_message_in_pieces_has_the_mac_of_the_whole(
    algorithm, padding, counts: list[int], last: bytes
) -> None:
    last = pad_iso9797(last, 1) if padding == 0 else last
    pieces = [bytes([n]) * 8 * count for n, count in enumerate(counts)]
    iv = bytes(8)
    for piece in pieces:
        iv = chain_mac_iso9797(KEY, piece, algorithm, iv)
    whole = generate_mac_iso9797(KEY, b"".join([*pieces, last]), algorithm, padding)
    assert finish_mac_iso9797(KEY, last, algorithm, padding, iv) == whole


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_flipped_bit_changes_the_mac(data: bytes, draw: st.DataObject) -> None:
    bit = draw.draw(st.integers(0, 8 * len(data) - 1))
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    before = generate_mac_iso9797(KEY, data, 3, 2)
    assert generate_mac_iso9797(KEY, bytes(changed), 3, 2) != before


def test_padding_2_tells_trailing_zeros_and_padding_1_does_not() -> None:
    short, long = b"abc", b"abc\x00"
    assert generate_mac_iso9797(KEY, short, 3, 1) == generate_mac_iso9797(KEY, long, 3, 1)
    for padding in (2, 3):
        assert generate_mac_iso9797(KEY, short, 3, padding) != generate_mac_iso9797(
            KEY, long, 3, padding
        )


@pytest.mark.parametrize(
    ("algorithm", "length"), [(1, 0), (1, 9), (1, 32), (3, 0), (3, 8), (3, 15), (3, 24)]
)
def test_a_key_of_another_length_is_refused(algorithm, length: int) -> None:
    for call in (
        lambda key: generate_mac_iso9797(key, bytes(8), algorithm, 1),
        lambda key: chain_mac_iso9797(key, bytes(8), algorithm),
    ):
        with pytest.raises(KeyRefused) as refused:
            call(bytes(length))
        assert refused.value.reason == "length"


@pytest.mark.parametrize("algorithm", [0, 2, 4])
def test_another_algorithm_is_refused(algorithm) -> None:
    with pytest.raises(CryptoError, match="algorithm 1 or 3"):
        generate_mac_iso9797(KEY, bytes(8), algorithm, 1)


@pytest.mark.parametrize("padding", [-1, 4])
def test_another_padding_is_refused(padding) -> None:
    with pytest.raises(CryptoError, match="padding method"):
        generate_mac_iso9797(KEY, bytes(8), 1, padding)


def test_no_padding_is_for_whole_blocks() -> None:
    with pytest.raises(CryptoError, match="whole blocks"):
        generate_mac_iso9797(KEY, b"1234567", 1, 0)


def test_pieces_are_whole_blocks_and_the_length_is_not_put_first_any_more() -> None:
    with pytest.raises(CryptoError, match="whole blocks"):
        chain_mac_iso9797(KEY, b"1234567", 3)
    with pytest.raises(CryptoError, match="no data"):
        chain_mac_iso9797(KEY, b"", 3)
    with pytest.raises(CryptoError, match="in pieces"):
        finish_mac_iso9797(KEY, bytes(8), 3, 3, bytes(8))
    with pytest.raises(CryptoError, match="initial vector"):
        chain_mac_iso9797(KEY, bytes(8), 3, bytes(7))
