"""NK: commands within a command, and that it never carries itself."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.hsm_sim.commands.module.status import ANSWERS_SIZE_MAX
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import (
    Answer,
    Command,
    HsmFormatError,
    pack_answer,
    unpack_answer,
    unpack_command,
)
from cardswitch.specs.hsm.chain import chain, read_chain
from cardswitch.specs.hsm.commands.data.encryption import encrypt_data
from cardswitch.specs.hsm.commands.keys.any_type import generate_key, key_check_value
from cardswitch.specs.hsm.commands.module.status import (
    cancel_authority,
    command_volumes,
    diagnostics,
    echo,
    read_volumes,
)
from tests.kit.hsm.examples_emv import DEK_KEY
from tests.kit.hsm.module import ZPK, ask, module, under_lmk


def ask_all(asked: HsmModule, *commands: Command) -> list[Answer]:
    """What each of *commands* is answered in a chain."""
    answer = ask(asked, chain(commands))
    assert answer.error == "00"
    return read_chain(answer)


def ask_frame(asked: HsmModule, frame: bytes) -> Answer:
    """The answer to *frame*, after it has been bytes."""
    return unpack_answer(pack_answer(asked.answer(unpack_command(frame))))


def test_each_command_is_answered_as_if_it_had_come_alone() -> None:
    zpk = under_lmk("001", ZPK)
    commands = [diagnostics(), echo("A"), key_check_value("001", zpk), key_check_value("002", zpk)]
    chained = ask_all(module(), *commands)
    alone = [ask(module(), command) for command in commands]
    assert [(a.code, a.error, a.fields) for a in chained] == [
        (a.code, a.error, a.fields) for a in alone
    ]


def test_they_are_performed_in_turn_and_counted() -> None:
    hsm = module()
    hsm.state.authority.until["export"] = 60.0
    first, _, last = ask_all(hsm, generate_key("001"), cancel_authority(), command_volumes())
    assert first.ok
    assert not hsm.state.is_authorised("export")
    assert read_volumes(last) == {"A0": 1, "J4": 1, "NK": 1, "RA": 1}


def test_policy_and_pin_limits_hold_in_a_chain() -> None:
    hsm = module(commands_disabled=("B2",))
    assert [answer.error for answer in ask_all(hsm, echo("A"), diagnostics())] == ["68", "00"]


def test_headers_may_be_given() -> None:
    answer = ask_frame(module(), b"1234NK1020006abcdNC0006efghZZ")
    frames = [answer.fields["frame_01"], answer.fields["frame_02"]]
    assert frames[0][:8] == "abcdND00"
    assert frames[1] == "efghZ068"


def test_each_may_have_a_trailer() -> None:
    answer = ask_frame(module(), b"1234NK0010007NC\x19tail")
    assert read_chain(answer)[0].trailer == "tail"


def test_ninety_nine_at_most() -> None:
    answers = ask_all(module(), *[diagnostics()] * 99)
    assert len(answers) == 99
    assert all(answer.ok for answer in answers)
    for commands in ([], [diagnostics()] * 100):
        with pytest.raises(EncodeError):
            ask(module(), chain(commands))


def test_what_cannot_be_read_is_answered_in_its_place() -> None:
    answer = ask_frame(module(), b"1234NK0030004NCxx0003B2x0002NC")
    assert [a.error for a in read_chain(answer)] == ["15", "15", "00"]


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        ("NK2", "51"),
        ("NK000", "15"),
        ("NK0010005NC", "80"),
        ("NK001", "15"),
        ("NK0020002NC", "15"),
        ("NK0010002NC0002NC", "15"),
    ],
)
def test_broken_frames(frame: str, error: str) -> None:
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(f"1234{frame}".encode())
    assert caught.value.error_code == error


@pytest.mark.parametrize("frame", [b"NK0010001N", b"NK0010000", b"NK0010002nc", b"NK1010004abcd"])
def test_a_command_without_a_code_spoils_the_chain(frame: bytes) -> None:
    assert ask_frame(module(), b"1234" + frame).error == "15"


def test_answers_that_do_not_fit_give_way_to_an_error() -> None:
    # Seven of these fit into a frame, and in hexadecimal no ten thousand digits into an answer.
    answers = ask_all(module(), *[echo("x" * 9_000)] * 8, echo("short"))
    assert [answer.error for answer in answers] == ["00"] * 7 + ["80", "00"]
    assert len(pack_answer(ask(module(), chain([echo("x" * 9_000)] * 8)))) <= ANSWERS_SIZE_MAX
    fits, does_not = (
        msgspec.structs.replace(used, fields={**used.fields, "input_format": "0", "data": data})
        for used in [encrypt_data(DEK_KEY, b"")]
        for data in ("x" * 4_992, "x" * 5_000)
    )
    assert [answer.error for answer in ask_all(module(), fits, does_not)] == ["00", "80"]


@st.composite
def chains(draw: st.DrawFn, depth: int = 3) -> str:
    """A chain of chains, or what looks like one."""
    inner = st.sampled_from(["NC", "B20001x", "NK", "NK00", "NK001", "ZZ", "RA"])
    if depth:
        inner = st.one_of(inner, chains(depth - 1))
    frames = draw(st.lists(inner, min_size=1, max_size=4))
    return f"NK0{len(frames):02d}" + "".join(f"{len(frame):04d}{frame}" for frame in frames)


@settings(max_examples=60, deadline=None)
@given(chains())
def test_a_chain_never_carries_a_chain(line: str) -> None:
    hsm = module()
    answer = ask_frame(hsm, f"1234{line}".encode())
    assert hsm.state.load.commands["NK"] == 1
    assert answer.error == "00"
    command = unpack_command(f"1234{line}".encode())
    for number, inner in enumerate(read_chain(answer), 1):
        if command.fields[f"frame_{number:02d}"].startswith("NK"):
            assert (inner.code, inner.error, inner.fields) == ("NL", "68", {})
