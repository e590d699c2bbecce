"""The command `calc arqc`."""

import pytest

from tests.kit.hsm.calc import assert_known, cases, results, run

KEY = "0123456789ABCDEFFEDCBA9876543210"


@pytest.mark.parametrize(("words", "expected"), cases("chips"))
def test_known_answers_step_by_step(words, expected):
    assert_known(words, expected)


def test_an_arqc_is_compared():
    words = ("arqc", "--icc-key", KEY, "--session", "none", "--data", "00")
    arqc = results(*words)["arqc"]
    assert results(*words, "--arqc", arqc)["arqc_matches"] == "yes"
    assert results(*words, "--arqc", "00" * 8)["arqc_matches"] == "no"


def test_the_answer_is_to_the_arqc_that_was_given():
    words = ("arqc", "--icc-key", KEY, "--session", "none", "--arc", "3030")
    alone = results(*words, "--arqc", "11" * 8)
    assert results(*words, "--arqc", "11" * 8, "--data", "00")["arpc_1"] == alone["arpc_1"]


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        ([], 2),
        (["--mk", KEY], 2),
        (["--mk", KEY, "--icc-key", KEY, "--pan", "9999990000000014"], 2),
        (["--icc-key", KEY], 1),  # no counter
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
