"""Answers for people and programs."""

from cardswitch.hsm_sim.client.answers import answer_document, answer_lines
from cardswitch.specs.hsm import Answer

ANSWER = Answer("0001", "A7", "01", {"key": "U12", "kcv": "ABCDEF"}, "job 7")


def test_people_read_error_fields_and_trailer():
    assert list(answer_lines("A6", ANSWER)) == [
        "A7 01 key parity was corrected",
        "  key      U12",
        "  kcv      ABCDEF",
        "  trailer  job 7",
    ]


def test_what_could_steer_a_terminal_is_escaped():
    [_, line] = answer_lines("B2", Answer("0001", "B3", "00", {"data": "\x1b[2J"}))
    assert line == "  data  \\x1b[2J"


def test_programs_read_the_same():
    assert answer_document("A6", ANSWER) == {
        "code": "A7",
        "error": "01",
        "words": "key parity was corrected",
        "fields": {"key": "U12", "kcv": "ABCDEF"},
        "trailer": "job 7",
    }
