"""Somebody behind the gateway is away, hangs or restarts, and nothing else is wrong."""

from __future__ import annotations

from typing import Any, Literal

from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ..lot import Lot
from ..parts import End, Faults
from .people import OrderWorld

How = Literal["away", "hangs", "restarts"]
BEGINS_S: Seconds = 20.0
LASTS_S: Seconds = 50.0
LATE_S: Seconds = 9.0  # longer than anybody waits for an answer
RESTARTS = 6


class CalmWorld(OrderWorld):
    """Nothing goes wrong by chance, and nobody sleeps."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, Faults())

    def _draw(self) -> Lot:
        return replace(super()._draw(), naps=(), unfit=0.0, unwilling=0.0)


class Outage:
    """What happens to the program *name* of *world*, from BEGINS_S on and for LASTS_S."""

    def __init__(self, world: CalmWorld, name: str, how: How) -> None:
        self._world = world
        self._node = world.nodes[name]
        self._hangs = False
        world.meddle.append(self._meddle)
        match how:
            case "away":
                world.at(BEGINS_S, self._leave)
            case "hangs":
                world.at(BEGINS_S, lambda: self._hang(True))
                world.at(BEGINS_S + LASTS_S, lambda: self._hang(False))
            case "restarts":
                for n in range(RESTARTS):
                    when = BEGINS_S + n * LASTS_S / RESTARTS
                    world.at(when, lambda: world.crash(self._node))

    def _leave(self) -> None:
        self._node.machine = None
        for end in self._node.wires.values():
            self._world.cut(end.wire)
        self._world.at(LASTS_S, lambda: self._world.start(self._node))

    def _hang(self, hangs: bool) -> None:
        self._hangs = hangs

    def _meddle(self, end: End, message: Any) -> Any:
        """All that it is told comes late."""
        if not self._hangs or end.other.node is not self._node:
            return message
        world, frame = self._world, end.channel.encode(message)
        world.at(LATE_S, lambda: world._deliver(end, frame, 0.0))
        return None
