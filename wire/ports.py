"""All that crosses a machine's edge: five events come in, four effects go out.

Effects are performed in order. An Append is durable before any later Send leaves, and a LookUp sees
every Append before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NewType, Protocol, runtime_checkable

from msgspec import Struct

from cardswitch.specs.errors import FormatError

# A connection's name: "issuer" for one we dialled, "pos/17" for the 17th that came in at "pos".
LinkId = NewType("LinkId", str)
# Seconds since the epoch by a clock that never steps: good for timers and for stamps alike.
Seconds = float
# Whose names are known without looking again: more than are busy at once.
_LINKS_KEPT: Final = 16_384


class Received(Struct, frozen=True):
    """A whole, well-formed message arrived: a Message, or on an HSM link a Command or an Answer."""

    link: LinkId
    message: Any


class Garbled(Struct, frozen=True):
    """A whole frame arrived whose content breaks the link's format; the link itself is fine."""

    link: LinkId
    error: FormatError


class LinkUp(Struct, frozen=True, gc=False):
    """A connection stands and may be used; *peer* is who: its address, and its certificate's name.

    Such as ``10.0.0.7 CN=switch``; empty where the system tells nothing. *names* are those that the
    certificate gives: common names first, then alternative ones.
    """

    link: LinkId
    peer: str = ""
    names: tuple[str, ...] = ()


class LinkDown(Struct, frozen=True, gc=False):
    """A connection is gone; nothing more will arrive on it."""

    link: LinkId


class Found(Struct, frozen=True):
    """What the journal says to LookUp *number*: its rows in their order, or None if it cannot."""

    number: int
    rows: Sequence[Any] | None


class Send(Struct, frozen=True):
    """Put a message on a link; if the link is down, it is lost."""

    link: LinkId
    message: Any
    size: int | None = None  # bytes of the message that are sent, for those who try their peers


class Append(Struct, frozen=True):
    """Write one entry to the program's journal, durably."""

    entry: Any


class Question(Struct, frozen=True):
    """What a journal is asked: all rows of every leg whose first row has one of these.

    An identity is looked for together with the date that it was sent on: `specs.transactions`.
    """

    identities: tuple[tuple[str, str], ...] = ()  # (sent_on, identity)
    begins: tuple[tuple[str, str], ...] = ()  # (sent_on, how the identity begins)
    # (field 37, how the identity begins): without a field 37 nothing is found
    rrns: tuple[tuple[str, str], ...] = ()
    legs: tuple[int, ...] = ()  # numbers of legs


class LookUp(Struct, frozen=True):
    """Ask the program's journal *question*; Found brings the answer."""

    number: int
    question: Any


class Close(Struct, frozen=True, gc=False):
    """End a connection, for a reason that may be logged."""

    link: LinkId
    reason: str


Event = Received | Garbled | LinkUp | LinkDown | Found
Effect = Send | Append | Close | LookUp


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


# Told of what is worth a line in the record, and of nothing secret: kind, link and reason.
Observer = Callable[[str, LinkId, str], None]


@runtime_checkable
class Parting(Protocol):
    """A machine that has a last word when its program is asked to stop."""

    def part(self, now: Seconds) -> Sequence[Effect]:
        """What is to be done before nothing more is heard."""
        ...


@runtime_checkable
class Observable(Protocol):
    """A machine that tells what it refused, dropped or missed; what it does is the same without."""

    def observe(self, observer: Observer) -> None:
        """Have *observer* told from now on."""
        ...


@lru_cache(_LINKS_KEPT)
def name_of(link: LinkId) -> str:
    """The name that a link is configured under: ``"pos"`` for ``"pos/17"``.

    >>> name_of(LinkId("pos/17")), name_of(LinkId("issuer"))
    ('pos', 'issuer')
    """
    return link.partition("/")[0]
