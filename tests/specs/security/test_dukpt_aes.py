"""AES DUKPT: the sequences of the X9.24-3 supplement, every use and cipher, and what is refused."""

import hmac
import tomllib
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.aes import encrypt_aes_cbc
from cardswitch.specs.security.cmac import generate_cmac_aes
from cardswitch.specs.security.dukpt_aes import (
    advance_ksn_dukpt_aes,
    derive_initial_key_dukpt_aes,
    derive_key_dukpt_aes,
    derive_transaction_key_dukpt_aes,
    derive_update_key_dukpt_aes,
    derive_working_key_dukpt_aes,
)
from cardswitch.specs.security.errors import KeyRefused

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/dukpt.toml").read_text("utf-8"))[
    "aes"
]
ID = bytes.fromhex(VECTORS["initial_key_id"])
TEXT = VECTORS["text"].encode("ascii")
BDKS = [bytes.fromhex(case["bdk"]) for case in VECTORS["initial_key"]]
INITIAL_KEYS = [bytes.fromhex(case["key"]) for case in VECTORS["initial_key"]]
USES = [
    *("key-encryption", "pin", "mac-generation", "mac-verification", "mac"),
    *("data-encryption", "data-decryption", "data", "key-derivation"),
]
LENGTHS = {
    "TDES-2": 16,
    "TDES-3": 24,
    "AES-128": 16,
    "AES-192": 24,
    "AES-256": 32,
    "HMAC-128": 16,
    "HMAC-192": 24,
    "HMAC-256": 32,
}
KSN = ID + bytes.fromhex("00000001")
COUNTERS = st.sets(st.integers(0, 31), min_size=1, max_size=16)


def reason(call, *arguments: object) -> str:
    with pytest.raises(KeyRefused) as refused:
        call(*arguments)
    return refused.value.reason


def test_initial_keys() -> None:
    for bdk, key in zip(BDKS, INITIAL_KEYS, strict=True):
        assert derive_initial_key_dukpt_aes(bdk, ID) == key


@pytest.mark.parametrize("row", VECTORS["row"], ids=lambda row: row["counter"])
def test_transaction_keys(row: dict[str, str]) -> None:
    ksn = ID + bytes.fromhex(row["counter"])
    expected = (row["aes_128"], row["aes_256"])
    found = [derive_transaction_key_dukpt_aes(key, ksn).hex().upper() for key in INITIAL_KEYS]
    assert found == list(expected)


def test_the_ksns_follow_each_other() -> None:
    for before, after in pairwise(row["counter"] for row in VECTORS["row"]):
        if after not in ("0001FFFE", "FFFE2000"):
            advanced = advance_ksn_dukpt_aes(ID + bytes.fromhex(before))
            assert advanced.hex().upper() == VECTORS["initial_key_id"] + after


@pytest.mark.parametrize("case", VECTORS["working_key"])
def test_working_keys(case: dict) -> None:
    ksn = ID + bytes.fromhex(case["counter"])
    key = derive_key_dukpt_aes(BDKS[case["bdk"]], ksn, case["use"], case["key_type"])
    assert key.hex().upper() == case["key"]


@pytest.mark.parametrize("case", VECTORS["message"], ids=lambda case: case["counter"])
def test_what_working_keys_make_of_a_message(case: dict[str, str]) -> None:
    ksn = ID + bytes.fromhex(case["counter"])

    def key(use: str, key_type: str) -> bytes:
        return derive_key_dukpt_aes(BDKS[0], ksn, use, key_type)

    for way in ("generation", "verification"):
        cmac = generate_cmac_aes(key(f"mac-{way}", "AES-128"), TEXT)
        assert cmac.hex().upper() == case[f"cmac_{way}"]
        code = hmac.digest(key(f"mac-{way}", "HMAC-128"), TEXT, "sha256")
        assert code.hex().upper() == case[f"hmac_{way}"]
    for way in ("encryption", "decryption"):
        data = encrypt_aes_cbc(key(f"data-{way}", "AES-128"), bytes(16), TEXT.ljust(32, b"\x00"))
        assert data.hex().upper() == case[f"data_{way}"]


@pytest.mark.parametrize("case", VECTORS["update_key"])
def test_update_keys(case: dict) -> None:
    key = derive_update_key_dukpt_aes(INITIAL_KEYS[case["bdk"]], ID, case["key_type"])
    assert key.hex().upper() == case["key"]


