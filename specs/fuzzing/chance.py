"""Chance as an argument: who picks is not our business."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

# Called with a limit of at least 1, gives a number from 0 up to the limit, the limit left out.
Pick: TypeAlias = Callable[[int], int]
Item = TypeVar("Item")


def choose(pick: Pick, items: Sequence[Item]) -> Item:
    """One of *items*, of which there must be some.

    >>> choose(lambda limit: limit - 1, "abc")
    'c'
    """
    return items[pick(len(items))]


def simplest(limit: int) -> int:
    """A :data:`Pick` that always takes the first: what it makes is as plain as can be."""
    return 0
