"""The commands `calc pinblock`, `pvv` and `ibm3624`."""

import pytest

from tests.kit.hsm.calc import assert_known, cases, results, run

PAN = "9999990000000014"
KEY = "0123456789ABCDEFFEDCBA9876543210"
AES_KEY = "AF8CB133A78F8DC2D1359F18527593FB"
FORMATS = ["iso0", "iso1", "iso2", "iso3", "diebold"]


@pytest.mark.parametrize(("words", "expected"), cases("pins"))
def test_known_answers_step_by_step(words, expected):
    assert assert_known(words, expected)


@pytest.mark.parametrize("name", [*FORMATS, "iso4"])
@pytest.mark.parametrize("pin", ["1234", "123456789012"])
def test_what_is_encoded_can_be_decoded(name, pin):
    key = AES_KEY if name == "iso4" else KEY
    words = ("--format", name, "--pan", PAN, "--key", key)
    block = results("pinblock", "encode", "--pin", pin, *words)["block"]
    assert results("pinblock", "decode", block, *words) == {"pin": pin}


def test_a_wrong_key_shows_what_it_gives():
    block = results("pinblock", "encode", "--pin", "1234", "--pan", PAN, "--key", KEY)["block"]
    wrong = ("--pan", PAN, "--key", KEY[16:] + KEY[:16], "--trace")
    code, out, err = run("pinblock", "decode", block, *wrong)
    assert code == 1
    assert "clear block" in out
    assert "PIN block of another format, key or account" in err


def test_without_a_key_nothing_is_warned_of():
    assert run("pinblock", "encode", "--pin", "1234", "--pan", PAN)[2] == ""


def test_the_account_stands_where_the_n_is():
    words = ("--validation", "1234567890NF", "--pan12", "000001000376", "--trace")
    steps = results("ibm3624", "--key", "1C1C1C1C1C1C1C1C", *words)["steps"]
    assert steps[0] == {"name": "validation data", "value": "123456789000376F"}


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (["pinblock", "encode", "--pin", "123", "--pan", PAN], 1),
        (["pinblock", "encode", "--pin", "1234"], 1),
        (["pinblock", "encode", "--pin", "1234", "--pan", PAN, "--format", "iso4"], 1),
        (["pinblock", "decode", "00", "--pan", PAN], 1),
        (["pinblock", "decode", "00", "--pan", PAN, "--format", "iso4", "--key", AES_KEY], 1),
        (["pvv", "--key", KEY, "--pin", "1234"], 2),
        (["pvv", "--key", KEY, "--pin", "1234", "--pan", PAN, "--pan12", PAN[:12]], 2),
        (["ibm3624", "--key", KEY, "--validation", "1234567890NF"], 2),
        (["ibm3624", "--key", KEY, "--validation", "xy"], 2),
        (["ibm3624", "--key", KEY, "--validation", "00", "--pin", "1234"], 1),
        (["ibm3624", "--key", KEY, "--validation", "00", "--pin", "1", "--offset", "1"], 2),
    ],
)
def test_what_is_wrong_is_told_without_secrets(words, exit_code):
    code, out, err = run(*words)
    assert (code, out) == (exit_code, "")
    assert KEY not in err
    assert PAN not in err


def test_in_which_way_a_pin_is_in_a_block_is_told():
    block = "041235DCBA9876F6"  # of the last 12 digits, the check digit among them
    told = {"match_1": "iso0, the last 12 digits of the card number"}
    pan = ("--pan", "4012345678909")
    assert results("pinblock", "decode", block, *pan, "--match", "1234") == told
    assert results("pinblock", "encode", "--pin", "1234", *pan, "--match", block) == told


def test_a_pin_that_no_way_gives_is_exit_6():
    code, out, err = run("pinblock", "decode", "00" * 8, "--pan", PAN, "--match", "1234")
    assert (code, out) == (6, "")
    assert "1234" not in err
