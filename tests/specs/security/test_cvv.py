"""Card verification values against public fixtures and psec as far as it goes."""

import tomllib
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.cvv import generate_cvv, generate_cvv2, generate_icvv, verify_cvv
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key

FILES = Path(__file__).parents[2] / "vectors"
VECTORS = tomllib.loads((FILES / "security.toml").read_text("utf-8"))
MORE = tomllib.loads((FILES / "security_cards.toml").read_text("utf-8"))
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
CVK = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
CARD = {"pan": "4123456789012345", "expiry": "8701", "service_code": "101"}


def card(case: dict[str, str]) -> tuple[str, str, str]:
    return case["pan"], case["expiry"], case["service_code"]


@pytest.mark.parametrize("case", VECTORS["cvv"], ids=lambda case: case["source"])
def test_known_answers(case: dict[str, str]) -> None:
    cvk = bytes.fromhex(case["cvk"])
    assert generate_cvv(cvk, *card(case)) == case["cvv"]
    assert verify_cvv(cvk, *card(case), case["cvv"])


@pytest.mark.parametrize("case", VECTORS["cvv_under_lmk"], ids=lambda case: case["source"])
def test_known_answers_with_a_wrapped_key(case: dict[str, str]) -> None:
    cvk = unwrap_key(TEST_LMK, case["key_type"], case["key"])
    assert generate_cvv(cvk, *card(case)) == case["cvv"]


@pytest.mark.parametrize(
    ("kind", "generate", "service_code"),
    [("icvv", generate_icvv, "999"), ("cvv2", generate_cvv2, "000")],
)
def test_known_answers_without_a_service_code(kind: str, generate, service_code: str) -> None:
    [case] = MORE[kind]
    cvk, pan, expiry = bytes.fromhex(case["cvk"]), case["pan"], case["expiry"]
    assert generate(cvk, pan, expiry) == case["cvv"]
    assert verify_cvv(cvk, pan, expiry, service_code, case["cvv"])


def test_the_three_values_of_a_card_differ() -> None:
    pan, expiry = CARD["pan"], CARD["expiry"]
    values = {generate_icvv(CVK, pan, expiry), generate_cvv2(CVK, pan, expiry)}
    assert len(values | {generate_cvv(CVK, **CARD)}) == 3


@ORACLE
@settings(deadline=None)
@given(
    st.binary(min_size=16, max_size=16),
    st.from_regex("[0-9]{10,19}", fullmatch=True),
    st.from_regex("[0-9]{4}", fullmatch=True),
    st.from_regex("[0-9]{3}", fullmatch=True),
)
def test_the_oracle_agrees_as_far_as_its_one_scan_goes(
    cvk: bytes, pan: str, expiry: str, service_code: str
) -> None:
    ours = generate_cvv(cvk, pan, expiry, service_code)
    theirs = psec.cvv.generate_cvv(cvk, pan, expiry, service_code)
    assert ours.startswith(theirs)
    assert len(ours) == 3
    assert theirs  # a block without any digit is one in a million


@pytest.mark.parametrize("cvv", ["562", "061", "", "56", "5610", "56a", "٥٦١", "\ud80061"])
def test_any_other_value_is_false(cvv: str) -> None:
    assert verify_cvv(CVK, **CARD, cvv=cvv) is False


def test_every_input_counts() -> None:
    assert verify_cvv(CVK, **CARD, cvv="561")
    others = [
        (CVK, {"pan": "4123456789012344"}),
        (CVK, {"expiry": "8702"}),
        (CVK, {"service_code": "102"}),
        (CVK[8:] + CVK[:8], {}),
    ]
    assert not any(verify_cvv(key, **{**CARD, **other}, cvv="561") for key, other in others)


@pytest.mark.parametrize("length", [0, 8, 15, 24])
def test_a_cvk_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyRefused) as refused:
        generate_cvv(bytes(length), **CARD)
    assert refused.value.reason == "length"


@pytest.mark.parametrize(
    "changes",
    [
        {"pan": "412345678"},
        {"pan": "4" * 20},
        {"pan": "412345678901234A"},
        {"expiry": "870"},
        {"expiry": "87011"},
        {"expiry": "87/1"},
        {"service_code": "10"},
        {"service_code": "1011"},
        {"service_code": "10١"},
    ],
)
def test_other_inputs_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(CryptoError, match="expected a PAN"):
        generate_cvv(CVK, **{**CARD, **changes})
