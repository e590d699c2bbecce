"""Why an ARQC does not match: what was otherwise is found and named."""

import pytest

from cardswitch.hsm_sim.calc.chip_data import VISA_18, ChipQuestion, read_tags
from cardswitch.hsm_sim.calc.chips import Card, compute_card_key, compute_session_key
from cardswitch.hsm_sim.calc.chips_search import find_arqc
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.security.emv_cryptograms import generate_cryptogram_emv

KEY = bytes([0xAA]) * 16
PAN = "12345678901234567"
TAGS = read_tags(
    "9F02=000000009999 9F1A=0840 95=8000048000 5F2A=0840 9A=991231 9C=01 9F37=52BF4585 82=1800 "
    "9F36=0FFF 9F10=06011203A0B800"
)
# How the card made it, and what of that is told.
OTHERWISE = [
    ({}, "Visa CVN 18"),
    ({"sequence": "03"}, "Visa CVN 18, sequence number 03"),
    ({"option": "a"}, "Visa CVN 18, option a"),
    ({"padding": 1}, "data of Visa CVN 18, session common, padding 1"),
    ({"session": "none"}, "data of Visa CVN 18, session none, padding 2"),
    ({"own_key": True}, "Visa CVN 18, the key given is the card's own"),
]


def made(*, sequence="00", option="b", session="common", padding=2, own_key=False):
    steps, atc, number = Steps(), TAGS["9F36"], TAGS["9F37"]
    card_key = KEY if own_key else compute_card_key(steps, KEY, Card(PAN, sequence, option))
    session_key = compute_session_key(steps, card_key, session, atc, number)
    return generate_cryptogram_emv(session_key, VISA_18.data(TAGS), padding)


def asked(**more):
    known = {"atc": TAGS["9F36"], "unpredictable": TAGS["9F37"], "tags": TAGS, **more}
    return ChipQuestion(key=KEY, card=Card(PAN, "00", "b"), **known)


@pytest.mark.parametrize(("how", "told"), OTHERWISE)
def test_what_was_otherwise_is_told(how, told):
    assert find_arqc(Steps(), asked(), made(**how)) == [told]


def test_nothing_is_found_for_another_key():
    assert find_arqc(Steps(), asked(), bytes(8)) == []


def test_data_that_are_given_are_taken_as_they_are():
    question = asked(data=VISA_18.data(TAGS), tags={})
    assert find_arqc(Steps(), question, made()) == ["the data given, session common, padding 2"]


def test_every_try_is_a_step():
    steps = Steps()
    find_arqc(steps, asked(), made())
    assert ("Visa CVN 18", made().hex().upper()) in steps.taken