def test_a_key_of_its_own_for_each_use_and_type() -> None:
    bdk = bytes(range(32))
    keys = [derive_key_dukpt_aes(bdk, KSN, use, kind) for use, kind in product(USES, LENGTHS)]
    assert len(set(keys)) == len(USES) * len(LENGTHS)
    assert [len(key) for key in keys] == list(LENGTHS.values()) * len(USES)


@settings(deadline=None, max_examples=50)
@given(COUNTERS, st.sampled_from([16, 24, 32]))
def test_a_key_of_its_own_for_each_transaction_and_device(bits: set[int], length: int) -> None:
    bdk, counter = bytes(range(length)), sum(1 << n for n in bits)
    ksn = ID + counter.to_bytes(4, "big")
    others = [bytes([n ^ (i == place) for i, n in enumerate(ksn)]) for place in (0, 7)]
    if counter != 0xFFFF0000:
        others.append(advance_ksn_dukpt_aes(ksn))
    keys = {derive_key_dukpt_aes(bdk, each, "pin", "AES-128") for each in [ksn, *others]}
    assert len(keys) == 1 + len(others)


def test_after_the_last_counter_the_device_needs_a_new_key() -> None:
    assert reason(advance_ksn_dukpt_aes, ID + bytes.fromhex("FFFF0000")) == "counter"


@pytest.mark.parametrize("counter", ["00000000", "0001FFFF", "FFFFFFFF", "FFFF0001"])
def test_a_counter_that_no_transaction_has_is_refused(counter: str) -> None:
    ksn = ID + bytes.fromhex(counter)
    assert reason(derive_transaction_key_dukpt_aes, INITIAL_KEYS[0], ksn) == "counter"
    assert reason(derive_key_dukpt_aes, BDKS[0], ksn, "pin", "AES-128") == "counter"
    working = (INITIAL_KEYS[0], ksn, "pin", "AES-128")
    assert reason(derive_working_key_dukpt_aes, *working) == "counter"


@pytest.mark.parametrize("length", [0, 8, 10, 11, 13])
def test_a_ksn_of_another_length_is_refused(length: int) -> None:
    ksn = b"\x01" * length
    assert reason(advance_ksn_dukpt_aes, ksn) == "length"
    assert reason(derive_transaction_key_dukpt_aes, BDKS[0], ksn) == "length"
    assert reason(derive_key_dukpt_aes, BDKS[0], ksn, "pin", "AES-128") == "length"
    assert reason(derive_working_key_dukpt_aes, BDKS[0], ksn, "pin", "AES-128") == "length"


@pytest.mark.parametrize("length", [0, 7, 9, 12])
def test_an_id_of_another_length_is_refused(length: int) -> None:
    assert reason(derive_initial_key_dukpt_aes, BDKS[0], bytes(length)) == "length"
    assert reason(derive_update_key_dukpt_aes, BDKS[0], bytes(length), "AES-128") == "length"


@pytest.mark.parametrize("length", [0, 8, 15, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    key = bytes(length)
    assert reason(derive_initial_key_dukpt_aes, key, ID) == "length"
    assert reason(derive_transaction_key_dukpt_aes, key, KSN) == "length"
    assert reason(derive_working_key_dukpt_aes, key, KSN, "pin", "AES-128") == "length"
    assert reason(derive_update_key_dukpt_aes, key, ID, "AES-128") == "length"


@pytest.mark.parametrize(
    ("length", "key_type"),
    [
        *((16, "AES-192"), (16, "AES-256"), (24, "AES-256")),
        *((16, "HMAC-192"), (16, "HMAC-256"), (24, "HMAC-256")),
    ],
)
def test_a_key_stronger_than_its_source_is_refused(length: int, key_type: str) -> None:
    assert reason(derive_key_dukpt_aes, bytes(length), KSN, "pin", key_type) == "strength"
    assert reason(derive_update_key_dukpt_aes, bytes(length), ID, key_type) == "strength"


def test_another_use_or_type_is_refused() -> None:
    assert reason(derive_key_dukpt_aes, BDKS[0], KSN, "PIN", "AES-128") == "use"
    assert reason(derive_key_dukpt_aes, BDKS[0], KSN, "pin", "DES") == "type"
    assert reason(derive_update_key_dukpt_aes, BDKS[0], ID, "AES") == "type"


def test_no_error_carries_a_key_or_a_ksn() -> None:
    secret = bytes.fromhex("C0FFEE" * 5)
    for arguments in ((secret, KSN), (BDKS[0], secret)):
        with pytest.raises(KeyRefused) as refused:
            derive_transaction_key_dukpt_aes(*arguments)
        shown = f"{refused.value} {refused.value!r}".upper()
        assert "C0FFEE" not in shown
        assert r"\XC0\XFF" not in shown
