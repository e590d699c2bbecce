"""The command that carries others, and its answer: NK needs the codec for what it carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .codec import HEADER_SIZE, pack_command, unpack_answer
from .commands.module.chains import name_of
from .values import Answer, Command, text_of

_NO_HEADER: Final = "0" * HEADER_SIZE


def chain(commands: Sequence[Command]) -> Command:
    """NK: perform 1 to 99 *commands* in turn, whatever becomes of each; for :func:`read_chain`.

    None of them may be another chain. Raises EncodeError.
    """
    fields = {"headers": "0", "commands": f"{len(commands):02d}"}
    for number, command in enumerate(commands, 1):
        frame = pack_command(command.with_header(_NO_HEADER))
        fields[name_of(number)] = text_of(frame[HEADER_SIZE:])
    return Command("", "NK", fields)


def read_chain(answer: Answer) -> list[Answer]:
    """The answers that the *answer* to :func:`chain` carries, in turn. Raises HsmFormatError."""
    frames = (answer.fields[name_of(n)] for n in range(1, int(answer.fields["commands"]) + 1))
    return [unpack_answer(f"{_NO_HEADER}{frame}".encode("latin-1")) for frame in frames]
