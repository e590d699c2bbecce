"""What a flow is, how it stops at an await, and what it hears if nothing comes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import Any, Final, Generic, Protocol, TypeVar

from cardswitch.specs.errors import Error

from ..ports import LinkId, Seconds
from .budget import Budget
from .matching import Key

A = TypeVar("A")
NO_ANSWER: Final = "no answer in time"
ENDED: Final = (None, None)  # of a wait whose flow was told


class NoAnswer(Error):
    """The peer did not answer in time, its link is down, or too much is asked of it already."""


class NotAsked(NoAnswer):
    """Nothing was sent: the peer has done nothing, and has not shown that it is gone."""


class Wait(Generic[A]):
    """A flow stopped at an await: what it waits for, and until when; it may have ended before."""

    __slots__ = ("ended", "flow", "key", "link", "refused", "until")

    def __init__(
        self, until: Seconds, link: LinkId | None = None, key: Key = None, refused: bool = False
    ) -> None:
        self.until = until
        self.link = link
        self.key = key
        self.refused = refused
        self.flow: Running | None = None
        self.ended: tuple[Any, NoAnswer | None] | None = None  # with what, or why without anything

    def __await__(self) -> Generator[Wait[A], A, A]:
        if self.refused:
            raise NotAsked(f"nothing could be asked of {self.link}")
        if self.ended is not None:
            value: A
            value, failed = self.ended
            if failed is not None:
                raise failed
            return value
        return (yield self)


Flow = Coroutine[Wait[Any], Any, None]
Rescue = Callable[[Exception], None]


class Watcher(Protocol):
    """Whoever looks after a link is told of its signs of life, and of its silences."""

    def heard(self) -> None:
        """Something came in on the link."""
        ...

    def unanswered(self) -> None:
        """A question there had no answer in time."""
        ...


class Running:
    """A flow that has begun: what to do should it fail, what it is for, and for which link."""

    __slots__ = ("budget", "flow", "link", "rescue")

    def __init__(
        self, flow: Flow, rescue: Rescue | None, budget: Budget, link: LinkId | None
    ) -> None:
        self.flow = flow
        self.rescue = rescue
        self.budget = budget
        self.link = link


class Alarm:
    """Something to do at a time; no flow waits for it."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action = action
