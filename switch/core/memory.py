"""What the switch knows between two events: its legs, its numbers, who is ready, what is in flight.

The machine and the desks of all flows share one. It decides nothing: it counts and remembers.
"""

from __future__ import annotations

from collections import Counter

from cardswitch.wire.ports import LinkId

from .legs import Leg, Legs


class Memory:
    """Rebuilt from the journal after a start; what concerns links alone begins empty."""

    def __init__(self) -> None:
        self.legs = Legs()
        self.sequence = 0  # of the last entry
        self.leg_number = 0  # of the last leg
        self.pending_reversals = 0  # legs whose reversal is not yet acknowledged
        self.ready: set[LinkId] = set()  # upstreams that are up and signed on
        self.signed_off: set[LinkId] = set()  # links whose peer has signed off
        self.in_flight: Counter[LinkId] = Counter()  # requests in work, by the link they came on

    def next_sequence(self) -> int:
        """The number of the next entry in the journal."""
        self.sequence += 1
        return self.sequence

    def open_leg(self, source: str, identity: str, request_digest: str, business_date: str) -> Leg:
        """A new leg, found by its identity from now on."""
        self.leg_number += 1
        leg = Leg(
            number=self.leg_number,
            source=source,
            identity=identity,
            request_digest=request_digest,
            business_date=business_date,
        )
        self.legs.add(leg)
        return leg

    def link_down(self, link: LinkId) -> None:
        """*link* is gone: nothing is routed there until it has signed on again."""
        self.ready.discard(link)
        self.signed_off.discard(link)
        self.in_flight.pop(link, None)

    def answered_on(self, link: LinkId) -> None:
        """One request of *link* is no longer in work."""
        if self.in_flight[link] > 0:
            self.in_flight[link] -= 1
