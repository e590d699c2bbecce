"""The command `calc mac`: known answers, what MACs are over, and finding out how one was made."""

import pytest

from tests.kit.hsm.calc import WARNING, assert_known, cases, results, run

KEY = "0123456789ABCDEFFEDCBA9876543210"
TEXT = "Now is the time for all "
MAC = "A1C72E74EA3FA9B6"


@pytest.mark.parametrize(("words", "expected"), cases("mac"))
def test_known_answers_step_by_step(words, expected):
    steps = assert_known(words, expected)
    assert [*steps.values()][-1].startswith(expected["mac"])


def test_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "message"
    path.write_bytes(TEXT.encode())
    assert results("mac", "--key", KEY, "--file", str(path)) == {"mac": MAC}


def test_people_read_every_step_and_one_warning():
    code, out, err = run("mac", "--key", KEY, "--text", TEXT, "--trace")
    assert (code, err) == (0, WARNING)
    assert out.splitlines()[0].split() == ["padded", "input", TEXT.encode().hex().upper()]
    assert out.splitlines()[-1] == f"mac  {MAC}"


def test_how_a_mac_was_made_is_found():
    words = ("mac", "--key", KEY, "--text", TEXT, "--match", MAC[:8])
    assert "algorithm 3, padding 1 (zeros)" in results(*words).values()


def test_a_mac_that_nothing_makes_is_exit_6():
    code, out, err = run("mac", "--key", KEY, "--text", TEXT, "--match", "00000000")
    assert (code, out) == (6, "")
    assert "no algorithm and padding" in err


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--text", "a", "--data", "00"],
        ["--text", "a", "--padding", "4"],
        ["--data", "0"],
        ["--data", "0G"],
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(more):
    assert run("mac", "--key", KEY, *more)[0] == 2


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["--padding", "0"], "whole blocks"),
        (["--size", "9"], "1 to 8"),
        (["--algorithm", "cmac-tdes", "--size", "9"], "1 to 8"),
    ],
)
def test_what_cannot_be_computed_is_exit_1(more, expected):
    code, out, err = run("mac", "--key", KEY, "--text", "abc", *more)
    assert (code, out) == (1, "")
    assert expected in err
    assert KEY not in err


MESSAGE = "020000200000008000010000075445524D30303031EC96728339097889"
OF_MESSAGE = ("mac", "--key", KEY, "--dialect", "iso87-binary", "--message")


def test_of_a_message_it_says_how_its_mac_was_made_and_over_what():
    found = results(*OF_MESSAGE, MESSAGE).values()
    assert "algorithm 3, padding 1 (zeros), over all bytes before the MAC" in found


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((MESSAGE[:-2] + "00",), 6, "nothing gives the MAC of this message"),
        ((MESSAGE[:-2],), 5, "--message: "),
        ((MESSAGE, "--text", "hello"), 2, "--message goes without"),
        ((MESSAGE, "--fields", "0,x"), 2, "expected numbers of fields"),
        (("0200002000000080000000000754455 24D30303031".replace(" ", ""),), 1, "a MAC in field 64"),
    ],
)
def test_what_has_no_such_mac_is_told(words, code, told):
    ended, out, err = run(*OF_MESSAGE, *words)
    assert (ended, out) == (code, "")
    assert told in err
