"""TDES DUKPT: the sequences of X9.24-1, A.4, and which KSNs no transaction has."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.dukpt_tdes import (
    COUNTER_BITS_MAX,
    COUNTER_MAX,
    advance_ksn_dukpt_tdes,
    complete_ksn_dukpt_tdes,
    derive_initial_key_dukpt_tdes,
    derive_key_dukpt_tdes,
    derive_transaction_key_dukpt_tdes,
    derive_working_key_dukpt_tdes,
    next_counter,
)
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.mac import generate_mac_iso9797
from cardswitch.specs.security.tdes import encrypt_tdes_cbc, encrypt_tdes_ecb

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/dukpt.toml").read_text("utf-8"))[
    "tdes"
]
BDK, FIRST_KSN = bytes.fromhex(VECTORS["bdk"]), bytes.fromhex(VECTORS["ksn"])
INITIAL_KEY = bytes.fromhex(VECTORS["initial_key"])
TEXT = VECTORS["text"].encode("ascii")
ROWS = VECTORS["row"]
USES = ("pin", "mac-request", "mac-response", "data-request", "data-response")
KSNS = st.builds(
    lambda device, counter: (device + counter.to_bytes(4, "big"))[-10:],
    st.binary(min_size=7, max_size=7).map(lambda device: device[:6] + b"\x00"),
    st.sets(st.integers(0, 20), min_size=1, max_size=10).map(
        lambda bits: sum(1 << n for n in bits)
    ),
)


def ksn_of(counter: int) -> bytes:
    return (int.from_bytes(FIRST_KSN, "big") | counter).to_bytes(10, "big")


def reason(call, *arguments: object) -> str:
    with pytest.raises(KeyRefused) as refused:
        call(*arguments)
    return refused.value.reason


def test_the_initial_key_whatever_the_counter() -> None:
    for ksn in (FIRST_KSN, ksn_of(1), ksn_of(COUNTER_MAX), FIRST_KSN[2:]):
        assert derive_initial_key_dukpt_tdes(BDK, ksn) == INITIAL_KEY


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["ksn"][-6:])
def test_known_answers(row: dict[str, str]) -> None:
    ksn = bytes.fromhex(row["ksn"])
    assert derive_transaction_key_dukpt_tdes(INITIAL_KEY, ksn).hex().upper() == row["key"]
    pin_key = derive_key_dukpt_tdes(BDK, ksn, "pin")
    assert encrypt_tdes_ecb(pin_key, bytes.fromhex(VECTORS["pinblock"])).hex().upper() == row["pin"]
    for way in ("request", "response"):
        mac_key = derive_key_dukpt_tdes(BDK, ksn, f"mac-{way}")
        data_key = derive_key_dukpt_tdes(BDK, ksn, f"data-{way}")
        mac = generate_mac_iso9797(mac_key, TEXT, 3, 1).hex().upper()
        data = encrypt_tdes_cbc(data_key, bytes(8), TEXT.ljust(24, b"\x00")).hex().upper()
        assert mac.startswith(row.get(f"mac_{way}", ""))
        assert data.startswith(row.get(f"data_{way}", ""))


def test_the_vectors_say_enough() -> None:
    assert [
        sum(name in row for row in ROWS) for name in ("pin", "mac_request", "data_request")
    ] == [*(34, 8, 5)]


def test_the_ksns_follow_each_other() -> None:
    for before, after in pairwise(row["ksn"] for row in ROWS):
        if not after.endswith("EFF800"):
            advanced = advance_ksn_dukpt_tdes(bytes.fromhex(before))
            assert advanced.hex().upper() == after


@settings(deadline=None, max_examples=50)
@given(KSNS)
def test_a_key_of_its_own_for_each_use_and_transaction(ksn: bytes) -> None:
    following = ksn if ksn[-3:] == b"\x1f\xf8\x00" else advance_ksn_dukpt_tdes(ksn)
    keys = {derive_key_dukpt_tdes(BDK, each, use) for each in {ksn, following} for use in USES}
    assert len(keys) == len(USES) * len({ksn, following})
    assert all(len(key) == 16 for key in keys)


@settings(deadline=None, max_examples=50)
@given(KSNS)
def test_a_ksn_of_8_bytes_stands_for_one_of_10(ksn: bytes) -> None:
    whole = b"\xff\xff" + ksn[2:]
    assert complete_ksn_dukpt_tdes(ksn[2:]) == whole == complete_ksn_dukpt_tdes(whole)
    key = derive_key_dukpt_tdes(BDK, whole, "pin")
    assert derive_key_dukpt_tdes(BDK, ksn[2:], "pin") == key


@settings(deadline=None)
@given(st.integers(0, COUNTER_MAX - 1), st.integers(1, 16))
def test_the_next_counter_skips_none_that_may_be_used(counter: int, bits_max: int) -> None:
    found = next_counter(counter, bits_max)
    assert found > counter
    assert found.bit_count() <= bits_max
    skipped = range(counter + 1, min(found, counter + 200))
    assert all(n.bit_count() > bits_max for n in skipped)


def test_a_device_has_as_many_keys_as_the_standard_says() -> None:
    counter, count = 0, -1
    while counter <= COUNTER_MAX:
        counter, count = next_counter(counter, COUNTER_BITS_MAX), count + 1
    assert count == 1_048_575


def test_after_the_last_counter_the_device_needs_a_new_key() -> None:
    assert reason(advance_ksn_dukpt_tdes, ksn_of(0x1FF800)) == "counter"


@pytest.mark.parametrize("counter", [0, 0x7FF, 0x1FFFFF, 0x1FF801])
def test_a_counter_that_no_transaction_has_is_refused(counter: int) -> None:
    ksn = ksn_of(counter)
    assert reason(derive_transaction_key_dukpt_tdes, INITIAL_KEY, ksn) == "counter"
    assert reason(derive_key_dukpt_tdes, BDK, ksn, "pin") == "counter"


@pytest.mark.parametrize("length", [0, 7, 9, 11, 12])
def test_a_ksn_of_another_length_is_refused(length: int) -> None:
    for call in (complete_ksn_dukpt_tdes, advance_ksn_dukpt_tdes):
        assert reason(call, bytes(length)) == "length"
    for derive in (derive_initial_key_dukpt_tdes, derive_transaction_key_dukpt_tdes):
        assert reason(derive, BDK, bytes(length)) == "length"


@pytest.mark.parametrize("length", [0, 8, 15, 24])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    key, ksn = bytes(length), ksn_of(1)
    assert reason(derive_initial_key_dukpt_tdes, key, ksn) == "length"
    assert reason(derive_transaction_key_dukpt_tdes, key, ksn) == "length"
    assert reason(derive_working_key_dukpt_tdes, key, "pin") == "length"


@pytest.mark.parametrize("use", ["", "PIN", "mac", "data", "key"])
def test_another_use_is_refused(use: str) -> None:
    assert reason(derive_working_key_dukpt_tdes, INITIAL_KEY, use) == "use"


def test_no_error_carries_a_key_or_a_ksn() -> None:
    secret = bytes.fromhex("C0FFEE" * 5)
    for call in (derive_initial_key_dukpt_tdes, derive_transaction_key_dukpt_tdes):
        for arguments in ((secret, FIRST_KSN), (BDK, secret)):
            with pytest.raises(KeyRefused) as refused:
                call(*arguments)
            shown = f"{refused.value} {refused.value!r}".upper()
            assert "C0FFEE" not in shown
            assert r"\XC0\XFF" not in shown
