"""The courier of the gateway in virtual time, and the servers of merchants that are told."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from math import inf
from random import Random
from typing import TYPE_CHECKING

from cardswitch.gateway.courier.courier import AT_ONCE
from cardswitch.gateway.courier.schedule import PAUSES
from cardswitch.gateway.courier.tries import outcome_of, take_in
from cardswitch.gateway.outbox.endpoints import Endpoint
from cardswitch.gateway.outbox.events import Delivery, Outbox
from cardswitch.gateway.outbox.follow import Event, follow
from cardswitch.gateway.store import GatewayReader
from cardswitch.wire.ports import Seconds

from ..journals import empty_database
from ..people import SHOPS

if TYPE_CHECKING:
    from .people import OrderWorld

GATHER_S: Seconds = 0.5  # Events that come within that are told together
REFUSED = 0.1  # how often a receiver that is up answers with an error
TRY_S: Seconds = 10.0  # after which a try has failed


class Receiver:
    """The server of one merchant: what it has heard, and until when it is down."""

    def __init__(self) -> None:
        self.heard: defaultdict[str, list[Event]] = defaultdict(list)  # by the event's id
        self.down_until: Seconds = 0.0


class Post:
    """Tells receivers of events, out of the outbox as it is; it dies with the gateway."""

    def __init__(self, world: OrderWorld, seed: int) -> None:
        self._world = world
        self._chance = Random(f"post of {seed}")
        self._database = empty_database()
        self.reader = GatewayReader(world.gateway_rows.engine)
        self.receivers = {f"we_{shop}": Receiver() for shop in SHOPS}
        self._next: Seconds = inf  # when it looks again
        self._working: set[tuple[str, int]] = set()  # of this life, by endpoint and delivery
        self._outbox = Outbox(self._database)
        for shop in SHOPS:
            self._outbox.add(
                Endpoint(id=f"we_{shop}", merchant=shop, url="", types=("*",), created=world.now)
            )

    def plan(self, seconds: Seconds) -> None:
        """In the next *seconds*, receivers are down now and then."""
        for receiver in self.receivers.values():
            for _ in range(self._chance.choice((0, 1, 2))):
                when = self._chance.uniform(0.0, seconds)
                self._world.at(when, partial(self._down, receiver, self._chance.uniform(1.0, 90.0)))

    def begin(self) -> None:
        """The gateway has started."""
        self._working = set()
        self._next = inf
        now = self._world.time_of(self._world.gateway)
        self._outbox = Outbox(self._database)
        self._outbox.bring_forward(now, PAUSES)
        self.poke()

    def poke(self, seconds: Seconds = GATHER_S) -> None:
        """There may be something to do, in so many *seconds*."""
        when, life = self._world.now + seconds, self._world.gateway.lives
        if when < self._next:
            self._next = when
            self._world.at_time(when, lambda: self._work(when, life))

    def pending(self) -> int:
        """How much receivers are still owed."""
        return sum(self._outbox.next_due(name) is not None for name in self.receivers)

    # Work -----------------------------------------------------------------------------------------

    def _down(self, receiver: Receiver, seconds: Seconds) -> None:
        self._world.counts["receiver_down"] += 1
        receiver.down_until = self._world.now + seconds

    def _lives(self, life: int) -> bool:
        node = self._world.gateway
        return node.machine is not None and node.lives == life

    def _dies(self) -> bool:
        if not self._world.chance(self._world.faults.crash):
            return False
        self._world.crash(self._world.gateway)
        return True

    def _work(self, when: Seconds, life: int) -> None:
        if when != self._next or not self._lives(life) or self._dies():
            return
        self._next = inf
        world = self._world
        outbox, now = self._outbox, world.time_of(world.gateway)
        take_in(outbox, partial(follow, self.reader), now)
        if self._dies():
            return
        for endpoint in outbox.endpoints():
            due = outbox.next_due(endpoint.id)
            if due is not None and due > now:
                self.poke(due - now)
            elif due is not None:
                for delivery in outbox.due(endpoint.id, now, AT_ONCE):
                    self._try(endpoint, delivery, life)

    def _try(self, endpoint: Endpoint, delivery: Delivery, life: int) -> None:
        name = (endpoint.id, delivery.number)
        if name in self._working:
            return
        self._working.add(name)
        receiver, world = self.receivers[endpoint.id], self._world
        takes = self._chance.uniform(0.01, 0.3)
        is_down = world.now < receiver.down_until
        status = None if is_down else 500 if world.chance(REFUSED) else 200
        if not is_down:
            receiver.heard[delivery.event.id].append(delivery.event)
            if world.chance(world.faults.lost):
                status, takes = None, TRY_S
        world.at(takes, lambda: self._tried(endpoint, delivery, status, life))

    def _tried(self, endpoint: Endpoint, delivery: Delivery, status: int | None, life: int) -> None:
        if not self._lives(life) or self._dies():
            return
        now = self._world.time_of(self._world.gateway)
        outcome = outcome_of(endpoint, delivery, status, str(status), now)
        self._outbox.settle([outcome])
        self._working.discard((endpoint.id, delivery.number))
        self.poke()
