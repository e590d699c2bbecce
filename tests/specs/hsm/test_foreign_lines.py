"""Frames of another project are read as it means them, and written again as they were."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from cardswitch.specs.hsm import pack_answer, pack_command, unpack_answer, unpack_command

KNOWN = tomllib.loads((Path(__file__).parents[2] / "vectors" / "hsm_lines.toml").read_text("utf-8"))


def frame_of(known: dict[str, Any]) -> bytes:
    return b"0002" + bytes.fromhex(known["frame"])


def fields_of(known: dict[str, Any]) -> dict[str, str]:
    """Its fields, the binary ones as the bytes that they are."""
    binary = known.get("binary", {})
    plain = {name: bytes.fromhex(value).decode("latin-1") for name, value in binary.items()}
    return {**known.get("fields", {}), **plain}


@pytest.mark.parametrize("known", KNOWN["command"], ids=lambda known: known["name"])
def test_commands(known: dict[str, Any]) -> None:
    command = unpack_command(frame_of(known))
    assert (command.code, command.fields) == (known["code"], fields_of(known))
    assert pack_command(command) == frame_of(known)


@pytest.mark.parametrize("known", KNOWN["answer"], ids=lambda known: known["name"])
def test_answers(known: dict[str, Any]) -> None:
    answer = unpack_answer(frame_of(known))
    assert (answer.code, answer.error, answer.fields) == (
        known["code"],
        known["error"],
        fields_of(known),
    )
    assert pack_answer(answer) == frame_of(known)
