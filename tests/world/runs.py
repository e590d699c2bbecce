"""One run of the world under one seed, with the usual faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from .met import Met
from .oracle import KeyWatch, check
from .parts import Faults
from .people import World


def faults() -> Faults:
    """What the world does to its people: worse than any network they will meet."""
    return Faults(
        lost=0.03,
        late=0.03,
        doubled=0.03,
        reordered=0.1,
        garbled=0.01,
        reset=0.01,
        silent=0.003,
        full=0.003,
        crash=0.005,
        unsaid=0.003,
        failed=0.003,
        slow=0.03,
        copied=0.05,
        step=0.2,
    )


def run(
    seed: int,
    trace: Callable[[str], None] | None = None,
    met: Counter[tuple[str, str]] | None = None,
) -> World:
    """Let the world of *seed* live, and check it; raises Broken (or what a program raised).

    What each class meets in it is added to *met*.
    """
    world = World(seed, faults())
    world.trace = trace
    if met is not None:
        Met(world, met)
    keys = KeyWatch(world)
    world.live()
    check(world, keys)
    return world
