"""The legs the switch remembers: for repeats, for reversals, for whoever waits for an answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from cardswitch.specs.message import Message
from cardswitch.wire.machine.matching import join
from cardswitch.wire.ports import LinkId

from .entry import Entry, storable
from .states import OPEN, State

LEGS_MAX: Final = 200_000  # Finished legs remembered, some 300 MB: hours of repeats on one machine.
DECISION_FIELDS: Final = (4, 37, 38, 39, 44)


class Leg(Struct, eq=False, gc=False, kw_only=True):
    """One request on its way through the switch: what came in, where it went, how it ended."""

    number: int
    source: str
    identity: str
    request_digest: str
    business_date: str
    state: State | None = None
    upstream: str = ""
    rrn: str = ""
    forwarded: Message | None = None  # as sent, without what must not be kept
    decision: dict[int, str] | None = None  # what every repeat is told
    waiters: dict[LinkId, Message] = {}

    @property
    def is_open(self) -> bool:
        """Whether the outcome is still unknown."""
        return self.state is None or self.state in OPEN

    def wait(self, link: LinkId, request: Message) -> None:
        """Somebody on *link* wants the answer; of too many links the oldest is forgotten."""
        join(self.waiters, link, request)

    def answer(self, request: Message) -> Message:
        """What *request*, or any repeat of it, is answered once there is a decision."""
        assert self.decision is not None, "there is no answer before there is an outcome"
        known = {37: self.rrn} if self.rrn else {}
        return request.reply(self.decision[39], {**known, **self.decision})

    def apply(self, entry: Entry) -> int:
        """Take over what *entry* says: the same when it is written and when it is read back.

        Returns how the number of pending reversals changes: 1, 0 or -1.
        """
        state, message = entry.state, entry.message
        pending = (state is State.REVERSING) - (self.state is State.REVERSING)
        if state is State.FORWARDED:
            self.upstream = entry.upstream
            self.forwarded = storable(message)
        elif state in (State.APPROVED, State.DECLINED):
            self.decision = {n: message[n] for n in DECISION_FIELDS if n in message.fields}
        elif state is State.REVERSING:
            self.upstream = entry.upstream
            self.forwarded = storable(message)
            # Whoever repeats a request that is being undone must not hear an approval.
            self.decision = {39: "12" if self.state is State.APPROVED else "91"}
        elif state is State.REVERSED and self.state is None:
            self.decision = {39: "12"}  # The reversal overtook its original (a tombstone).
        self.rrn = message.get(37) or self.rrn
        self.state = state
        return pending


class Legs:
    """The remembered legs by identity; the oldest finished ones are forgotten first."""

    def __init__(self, legs_max: int = LEGS_MAX) -> None:
        self._legs_max = legs_max
        self._by_identity: dict[str, Leg] = {}
        self._order: deque[str] = deque()

    def __len__(self) -> int:
        return len(self._by_identity)

    def __iter__(self) -> Iterator[Leg]:
        return iter(list(self._by_identity.values()))

    def find(self, identity: str) -> Leg | None:
        """The leg of *identity*, if it is remembered."""
        return self._by_identity.get(identity)

    def add(self, leg: Leg) -> None:
        """Remember *leg*; a leg that is open or owes a reversal is never forgotten."""
        self._by_identity[leg.identity] = leg
        self._order.append(leg.identity)
        while len(self._by_identity) > self._legs_max:
            oldest = self._by_identity[self._order.popleft()]
            if oldest.is_open or oldest.state is State.REVERSING:
                self._order.append(oldest.identity)
                return
            del self._by_identity[oldest.identity]
