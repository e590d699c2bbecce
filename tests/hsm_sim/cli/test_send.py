"""The command `send`: text, hexadecimal, fields by name."""

import json

import pytest

from tests.kit.hsm.served import answering, run, serving


@pytest.fixture(scope="module")
def port():
    with serving() as (port, _, _):
        yield port


def test_a_command_as_text(port):
    code, out, err = run(port, "send", "NC")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "ND 00 no error"
    assert "  lmk_check  4F550070D645C657" in out.splitlines()


def test_a_command_from_standard_input(port):
    assert run(port, "send", "-", stdin="B20005HELLO\n")[1].splitlines()[1] == "  data  HELLO"


def test_words_keep_their_space(port):
    assert "a b" in run(port, "send", "B20003a", "b")[1]


def test_hexadecimal_in_and_out(port):
    code, out, _ = run(port, "send", "--hex", "42 32 30303032 00FF")
    assert code == 0
    assert bytes.fromhex(out.strip())[4:] == b"B300\x00\xff"


def test_fields_by_name_and_a_trailer(port):
    code, out, _ = run(port, "send", "--fields", "B2", "data=A=B", "trailer=job 7", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["fields"] == {"data": "A=B"}
    assert (answer["trailer"], answer["words"]) == ("job 7", "no error")
    assert bytes.fromhex(answer["frame"]).endswith(b"B300A=B\x19job 7")


def test_an_error_is_exit_1_with_its_words(port):
    code, out, _ = run(port, "send", "XX")
    assert code == 1
    assert out == "XY 68 command unknown or disabled\n"


def test_what_breaks_a_layout_is_sent_all_the_same(port):
    assert run(port, "send", "B2FFFF")[1].startswith("B3 80")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--fields", "CW"], "the fields cvk, expiry, pan, service_code"),
        (["--fields", "A0", "mode"], "field 1: expected NAME=VALUE"),
        (["--fields", "A0", "mode=0", "mode=1"], "field 2"),
        (["--fields", "A0", "mode=0", "key_type=ZPK", "lmk_scheme=U"], "3 upper-case hex digits"),
        (["--fields", "ZZ"], "a command that has a layout"),
        (["--hex", "4E4"], "hexadecimal"),
        (["€"], "one byte each"),
        ([], "COMMAND"),
    ],
)
def test_what_cannot_be_written_is_a_usage_error(port, words, expected):
    code, out, err = run(port, "send", *words)
    assert (code, out) == (2, "")
    assert expected in err


def test_an_answer_that_cannot_be_read_is_shown_and_exit_5():
    with answering(b"\x00\x0a0000ND00xy") as port:
        code, out, err = run(port, "send", "NC")
    assert (code, out) == (5, "")
    assert "ND00xy" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["CA!"], "CA.tpk"),
        (["NCx"], "field NC at byte 6"),
        (["A8001;2U" + "0" * 32 + "U" + "0" * 32 + "X"], "has the form of its layout"),
    ],
)
def test_error_15_names_the_field(port, words, told):
    code, out, err = run(port, "send", *words)
    assert (code, out.split()[1]) == (1, "15")
    assert told in err


def test_an_unknown_field_is_named(port):
    code, _, err = run(port, "send", "--fields", "NC", "foo=1")
    assert code == 2
    assert "no field foo; the fields none" in err
    assert (
        "no field foo, x; the fields data"
        in run(port, "send", "--fields", "B2", "foo=1", "x=2", "data=A")[2]
    )
