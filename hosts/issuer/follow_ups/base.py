"""What comes about a request before it: found by the names that it gives, in journal and memory."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from cardswitch.specs.transactions.reversals import Reference
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.program import Program
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Question, Seconds

from ..cards import Fingerprint
from ..journal import Journal
from ..legs import Leg, Legs, Purchase


class FollowUps:
    """Whatever cannot be found out makes for silence: it comes again."""

    budget = Budget.UNDOING

    def __init__(
        self,
        program: Program,
        source: str,
        legs: Legs,
        journal: Journal,
        fingerprint: Fingerprint,
    ) -> None:
        """*source*: the listener that they come in by."""
        self._program = program
        self._desk = program.desk
        self._source = source
        self._legs = legs
        self._journal = journal
        self._fingerprint = fingerprint

    def _begin(self, link: LinkId, own: Leg, flow: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let repeats join *own* from now on, and do *flow*, if there is room."""
        if self._program.kernel.is_full(self.budget, link):
            return self._desk.count("full")
        self._legs.in_work[own.who.name] = own
        return self._desk.start(flow(), lambda _: self._forget(own), self.budget, link)

    async def _found(self, own: Leg, names: Reference) -> Sequence[Leg] | None:
        """What the journal has of *own* and of what *names* mean; None if it does not say."""
        question = Question((own.who, *names.identities), names.begins, names.rrns)
        try:
            return await self._journal.look_up(question)
        except NoAnswer:
            return None

    def _forget(self, own: Leg) -> None:
        """Whoever asked hears nothing, and will ask again."""
        self._desk.count("forgotten")
        self._legs.ended(own)


def originals_of(
    names: Reference, found: Sequence[Leg], legs: Legs, now: Seconds
) -> list[Purchase]:
    """What *names* may mean: what the journal *found*, and what it could not have found."""
    known = {leg.who.name: leg for leg in found if isinstance(leg, Purchase)}
    for leg in legs.named(names, now):
        known.setdefault(leg.who.name, leg)
    return list(known.values())
