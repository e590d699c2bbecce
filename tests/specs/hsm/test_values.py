"""Commands and answers as values: masked, and numbered by their codes."""

import pytest

from cardswitch.specs.hsm import Answer, Command, answer_code

SECRET = "0123456789ABCDEF"


def test_what_is_shown_names_the_value_and_nothing_it_holds() -> None:
    assert repr(Command("0001", "CA", {"block": SECRET}, SECRET)) == "<CA header=0001>"
    assert repr(Answer("0001", "CB", "00", {"block": SECRET})) == "<CB error=00 header=0001>"
    assert repr(Command("\x1b[2J", "C\n")) == "<C\\n header=\\x1b[2J>"


def test_the_kernel_stamps_the_header() -> None:
    command = Command("", "B2", {"data": "x"}, "tail")
    assert command.with_header("0007") == Command("0007", "B2", {"data": "x"}, "tail")


@pytest.mark.parametrize(
    ("code", "answer"),
    [("A0", "A1"), ("M8", "M9"), ("X9", "XA"), ("PZ", "P0"), ("nc", ""), ("", ""), ("ABC", "")],
)
def test_the_code_of_an_answer(code: str, answer: str) -> None:
    assert answer_code(code) == answer


def test_only_00_is_ok() -> None:
    assert Answer("", "CB", "00").ok
    assert not Answer("", "CZ", "01").ok
