"""Points at which a program kills itself with -9: nothing is flushed, and nobody is told.

k0  a request was read, and is not in the journal
k1  the request is durable, and has not gone upstream
k2  it has gone upstream
k3  the answer of upstream was read, and is not durable
k4  the outcome is durable, and was not told
k5  the outcome was told
k6  what is to be undone is durable, and upstream was not told
k7  upstream was told to undo it, and its yes is not durable
k8  the files of a closed day are written, and the switch has not said that it is closed
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any, Final

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.operate.settle import Settling
from cardswitch.wire.driver.links import Link
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.ports import Received

POINTS: Final = ("k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8")
UNDOING: Final = ("k6", "k7")
_AFTER: Final = ("k2", "k5", "k7")

Ends = Callable[[], None]


def die() -> None:
    """The end: as by ``kill -9``, or by a cut of the power."""
    os.kill(os.getpid(), signal.SIGKILL)


class Packed(bytes):
    """A frame that knows its message."""

    message: Message


class Point:
    """Where a program ends: at *point*, once a message of the class *kind* is there.

    Links that come in have numbers, "pos/3"; those that it dialled lead upstream, "issuer". Of what
    comes in, only what comes in by *listener* counts, or all if it is empty.
    """

    def __init__(self, point: str, kind: str, listener: str, ends: Ends = die) -> None:
        self._point, self._kind, self._ends = point, kind, ends
        self._listener = listener
        self._asked: dict[tuple[str, str, str], str] = {}  # the class of what is not answered yet

    def read(self, events: Iterable[Any]) -> None:
        """A program has read *events*."""
        for event in events:
            if isinstance(event, Received) and isinstance(event.message, Message):
                kind = self._class_of(event.link, event.message)
                point = "k0" if event.message.is_request else "k3"
                self._reach(point, kind, event.link, is_upstream=point == "k3")

    def sends(self, link: str, message: Message, *, is_sent: bool) -> None:
        """*message* is about to be written to *link*, or has just been."""
        kind = self._class_of(link, message)
        if not message.is_request:
            self._reach("k5" if is_sent else "k4", kind, link, is_upstream=False)
            return
        self._reach("k2" if is_sent else "k1", kind, link, is_upstream=True)
        if KINDS.of(message).shape == "reverse":
            self._reach("k7" if is_sent else "k6", self._kind, link, is_upstream=True)

    def _reach(self, point: str, kind: str, link: str, *, is_upstream: bool) -> None:
        if (point, kind) != (self._point, self._kind) or ("/" not in link) != is_upstream:
            return
        if is_upstream or link.startswith(self._listener):
            self._ends()

    def _class_of(self, link: str, message: Message) -> str:
        name = link, message.mti[1], message.get(11)
        if message.is_request:
            self._asked[name] = KINDS.of(message).name
        return self._asked.get(name, "")


def install(point: str, kind: str, listener: str = "") -> None:
    """From now on this process ends at *point*, at the first message of the class *kind*.

    *listener* is that of :class:`Point`.
    """
    if point == "k8":
        _end_as_a_day_is_closed()
        return
    place = Point(point, kind, listener)
    take_all, pack, put = Runtime.take_all, Link.pack, Link.put

    def taken(runtime: Runtime, events: Iterable[Any]) -> None:
        events = tuple(events)
        place.read(events)
        take_all(runtime, events)

    def packed(link: Link, message: Any, size: int | None = None) -> bytes:
        data = Packed(pack(link, message, size))
        data.message = message
        return data

    def written(link: Link, data: bytes) -> None:
        message = data.message if isinstance(data, Packed) else None
        if isinstance(message, Message):
            place.sends(link.name, message, is_sent=False)
        put(link, data)
        if isinstance(message, Message) and point in _AFTER:
            link.flush()
            place.sends(link.name, message, is_sent=True)

    Runtime.take_all, Link.pack, Link.put = taken, packed, written  # type: ignore[method-assign]


def _end_as_a_day_is_closed() -> None:
    def record(*_: Any) -> None:
        die()

    begun = Settling.__init__

    def begin(settling: Settling, *args: Any) -> None:
        begun(settling, *args)
        settling.record = record

    Settling.__init__ = begin  # type: ignore[method-assign]
