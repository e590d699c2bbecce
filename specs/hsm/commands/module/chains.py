"""Layouts of NK, which carries other commands: so many of them, each behind its length.

Chosen here, where no public source says: the answer has the same form, without the flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout, counted, one_of

COMMANDS_MAX: Final = 99  # two digits count them
SIZE_MAX: Final = 9_999  # four digits say how long one is
_FRAME: Final = counted("[0-9]{4}", 10, "4 digits and as many characters as they say")


def name_of(number: int) -> str:
    """The field of the command, or the answer, of *number*, from 1."""
    return f"frame_{number:02d}"


def _chain(count: int, *head: HsmField) -> HsmLayout:
    frames = (HsmField(name_of(number), _FRAME) for number in range(1, count + 1))
    return HsmLayout(
        *head, HsmField("commands", HsmKind(f"{count:02d}", "how many: 01 to 99")), *frames
    )


# With 1 each command begins with a header of its own.
_HEADERS: Final = HsmField("headers", one_of("01", "whether there are headers", "51"))
_COUNTS: Final = range(1, COMMANDS_MAX + 1)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "NK": HostCommand(
        request=tuple(_chain(count, _HEADERS) for count in _COUNTS),
        answer=tuple(_chain(count) for count in _COUNTS),
    ),
}
