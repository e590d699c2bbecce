"""Keys of chip cards against pyemv, and the inputs that are refused."""

import tomllib
from hashlib import sha1
from pathlib import Path

import pyemv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.emv_keys import (
    derive_icc_key_emv,
    derive_script_key_emv_csk,
    derive_script_key_vis,
    derive_session_key_emv_csk,
    derive_session_key_mchip_skd,
    encode_account_emv_a,
    encode_account_emv_b,
)
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import has_odd_parity

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/emv.toml").read_text("utf-8"))
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
KEYS = st.binary(min_size=16, max_size=16)
PANS = st.integers(10, 19).flatmap(
    lambda length: st.from_regex(f"[0-9]{{{length}}}", fullmatch=True)
)
SEQUENCES = st.from_regex("[0-9]{2}", fullmatch=True)
ENCODERS = {"a": encode_account_emv_a, "b": encode_account_emv_b}
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def of(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


@pytest.mark.parametrize("case", VECTORS["icc_key"], ids=lambda case: case["source"])
def test_card_keys(case: dict[str, str]) -> None:
    account = ENCODERS[case["option"]](case["pan"], case["sequence"])
    key = derive_icc_key_emv(bytes.fromhex(case["issuer_key"]), account)
    assert key.hex().upper() == case["key"]


@pytest.mark.parametrize(
    ("name", "derive"),
    [("session_key_csk", derive_session_key_emv_csk), ("script_key_vis", derive_script_key_vis)],
)
def test_session_keys(name: str, derive) -> None:
    for case in VECTORS[name]:
        key = derive(bytes.fromhex(case["icc_key"]), bytes.fromhex(case["atc"]))
        assert key.hex().upper() == case["key"]


@ORACLE
@settings(deadline=None)
@given(KEYS, PANS, SEQUENCES)
def test_the_oracle_derives_the_same_card_keys(key: bytes, pan: str, sequence: str) -> None:
    option_a = derive_icc_key_emv(key, encode_account_emv_a(pan, sequence))
    option_b = derive_icc_key_emv(key, encode_account_emv_b(pan, sequence))
    assert option_a == pyemv.kd.derive_icc_mk_a(key, pan, sequence)
    assert option_b == pyemv.kd.derive_icc_mk_b(key, pan, sequence)
    assert has_odd_parity(option_a)
    assert (option_a == option_b) == (len(pan) <= 16)


@ORACLE
@settings(deadline=None)
@given(KEYS, of(2), of(4), of(8))
def test_the_oracle_derives_the_same_session_keys(
    key: bytes, atc: bytes, unpredictable: bytes, arqc: bytes
) -> None:
    common = pyemv.kd.derive_common_sk
    assert derive_session_key_emv_csk(key, atc) == common(key, atc + bytes(6))
    skd = derive_session_key_mchip_skd(key, atc, unpredictable)
    assert skd == common(key, atc + bytes(2) + unpredictable)
    assert derive_script_key_emv_csk(key, arqc) == common(key, arqc)
    assert derive_script_key_vis(key, atc) == pyemv.kd.derive_visa_sm_sk(key, atc)


def test_a_hash_of_few_digits_takes_its_letters() -> None:
    # Found by search: the hash has 15 digits, the sixteenth is its first letter as a digit.
    pan = next(
        pan
        for pan in (f"{n:017}" for n in range(100_000))
        if sum(c.isdigit() for c in sha1(bytes.fromhex(f"0{pan}00")).hexdigest()) == 15
    )
    digest = sha1(bytes.fromhex(f"0{pan}00")).hexdigest()
    digits = "".join(c for c in digest if c.isdigit())
    letter = next(c for c in digest if c.isalpha())
    assert encode_account_emv_b(pan).hex() == digits + str("abcdef".index(letter))


def test_the_sequence_of_a_card_without_one_is_00() -> None:
    for encode in ENCODERS.values():
        for pan in ("123456789012", "1234567890123456", "1234567890123456789"):
            assert encode(pan) == encode(pan, "00") != encode(pan, "01")


@pytest.mark.parametrize(
    ("pan", "sequence"),
    [
        ("123456789", "00"),
        ("1" * 20, "00"),
        ("12345678901x", "00"),
        ("123456789٠12", "00"),
        ("123456789012", "0"),
        ("123456789012", "000"),
        ("123456789012", "0x"),
    ],
)
def test_another_card_is_refused(pan: str, sequence: str) -> None:
    for encode in ENCODERS.values():
        with pytest.raises(CryptoError, match="expected a PAN") as refused:
            encode(pan, sequence)
        assert pan not in str(refused.value)


@pytest.mark.parametrize("length", [0, 8, 15, 24])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    key = bytes(length)
    for call in (
        lambda: derive_icc_key_emv(key, bytes(8)),
        lambda: derive_session_key_emv_csk(key, bytes(2)),
        lambda: derive_session_key_mchip_skd(key, bytes(2), bytes(4)),
        lambda: derive_script_key_emv_csk(key, bytes(8)),
        lambda: derive_script_key_vis(key, bytes(2)),
    ):
        with pytest.raises(KeyRefused) as refused:
            call()
        assert refused.value.reason == "length"


@pytest.mark.parametrize("more", [-1, 1])
def test_values_of_another_length_are_refused(more: int) -> None:
    for call, name in (
        (lambda: derive_icc_key_emv(KEY, bytes(8 + more)), "account"),
        (lambda: derive_session_key_emv_csk(KEY, bytes(2 + more)), "ATC"),
        (lambda: derive_session_key_mchip_skd(KEY, bytes(2 + more), bytes(4)), "ATC"),
        (lambda: derive_session_key_mchip_skd(KEY, bytes(2), bytes(4 + more)), "unpredictable"),
        (lambda: derive_script_key_emv_csk(KEY, bytes(8 + more)), "cryptogram"),
        (lambda: derive_script_key_vis(KEY, bytes(2 + more)), "ATC"),
    ):
        with pytest.raises(CryptoError, match=name):
            call()
