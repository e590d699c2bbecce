"""The commands `calc tr31`."""

import pytest

from tests.kit.hsm.calc import assert_known, cases, results, run

KBPK = "89E88CF7931444F334BD7547FC3F380C"
KEY = "F039121BEC83D26B169BDCD5B22AAF8F"
BLOCK = "A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701"


@pytest.mark.parametrize(("words", "expected"), cases("blocks"))
def test_known_answers_step_by_step(words, expected):
    steps = assert_known(words, expected)
    if words[1] != "header":
        assert "key that encrypts (KBEK)" in steps


@pytest.mark.parametrize("version", "ABCD")
def test_what_is_wrapped_can_be_unwrapped(version):
    wrapped = results(
        *("tr31", "wrap", "--version", version, "--kbpk", KBPK, "--key", KEY),
        *("--optional", "LB=mine", "--optional", "KS=FFFF9876543210E00001"),
    )
    unwrapped = results("tr31", "unwrap", "--kbpk", KBPK, wrapped["block"])
    assert (unwrapped["key"], unwrapped["block_LB"]) == (KEY, "mine")


def test_a_weaker_protecting_key_is_remarked():
    words = ("--version", "D", "--algorithm", "A", "--kbpk", KBPK, "--key", KEY + KEY)
    assert "128" in results("tr31", "wrap", *words)["remark"]


def test_a_wrong_protecting_key_shows_the_parts():
    code, out, err = run("tr31", "unwrap", "--kbpk", KEY, BLOCK, "--trace")
    assert code == 1
    assert "encrypted payload" in out
    assert "under this KBPK" in err


@pytest.mark.parametrize("block", ["", "A0072", BLOCK + "0", "X" + BLOCK[1:]])
def test_a_header_that_breaks_its_form_is_exit_1(block):
    assert run("tr31", "header", block)[0] == 1
