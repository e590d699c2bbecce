"""The commands `calc kcv`, `parity`, `components`, `split` and `xor`."""

import pytest

from tests.kit.hsm.calc import assert_known, cases, results, run

KEY = "0123456789ABCDEFFEDCBA9876543210"


@pytest.mark.parametrize(("words", "expected"), cases("keys"))
def test_known_answers(words, expected):
    assert_known(words, expected)


@pytest.mark.parametrize("algorithm", ["tdes", "aes"])
@pytest.mark.parametrize("count", [2, 3])
def test_components_of_a_key_make_it_again(algorithm, count):
    made = results("split", KEY, "--count", str(count), "--algorithm", algorithm)
    parts = [made[f"component_{number}"] for number in range(1, count + 1)]
    assert len(set(parts)) == count
    joined = results("components", *parts, "--algorithm", algorithm)
    assert joined["key"] == KEY
    assert joined["kcv"] == results("kcv", KEY, "--algorithm", algorithm)["kcv"]


@pytest.mark.parametrize(
    "words",
    [
        ["kcv", "00"],
        ["kcv", KEY, "--algorithm", "des"],
        ["parity", KEY + KEY],
        ["components", KEY],
        ["components", KEY, KEY[:16]],
        ["xor", "00", "0000"],
        ["xor"],
        ["split", "0011"],
    ],
)
def test_what_is_wrong_is_told_without_keys(words):
    code, out, err = run(*words)
    assert code in (1, 2)
    assert out == ""
    assert KEY not in err


@pytest.mark.parametrize(
    ("digits", "kcv"),
    [
        ("4", "08D7"),
        ("6", "08D7B4"),
        ("8", "08D7B4FB"),
        ("16", "08D7B4FB629D0885"),
    ],
)
def test_a_check_value_is_as_long_as_asked(digits, kcv):
    assert results("kcv", KEY, "--digits", digits) == {"kcv": kcv}
    assert results("kcv", KEY, "--match", kcv) == {"match_1": "TDES, zeros encrypted"}


@pytest.mark.parametrize(("match", "exit_code"), [("08D7B5", 6), ("08", 2), ("0" * 18, 2)])
def test_a_check_value_that_nothing_has(match, exit_code):
    code, out, err = run("kcv", KEY, "--match", match)
    assert (code, out) == (exit_code, "")
    assert KEY not in err


@pytest.mark.parametrize("words", [["parity", KEY], ["split", KEY], ["xor", "0F", "F0"]])
def test_every_command_shows_its_steps(words):
    assert results(*words, "--trace")["steps"]


def test_a_key_may_be_given_as_the_other_commands_take_it():
    assert results("kcv", "--key", KEY) == results("kcv", KEY)
    for words in (("kcv",), ("kcv", KEY, "--key", KEY)):
        assert run(*words)[0] == 2
