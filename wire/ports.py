"""All that crosses a machine's edge: four events come in, three effects go out.

Effects are performed in order, and an Append is durable before any later Send leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NewType, Protocol

from msgspec import Struct

from cardswitch.specs.errors import FormatError

# A connection's name: "issuer" for one we dialled, "pos/17" for the 17th that came in at "pos".
LinkId = NewType("LinkId", str)
# Seconds since the epoch by a clock that never steps: good for timers and for stamps alike.
Seconds = float


class Received(Struct, frozen=True, gc=False):
    """A whole, well-formed message arrived: a Message, or on an HSM link a Command or an Answer."""

    link: LinkId
    message: Any


class Garbled(Struct, frozen=True, gc=False):
    """A whole frame arrived whose content breaks the link's format; the link itself is fine."""

    link: LinkId
    error: FormatError


class LinkUp(Struct, frozen=True, gc=False):
    """A connection stands and may be used."""

    link: LinkId


class LinkDown(Struct, frozen=True, gc=False):
    """A connection is gone; nothing more will arrive on it."""

    link: LinkId


class Send(Struct, frozen=True, gc=False):
    """Put a message on a link; if the link is down, it is lost."""

    link: LinkId
    message: Any


class Append(Struct, frozen=True, gc=False):
    """Write one entry to the program's journal, durably."""

    entry: Any


class Close(Struct, frozen=True, gc=False):
    """End a connection, for a reason that may be logged."""

    link: LinkId
    reason: str


Event = Received | Garbled | LinkUp | LinkDown
Effect = Send | Append | Close


class Machine(Protocol):
    """A program without its wires: it never blocks, never asks the time, never rolls a die."""

    def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
        """Take one event; return what the world must now do, in order."""
        ...

    def wake(self, now: Seconds) -> Sequence[Effect]:
        """Let time pass up to *now*; to be called when :meth:`deadline` is due."""
        ...

    def deadline(self) -> Seconds | None:
        """When :meth:`wake` must be called next, or ``None``."""
        ...


def name_of(link: LinkId) -> str:
    """The name that a link is configured under: ``"pos"`` for ``"pos/17"``.

    >>> name_of(LinkId("pos/17")), name_of(LinkId("issuer"))
    ('pos', 'issuer')
    """
    return link.partition("/")[0]
