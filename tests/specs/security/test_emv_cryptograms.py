"""ARQC and ARPC: the table of public known answers, and pyemv."""

import tomllib
from pathlib import Path

import pyemv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.emv_cryptograms import (
    generate_arpc_emv_1,
    generate_arpc_emv_2,
    generate_cryptogram_emv,
    verify_cryptogram_emv,
)
from cardswitch.specs.security.emv_keys import (
    derive_icc_key_emv,
    derive_session_key_emv_csk,
    derive_session_key_mchip_skd,
    encode_account_emv_a,
)
from cardswitch.specs.security.errors import KeyRefused

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/emv.toml").read_text("utf-8"))
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
CARD = VECTORS["card"]
DATA, ATC = bytes.fromhex(CARD["data"]), bytes.fromhex(CARD["atc"])
ICC_KEY = derive_icc_key_emv(
    bytes.fromhex(CARD["issuer_key"]), encode_account_emv_a(CARD["pan"], CARD["sequence"])
)
SESSION_KEYS = {
    "none": ICC_KEY,
    "skd": derive_session_key_mchip_skd(ICC_KEY, ATC, bytes.fromhex(CARD["unpredictable"])),
    "csk": derive_session_key_emv_csk(ICC_KEY, ATC),
}
KEYS = st.binary(min_size=16, max_size=16)
ARQC = bytes.fromhex("1234567890ABCDEF")


def of(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


@pytest.mark.parametrize("case", VECTORS["cryptogram"])
def test_cryptograms(case: dict) -> None:
    key, padding = SESSION_KEYS[case["session"]], case["padding"]
    cryptogram = generate_cryptogram_emv(key, DATA, padding)
    assert cryptogram.hex().upper() == case["value"]
    assert verify_cryptogram_emv(key, DATA, padding, cryptogram)


@pytest.mark.parametrize("case", VECTORS["arpc"])
def test_answers(case: dict) -> None:
    session_key = SESSION_KEYS[case["session"]]
    arqc = generate_cryptogram_emv(session_key, DATA, case["padding"])
    key = ICC_KEY if case["key"] == "icc" else session_key
    if case["method"] == 1:
        arpc = generate_arpc_emv_1(key, arqc, bytes.fromhex(case["arc"]))
    else:
        arpc = generate_arpc_emv_2(key, arqc, bytes.fromhex(case["csu"]))
    assert arpc.hex().upper() == case["value"]


@ORACLE
@settings(deadline=None)
@given(KEYS, st.binary(min_size=1, max_size=80), st.sampled_from([1, 2]))
def test_the_oracle_makes_the_same_cryptogram(key: bytes, data: bytes, padding) -> None:
    theirs = pyemv.ac.generate_ac(key, data, pyemv.ac.PaddingType(padding))
    assert generate_cryptogram_emv(key, data, padding) == theirs


@ORACLE
@settings(deadline=None)
@given(KEYS, of(8), of(2), of(4), st.binary(max_size=8))
def test_the_oracle_makes_the_same_answers(
    key: bytes, arqc: bytes, arc: bytes, csu: bytes, proprietary: bytes
) -> None:
    assert generate_arpc_emv_1(key, arqc, arc) == pyemv.ac.generate_arpc_1(key, arqc, arc)
    theirs = pyemv.ac.generate_arpc_2(key, arqc, csu, proprietary)
    assert generate_arpc_emv_2(key, arqc, csu, proprietary) == theirs


@settings(deadline=None)
@given(st.integers(0, 8 * len(DATA) - 1), st.integers(0, 63))
def test_one_flipped_bit_is_another_cryptogram(place: int, bit: int) -> None:
    key = SESSION_KEYS["csk"]
    good = generate_cryptogram_emv(key, DATA, 2)
    data = (int.from_bytes(DATA, "big") ^ 1 << place).to_bytes(len(DATA), "big")
    assert not verify_cryptogram_emv(key, data, 2, good)
    changed = (int.from_bytes(good, "big") ^ 1 << bit).to_bytes(8, "big")
    assert not verify_cryptogram_emv(key, DATA, 2, changed)
    assert not verify_cryptogram_emv(key, DATA, 2, good[:7])
    assert not verify_cryptogram_emv(key, DATA, 2, b"")


@pytest.mark.parametrize("padding", [0, 3, 4])
def test_another_padding_is_refused(padding) -> None:
    with pytest.raises(CryptoError, match="padding method"):
        generate_cryptogram_emv(ICC_KEY, DATA, padding)


@pytest.mark.parametrize("length", [0, 8, 15, 24])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    key = bytes(length)
    for call in (
        lambda: generate_cryptogram_emv(key, DATA, 1),
        lambda: verify_cryptogram_emv(key, DATA, 1, bytes(8)),
        lambda: generate_arpc_emv_1(key, ARQC, bytes(2)),
        lambda: generate_arpc_emv_2(key, ARQC, bytes(4)),
    ):
        with pytest.raises(KeyRefused) as refused:
            call()
        assert refused.value.reason == "length"


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: generate_arpc_emv_1(ICC_KEY, ARQC[:7], bytes(2)), "cryptogram"),
        (lambda: generate_arpc_emv_1(ICC_KEY, ARQC, bytes(1)), "response code"),
        (lambda: generate_arpc_emv_1(ICC_KEY, ARQC, bytes(3)), "response code"),
        (lambda: generate_arpc_emv_2(ICC_KEY, ARQC + ARQC, bytes(4)), "cryptogram"),
        (lambda: generate_arpc_emv_2(ICC_KEY, ARQC, bytes(3)), "card status update"),
        (lambda: generate_arpc_emv_2(ICC_KEY, ARQC, bytes(4), bytes(9)), "proprietary"),
    ],
)
def test_values_of_another_length_are_refused(call, name: str) -> None:
    with pytest.raises(CryptoError, match=name) as refused:
        call()
    assert "1234" not in str(refused.value)
