"""Every HSM command: the layouts of its request and answer, and the function that makes it.

A family of commands is a folder, and in each of its files the table COMMANDS has a line for each
command, by code; functions make the requests and leave the header to the kernel. Keys are text as
a module gives them out: under its LMK, or under a zone master key where the name says so. *pan12*
is the 12 right-most digits of a card number without its check digit. Forms are checked when a
command is packed.

Every command may end with ``%`` and an LMK id, with ``#`` and the attributes of a key block, and
both command and answer with X'19' and a trailer; the codec sees to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HostCommand
from ..values import answer_code
from . import cards, data, keys, module, pins

_FAMILIES: Final = (cards, data, keys, module, pins)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    code: command for family in _FAMILIES for code, command in family.COMMANDS.items()
}
# The same commands, by the code of the answer.
ANSWERS: Final[Mapping[str, HostCommand]] = {
    answer_code(code): command for code, command in COMMANDS.items()
}
