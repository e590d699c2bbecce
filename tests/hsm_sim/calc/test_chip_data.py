"""What cryptograms are over: every version against the class that pyemv has for it."""

from contextlib import suppress

import pyemv.cvn
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.calc import chip_data
from cardswitch.hsm_sim.calc.chip_data import ChipQuestion, pan_in, read_tags, recipe_of
from cardswitch.hsm_sim.calc.chips import Card
from cardswitch.hsm_sim.calc.chips_search import find_arqc
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.errors import CryptoError

KEYS = [bytes([0xAA]) * 16, bytes([0xBB]) * 16, bytes([0xCC]) * 16]
PAN = "12345678901234567"
TAGS = read_tags(
    "9F02=000000009999 9F03=000000000100 9F1A=0840 95=8000048000 5F2A=0840 9A=991231 9C=01 "
    "9F37=52BF4585 82=1800 9F36=0FFF"
)
VISA = "06010AA3B0B81234"[:14]
MCHIP = "0110A08003242000ABCD1122334455667788"
# The class, the version's recipe, 9F10, and which parts of it the class takes.
VERSIONS = [
    (pyemv.cvn.VisaCVN10, "VISA_10", VISA, {"cvr": VISA[6:14]}),
    (pyemv.cvn.VisaCVN18, "VISA_18", "06011203A0B800", {}),
    (pyemv.cvn.VisaCVN22, "VISA_22", "1F160103A0B8001122" + 46 * "0", {}),
    (pyemv.cvn.InteracCVN133, "INTERAC_133", "06018503A0B800", {}),
    (pyemv.cvn.MasterCardCVN16, "MCHIP_16", MCHIP[:20], {"cvr": MCHIP[4:16]}),
    (
        pyemv.cvn.MasterCardCVN17,
        "MCHIP_17",
        MCHIP.replace("0110", "0111", 1),
        {"cvr": MCHIP[4:16], "counters": MCHIP[20:]},
    ),
    (
        pyemv.cvn.MasterCardCVN20,
        "MCHIP_20",
        MCHIP.replace("0110", "0114", 1)[:20],
        {"cvr": MCHIP[4:16]},
    ),
    (
        pyemv.cvn.MasterCardCVN21,
        "MCHIP_21",
        MCHIP.replace("0110", "0115", 1),
        {"cvr": MCHIP[4:16], "counters": MCHIP[20:]},
    ),
]


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@pytest.mark.parametrize(("made_by", "name", "issuer_data", "parts"), VERSIONS)
def test_a_version_is_made_as_pyemv_makes_it(made_by, name, issuer_data, parts):
    recipe = recipe_of(bytes.fromhex(issuer_data))
    assert recipe is getattr(chip_data, name)
    more = {part: bytes.fromhex(value) for part, value in parts.items()}
    if not more:
        more = {"tag_9f10": bytes.fromhex(issuer_data)}
    fields = {f"tag_{tag.lower()}": value for tag, value in TAGS.items()}
    arqc = made_by(*KEYS, pan=PAN, psn="01").generate_ac(**fields, **more)
    question = ChipQuestion(
        key=KEYS[0],
        card=Card(PAN, "01", recipe.option),
        atc=TAGS["9F36"],
        unpredictable=TAGS["9F37"],
        tags={**TAGS, "9F10": bytes.fromhex(issuer_data)},
    )
    assert find_arqc(Steps(), question, arqc)[0] == recipe.name


def test_cvn_17_is_over_four_things():
    tags = {**TAGS, "9F10": bytes.fromhex("06011103A0B800")}
    assert recipe_of(tags["9F10"]) is chip_data.VISA_17
    assert chip_data.VISA_17.data(tags).hex().upper() == "00000000999952BF45850FFFA0"


def test_tags_that_are_missing_are_named():
    with pytest.raises(CryptoError, match="9F1A 9F10"):
        chip_data.VISA_18.data({tag: value for tag, value in TAGS.items() if tag != "9F1A"})


def test_no_other_amount_counts_as_zero():
    whole = {**TAGS, "9F03": bytes(6), "9F10": b"\x06\x01\x0a\x03\x00\x00\x00"}
    without = {tag: value for tag, value in whole.items() if tag != "9F03"}
    assert chip_data.VISA_10.data(without) == chip_data.VISA_10.data(whole)


@pytest.mark.parametrize(
    "text",
    ["9F3602001C9C0100", "9f36 02 001c 9c 01 00", "9F36=001C, 9C=00", "9F36: 001C\n9C: 00"],
)
def test_tags_are_read_as_people_paste_them(text):
    assert read_tags(text) == {"9F36": b"\x00\x1c", "9C": b"\x00"}


def test_templates_are_opened():
    assert read_tags("70079F3602001C9C00") == {"9F36": b"\x00\x1c", "9C": b""}


@pytest.mark.parametrize("text", ["9F36", "9F3605", "hello", "9F36=00 and 9C", "9F36=0"])
def test_what_is_no_tags_is_told_without_values(text):
    with pytest.raises(CryptoError):
        read_tags(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    with suppress(CryptoError):
        read_tags(text)


@pytest.mark.parametrize(
    "text", ["5A=999999000000001F", "57=999999000000001D3012201000", "5A=999999000000001F 57=00"]
)
def test_the_card_number_stands_in_two_tags(text):
    assert pan_in(read_tags(text)) == "999999000000001"
    assert pan_in({}) is None
