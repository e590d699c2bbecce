"""The command `calc cvv`."""

import pytest

from tests.kit.hsm.calc import assert_known, cases, results, run

KEY = "0123456789ABCDEFFEDCBA9876543210"
CARD = ("--pan", "4123456789012345", "--expiry", "8701")


@pytest.mark.parametrize(("words", "expected"), cases("cards"))
def test_known_answers_step_by_step(words, expected):
    assert assert_known(words, expected)


def test_each_kind_has_its_service_code():
    chip = results("cvv", "--kind", "icvv", "--key", KEY, *CARD)
    assert chip == results("cvv", "--key", KEY, *CARD, "--service", "999")


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (["--kind", "cvv", *CARD], "--service"),
        (["--kind", "cvv2", "--pan", "4123456789012345"], "--expiry"),
        (["--kind", "dcvv", *CARD, "--service", "101"], "--atc"),
        (["--kind", "cvc3", "--atc", "0001"], "--track"),
        (["--kind", "cvc3", "--atc", "0001", "--track", "00"], "--un"),
    ],
)
def test_what_a_kind_needs_is_named(words, missing):
    code, _, err = run("cvv", "--key", KEY, *words)
    assert code == 2
    assert f"needs {missing}" in err


def test_a_short_key_is_refused():
    code, _, err = run("cvv", "--key", KEY[:16], *CARD, "--service", "101")
    assert (code, "16 bytes" in err) == (1, True)


def test_which_value_it_is_is_told():
    words = ("cvv", "--key", KEY, *CARD, "--match")
    assert "CVV, service code 101" in results(*words, "561").values()
    chip = results("cvv", "--kind", "icvv", "--key", KEY, *CARD)["cvv"]
    assert "iCVV (999)" in results(*words, chip).values()


def test_a_value_that_nothing_gives_is_exit_6():
    code, out, err = run("cvv", "--key", KEY, *CARD, "--service", "101", "--match", "000")
    assert (code, out) == (6, "")
    assert KEY not in err
