"""Commands inside a command, and their answers inside an answer."""

import pytest

from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import Answer, HsmFormatError, unpack_answer
from cardswitch.specs.hsm.chain import chain, read_chain
from cardswitch.specs.hsm.commands.module.status import diagnostics, echo


def test_commands_lose_their_headers_inside() -> None:
    asked = chain([diagnostics().with_header("0007"), echo("A")])
    assert asked.fields["frame_01"] == "NC"
    assert asked.fields["frame_02"] == "B20001A"
    assert asked.fields["commands"] == "02"


def test_answers_are_read_in_turn_errors_among_them() -> None:
    answer = unpack_answer(b"0001NL00020004ND150006B300A!")
    assert [(a.code, a.error, a.fields) for a in read_chain(answer)] == [
        ("ND", "15", {}),
        ("B3", "00", {"data": "A!"}),
    ]


def test_a_command_without_form_is_not_carried() -> None:
    with pytest.raises(EncodeError):
        chain([echo("€")])


def test_an_answer_without_form_is_refused() -> None:
    fields = {"commands": "01", "frame_01": "ND00x"}
    with pytest.raises(HsmFormatError):
        read_chain(Answer("", "NL", "00", fields))
