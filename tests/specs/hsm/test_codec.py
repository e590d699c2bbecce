"""Frames to values and back: round trips, garbage, and where a broken frame is blamed."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import (
    Answer,
    Command,
    HsmFormatError,
    pack_answer,
    pack_command,
    unpack_answer,
    unpack_command,
)
from cardswitch.specs.hsm.commands import ANSWERS, COMMANDS
from cardswitch.specs.hsm.commands.data.macs import verify_mac
from cardswitch.specs.hsm.commands.pins.blocks import translate_pin_tpk_zpk
from tests.kit.hsm.strategies import answers, commands

TPK, ZPK = "U" + "1A" * 16, "U" + "2B" * 16
CA = f"1234CA{TPK}{ZPK}126428EB94035AF53B0101550000025321"


@pytest.mark.parametrize("code", sorted(COMMANDS))
@settings(max_examples=10)
@given(st.data())
def test_every_command_comes_back(code: str, data: st.DataObject) -> None:
    command = data.draw(commands([code]))
    assert unpack_command(pack_command(command)) == command


@pytest.mark.parametrize("code", sorted(ANSWERS))
@settings(max_examples=10)
@given(st.data())
def test_every_answer_comes_back(code: str, data: st.DataObject) -> None:
    answer = data.draw(answers([code]))
    packed = pack_answer(answer)
    read = unpack_answer(packed)
    # Echoed data may hold what begins a trailer: only who knows the command's can tell.
    assert read == answer or (b"\x19" in packed and pack_answer(read) == packed)


@given(st.binary(max_size=200))
@example(b"")
@example(b"1234C")
def test_garbage_is_a_command_or_the_documented_error(data: bytes) -> None:
    try:
        command = unpack_command(data)
    except HsmFormatError:
        return
    assert pack_command(command) == data


@given(commands(), st.integers(0, 400), st.binary(max_size=3), st.integers(0, 3))
def test_damaged_commands_are_read_strictly(
    command: Command, at: int, inserted: bytes, deleted: int
) -> None:
    frame = pack_command(command)
    damaged = frame[:at] + inserted + frame[at + deleted :]
    try:
        read = unpack_command(damaged)
    except HsmFormatError:
        return
    # An empty trailer is the only thing that may be written in two ways.
    assert pack_command(read) in (damaged, damaged.removesuffix(b"\x19"))


@given(answers(), st.integers(0, 100), st.binary(max_size=3), st.integers(0, 3))
def test_damaged_answers_end_in_the_documented_error(
    answer: Answer, at: int, inserted: bytes, deleted: int
) -> None:
    frame = pack_answer(answer)
    damaged = frame[:at] + inserted + frame[at + deleted :]
    try:
        read = unpack_answer(damaged)
    except HsmFormatError:
        return
    assert pack_answer(read) in (damaged, damaged.removesuffix(b"\x19"))


@pytest.mark.parametrize("size", [1, 4, 12, 255])
def test_the_header_length_is_a_setting(size: int) -> None:
    header = "h" * size
    assert unpack_command(pack_command(Command(header, "NC")), size) == Command(header, "NC")
    answer = Answer(header, "CZ", "01")
    assert unpack_answer(pack_answer(answer), size) == answer


@pytest.mark.parametrize(
    ("frame", "code", "field", "offset", "error"),
    [
        # frame                                 code  field                offset error
        ("", "", "", 0, "15"),
        ("12", "", "", 2, "15"),
        ("1234C", "", "", 5, "15"),
        ("1234ZZ", "ZZ", "code", 4, "68"),
        ("1234NCx", "NC", "NC", 6, "15"),
        ("1234NC%0", "NC", "NC", 6, "15"),
        ("1234NC\x19" + "x" * 33, "NC", "NC", 6, "15"),
        ("1234B2000G", "B2", "B2.data", 6, "15"),
        ("1234B20005HELL", "B2", "B2.data", 10, "80"),
        ("1234B20004HELLO", "B2", "B2", 14, "15"),
        (CA.replace("U1A", "Q1A"), "CA", "CA.tpk", 6, "26"),
        (CA.replace("U1A", "U1a"), "CA", "CA.tpk", 6, "15"),
        (CA.replace("U2B", "\r2B"), "CA", "CA.zpk", 39, "15"),
        (CA.replace("6428", "642 "), "CA", "CA.block", 74, "15"),
        (CA[:-1], "CA", "CA.pan12", 94, "15"),
        (CA + "7", "CA", "CA", 106, "15"),
        (CA + ";001", "CA", "CA", 106, "15"),
        (CA.replace("5500", "٥500"), "CA", "CA.pan12", 94, "15"),
        ("1234A02001U", "A0", "A0.mode", 6, "15"),
        ("1234A01001U;0U12", "A0", "A0.zmk", 13, "15"),
        ("1234BUFF1" + TPK, "BU", "BU.key_type", 42, "15"),
        ("1234BU001" + TPK + ";00", "BU", "BU", 42, "15"),
        ("1234M65", "M6", "M6.mode", 6, "02"),
        ("1234M607", "M6", "M6.input_format", 7, "03"),
        ("1234M6013", "M6", "M6.mac_size", 8, "04"),
        ("1234M60102", "M6", "M6.algorithm", 9, "05"),
        ("1234M601033", "M6", "M6.padding", 10, "06"),
        ("1234CW" + TPK + "4123456789012345870", "CW", "CW.expiry", 58, "15"),
    ],
)
def test_a_broken_command_is_blamed_on_its_place(
    frame: str, code: str, field: str, offset: int, error: str
) -> None:
    data = frame.encode("latin-1", "replace")
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(data)
    seen = caught.value
    assert (seen.code, seen.field, seen.offset, seen.error_code) == (code, field, offset, error)
    assert seen.header == (frame[:4] if len(frame) >= 4 else "")


def test_an_error_shows_nothing_of_the_frame() -> None:
    with pytest.raises(HsmFormatError) as caught:
        unpack_command((CA + "secret").encode())
    assert "secret" not in str(caught.value)
    assert "1A1A" not in str(caught.value)


@pytest.mark.parametrize(
    "frame",
    [
        b"1234CB",
        b"1234CB0",
        b"1234CB0004",  # Fields are missing.
        b"1234CB2004" + b"0" * 16 + b"01",  # An error carries no fields,
        b"1234CZ01x",
        b"1234A701",  # The warning comes with the imported key.
        b"1234XX00",  # and success of an unknown command cannot be read.
        b"1234CZ\x00\x00",
    ],
)
def test_broken_answers_are_refused(frame: bytes) -> None:
    with pytest.raises(HsmFormatError):
        unpack_answer(frame)


def test_an_error_can_be_read_whatever_the_command() -> None:
    assert unpack_answer(b"1234ZZ68\x19tail") == Answer("1234", "ZZ", "68", {}, "tail")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (Command("1234", "ZZ"), "ZZ"),
        (Command("1234", "5413330089020011"), "code"),
        (Command("1234", "NC", {"pan": "5413330089020011"}), "NC"),
        (Command("1234", "B2", {}), "B2"),
        (Command("1234", "B2", {"data": "x" * 65536}), "B2.data"),
        (Command("1234", "B2", {"data": "€"}), "B2"),
        (Command("1234", "NC", {"lmk_id": "0"}), "NC.lmk_id"),
        (Command("1234", "NC", {}, "x" * 33), "NC.trailer"),
        (Command("1234", "A0", {"mode": "0", "key_type": "01", "lmk_scheme": "U"}), "A0.key_type"),
    ],
)
def test_what_has_no_form_is_not_written(command: Command, field: str) -> None:
    with pytest.raises(EncodeError) as caught:
        pack_command(command)
    assert caught.value.field == field
    assert "5413330089020011" not in str(caught.value)


def test_forms_are_checked_when_packed() -> None:
    with pytest.raises(EncodeError, match=r"M8\.mac"):
        pack_command(verify_mac("003", TPK, b"a", "5F1448E"))
    with pytest.raises(EncodeError, match=r"CA\.pan12"):
        pack_command(translate_pin_tpk_zpk(TPK, ZPK, "6428EB94035AF53B", "55000002532"))


@pytest.mark.parametrize(
    "answer",
    [
        Answer("1234", "CB", "00"),
        Answer("1234", "CZ", "0"),
        Answer("1234", "CX", "01", {"cvv": "123"}),
    ],
)
def test_answers_without_form_are_not_written(answer: Answer) -> None:
    with pytest.raises(EncodeError):
        pack_answer(answer)


def test_every_length_that_four_digits_can_say() -> None:
    command = Command("1234", "B2", {"data": "x" * 65535})
    assert unpack_command(pack_command(command)) == command
