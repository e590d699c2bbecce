"""NK: performs the commands that it carries, in turn, each as if it had come by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.hsm import HEADER_SIZE, Answer, answer_code, pack_answer
from cardswitch.specs.hsm.commands.chains import SIZE_MAX, name_of
from cardswitch.specs.hsm.errors import COMMAND_DISABLED, DATA_LENGTH_REFUSED, INPUT_REFUSED

from ..custody.policy import Refused
from ..keys.ring import Fields, Handler, KeyRing

CHAIN: Final = "NK"
# A link carries 65,535 bytes at a time: what stands in front of the frames also has its room here.
ANSWERS_SIZE_MAX: Final = 65_000
_HAVE_HEADERS: Final = "1"
_LENGTH_DIGITS: Final = 4
# What an answer takes at least: its length, header, code and error.
_ANSWER_SIZE_MIN: Final = _LENGTH_DIGITS + HEADER_SIZE + 4


def perform_chain(ring: KeyRing, fields: Fields) -> Fields:
    """NK: an answer to each command. A chain in a chain is answered 68, and not performed."""
    count, start = int(fields["commands"]), 0 if fields["headers"] == _HAVE_HEADERS else HEADER_SIZE
    frames = ["0" * start + fields[name_of(number)] for number in range(1, count + 1)]
    if not all(_code_of(frame) for frame in frames):
        raise Refused(INPUT_REFUSED)
    answers: dict[str, str] = {}
    room = ANSWERS_SIZE_MAX - count * _ANSWER_SIZE_MIN
    for number, frame in enumerate(frames, 1):
        text = _perform(ring, frame, start, min(room, SIZE_MAX))
        room -= len(text)
        answers[name_of(number)] = text
    return {"commands": fields["commands"], **answers}


def _perform(ring: KeyRing, frame: str, start: int, room: int) -> str:
    """The answer to *frame*; error 80 in its place, though it was performed, if it has no room."""
    code = _code_of(frame)
    header, refused = frame[:HEADER_SIZE], answer_code(code)
    if code == CHAIN:
        answer = Answer(header, refused, COMMAND_DISABLED)
    else:
        answer = ring.state.perform(frame.encode("latin-1"))
    text = pack_answer(answer)[start:].decode("latin-1")
    if len(text) <= room:
        return text
    return pack_answer(Answer(header, refused, DATA_LENGTH_REFUSED))[start:].decode("latin-1")


def _code_of(frame: str) -> str:
    """The command code in *frame*, or nothing if it has none."""
    code = frame[HEADER_SIZE : HEADER_SIZE + 2]
    return code if answer_code(code) else ""


HANDLERS: Final[Mapping[str, Handler]] = {
    CHAIN: perform_chain,
}
