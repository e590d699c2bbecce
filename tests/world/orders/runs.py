"""One run of a world with orders, under one seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ..met import Met
from ..oracle import KeyWatch, check
from ..runs import faults
from .books import check_orders
from .people import OrderWorld


def run(
    seed: int,
    trace: Callable[[str], None] | None = None,
    met: Counter[tuple[str, str]] | None = None,
) -> OrderWorld:
    """Let the world of *seed* live, and check it; raises Broken (or what a program raised).

    What each class meets in it is added to *met*.
    """
    return lived(OrderWorld(seed, faults()), trace, met)


def lived(
    world: OrderWorld,
    trace: Callable[[str], None] | None = None,
    met: Counter[tuple[str, str]] | None = None,
) -> OrderWorld:
    """*world*, which has lived and holds. Raises Broken (or what a program raised)."""
    world.trace = trace
    if met is not None:
        Met(world, met)
    keys = KeyWatch(world)
    world.live()
    check(world, keys)
    check_orders(world)
    return world
