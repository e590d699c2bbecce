"""The desk: what a flow may do, and all that it may do. Programs give their flows a richer one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.message import Message

from ..ports import Append, Close, LinkId, Seconds, Send, name_of
from .budget import Budget
from .kernel import Kernel
from .waits import Flow, Rescue, Wait, Watcher


class Desk:
    """What all programs have in common: asking, sending, journalling, and time."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    @property
    def now(self) -> Seconds:
        """The time."""
        return self._kernel.now

    @overload
    def ask(self, link: LinkId, question: Message, within: Seconds) -> Wait[Message]: ...
    @overload
    def ask(self, link: LinkId, question: Command, within: Seconds) -> Wait[Answer]: ...
    def ask(self, link: LinkId, question: Any, within: Seconds) -> Wait[Any]:
        """Send *question* and wait for its answer for *within* seconds, else raise NoAnswer.

        It must be awaited, at once or after others that were asked with it: whatever nobody waits
        for has no end. Messages must carry a number of :meth:`stamp`, or be the repeat of one that
        did; commands are numbered here.
        """
        return self._kernel.ask(link, question, within)

    def stamp(self, link: LinkId, question: Message) -> Message:
        """*question* with a trace number that is free on *link*."""
        stamped: Message = self._kernel.stamp(link, question)
        return stamped

    def is_up(self, link: LinkId) -> bool:
        """Whether *link* may be used now."""
        return link in self._kernel.up

    def newest_link(self, name: str) -> LinkId | None:
        """The link called *name*, or of those that came in at a listener of that name the last."""
        links = [link for link in self._kernel.up if name_of(link) == name]
        return max(links, key=lambda link: (len(link), link), default=None)

    def sleep(self, seconds: Seconds) -> Wait[None]:
        """Let *seconds* pass."""
        return Wait(self._kernel.now + seconds)

    def send(self, link: LinkId, message: Message) -> None:
        """Send *message*, expecting nothing."""
        self._kernel.effects.append(Send(link, message))

    def append(self, entry: Any) -> None:
        """Write *entry* to the journal before anything else is sent."""
        self._kernel.effects.append(Append(entry))

    def close(self, link: LinkId, reason: str) -> None:
        """End the connection *link*."""
        self._kernel.effects.append(Close(link, reason))

    def look_up(self, question: Any) -> Wait[Sequence[Any]]:
        """The rows of the journal that answer *question*; NoAnswer if it cannot say in time."""
        return self._kernel.look_up(question)

    def start(
        self,
        flow: Flow,
        rescue: Rescue | None = None,
        budget: Budget = Budget.DOING,
        link: LinkId | None = None,
    ) -> None:
        """Begin another flow, which counts for *link*."""
        self._kernel.start(flow, rescue, budget, link)

    def later(self, seconds: Seconds, action: Callable[[], None]) -> None:
        """Call *action* in *seconds*."""
        self._kernel.later(seconds, action)

    def watch(self, link: LinkId, watcher: Watcher) -> None:
        """Have *watcher* told of signs of life on *link*, and of its silences."""
        self._kernel.watch(link, watcher)

    def tell(self, kind: str, link: LinkId, reason: str) -> None:
        """Have a line of the record say *reason*, in which nothing is secret."""
        self._kernel.tell(kind, link, reason)

    def count(self, name: str) -> None:
        """Count something worth knowing."""
        self._kernel.counts[name] += 1
