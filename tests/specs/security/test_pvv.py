"""PIN verification values against public fixtures and psec."""

import tomllib
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import KeyRefused, PinRefused
from cardswitch.specs.security.pinblocks import pan12_of
from cardswitch.specs.security.pvv import generate_pvv, verify_pvv

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/security.toml").read_text("utf-8"))
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
PVK = bytes.fromhex("13345779133457791334577913345779")
GOOD = {"pvk": PVK, "pin": "1234", "pan12": "123456789012", "pvki": "0"}


def arguments(case: dict[str, str]) -> tuple[bytes, str, str, str]:
    return bytes.fromhex(case["pvk"]), case["pin"], case["pan12"], case["pvki"]


@pytest.mark.parametrize("case", VECTORS["pvv"], ids=lambda case: case["source"])
def test_known_answers(case: dict[str, str]) -> None:
    assert generate_pvv(*arguments(case)) == case["pvv"]
    assert verify_pvv(*arguments(case), case["pvv"])


@ORACLE
@settings(deadline=None)
@given(
    st.binary(min_size=16, max_size=16),
    st.from_regex("[0-9]{4}", fullmatch=True),
    st.from_regex("[0-9]{13,19}", fullmatch=True),
    st.sampled_from("0123456789"),
)
def test_the_oracle_agrees(pvk: bytes, pin: str, pan: str, pvki: str) -> None:
    expected = psec.pin.generate_visa_pvv(pvk, pvki, pin, pan)
    assert generate_pvv(pvk, pin, pan12_of(pan), pvki) == expected


def test_four_digits_of_a_longer_pin_count() -> None:
    assert generate_pvv(PVK, "123499", "123456789012", "0") == "1226"
    assert generate_pvv(PVK, "12340000", "123456789012", "0") == "1226"


@pytest.mark.parametrize("pvv", ["1227", "0226", "", "122", "12260", "122a", "١٢٢٦", "\ud800226"])
def test_any_other_value_is_false(pvv: str) -> None:
    assert verify_pvv(**GOOD, pvv=pvv) is False


def test_every_input_counts() -> None:
    others = [{"pin": "1235"}, {"pan12": "123456789013"}, {"pvki": "1"}, {"pvk": PVK[::-1]}]
    assert verify_pvv(**GOOD, pvv="1226")
    assert not any(verify_pvv(**{**GOOD, **other}, pvv="1226") for other in others)


@pytest.mark.parametrize("length", [0, 8, 15, 24])
def test_a_pvk_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyRefused) as refused:
        generate_pvv(**{**GOOD, "pvk": bytes(length)})
    assert refused.value.reason == "length"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pin": "123"}, "length"),
        ({"pin": "12x4"}, "digits"),
        ({"pan12": "12345678901"}, "account"),
        ({"pvki": ""}, "digits"),
        ({"pvki": "10"}, "digits"),
        ({"pvki": "A"}, "digits"),
        ({"pvki": "١"}, "digits"),
    ],
)
def test_other_inputs_are_refused(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(PinRefused) as refused:
        generate_pvv(**{**GOOD, **changes})
    assert refused.value.reason == reason
