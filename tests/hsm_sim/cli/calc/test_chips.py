"""The command `calc arqc`."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.calc.main import calc
from tests.kit.hsm.calc import assert_known, cases, results, run

KEY = "0123456789ABCDEFFEDCBA9876543210"


@pytest.mark.parametrize(("words", "expected"), cases("chips"))
def test_known_answers_step_by_step(words, expected):
    assert_known(words, expected)


def test_an_arqc_is_compared():
    words = ("arqc", "--icc-key", KEY, "--session", "none", "--data", "00")
    arqc = results(*words)["arqc"]
    assert results(*words, "--arqc", arqc)["arqc_matches"] == "yes"
    code, out, err = run(*words, "--arqc", "00" * 8, "--json")
    assert code == 6
    assert json.loads(out)["arqc_matches"] == "no"
    assert "--match" in err


def test_the_answer_is_to_the_arqc_that_was_given():
    words = ("arqc", "--icc-key", KEY, "--session", "none", "--arc", "3030")
    alone = results(*words, "--arqc", "11" * 8)
    other = json.loads(run(*words, "--arqc", "11" * 8, "--data", "00", "--json")[1])
    assert other["arpc_1"] == alone["arpc_1"]


TAGS = (
    "9F02=000000009999 9F03=000000000000 9F1A=0840 95=8000048000 5F2A=0840 9A=991231 9C=01 "
    "9F37=52BF4585 82=1800 9F36=0FFF 9F10=06011203A0B800 9F26=769577B5ABE9FE62 5F34=00 "
    "5A=1234567890123456"
)
FIELD_55 = (
    "9F02060000000099999F03060000000000009F1A020840950580000480005F2A0208409A039912319C0101"
    "9F370452BF4585820218009F36020FFF9F100706011203A0B8009F2608769577B5ABE9FE625F340100"
    "5A081234567890123456"
)


@pytest.mark.parametrize("tags", [TAGS, FIELD_55])
def test_all_but_the_key_is_read_from_the_tags(tags):
    made = results("arqc", "--mk", "AA" * 16, "--tags", tags)
    assert made["made_as"] == "Visa CVN 18"
    assert made["arqc_matches"] == "yes"


def test_why_an_arqc_is_another_is_told():
    words = ("arqc", "--mk", "AA" * 16, "--psn", "01", "--tags", TAGS)
    assert run(*words)[0] == 6
    assert results(*words, "--match") == {"match_1": "Visa CVN 18, sequence number 00"}
    assert results(*words, "--match", "769577B5ABE9FE62") == results(*words, "--match")


def test_an_arqc_that_nothing_gives_is_exit_6():
    code, out, err = run("arqc", "--mk", KEY, "--tags", TAGS, "--match")
    assert (code, out) == (6, "")
    assert "the card says Visa CVN 18" in err


def test_tags_come_by_standard_input_too():
    words = ["arqc", "--mk", "AA" * 16, "--tags", "-", "--json"]
    assert json.loads(CliRunner().invoke(calc, words, input=TAGS).stdout)["arqc_matches"] == "yes"


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        ([], 2),
        (["--mk", KEY], 2),
        (["--mk", KEY, "--icc-key", KEY, "--pan", "9999990000000014"], 2),
        (["--icc-key", KEY], 1),  # no counter
        (["--icc-key", KEY, "--match"], 2),  # nothing to match
        (["--icc-key", KEY, "--tags", "9F36=0001 9F10=FFFF"], 1),  # no known version
        (["--icc-key", KEY, "--tags", "9F36"], 1),
        (["--icc-key", KEY, "--session", "mchip", "--atc", "0001"], 1),
        (["--icc-key", KEY, "--session", "none", "--arc", "3030"], 1),
        (["--icc-key", KEY, "--session", "none", "--arqc", "00", "--arc", "3030"], 1),
        (["--mk", KEY, "--pan", "1", "--atc", "0001"], 1),
    ],
)
def test_what_is_wrong_is_told_without_secrets(words, exit_code):
    code, out, err = run("arqc", *words)
    assert (code, out) == (exit_code, "")
    assert KEY not in err
