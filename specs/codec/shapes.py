"""Which generated functions are kept: bounded caches of message shapes, and of fields."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

# A shape is a bitmap or a tuple of fields. A link uses dozens; hostile bitmaps are endless.
SHAPES_MAX: Final = 512
# Generating costs about ten slow readings: worth it for what comes again, alone.
SEEN_MIN: Final = 4

Shape = TypeVar("Shape", bound=Hashable)
Function = TypeVar("Function", bound=Callable[..., object])


class OnDemand(dict[int, Function], Generic[Function]):
    """A generated function for each field of a dialect, made when it is first asked for."""

    def __init__(self, generate: Callable[[int], Function]) -> None:
        super().__init__()
        self._generate = generate

    def __missing__(self, number: int) -> Function:
        function = self[number] = self._generate(number)
        return function


class Shapes(dict[Shape, Function], Generic[Shape, Function]):
    """Generated functions by shape. KeyError for a shape seen fewer than `SEEN_MIN` times.

    The oldest goes when `SHAPES_MAX` are there; *generate* gives None for a shape that cannot be.
    """

    def __init__(self, generate: Callable[[Shape], Function | None]) -> None:
        super().__init__()
        self._generate = generate
        self._seen_counts: dict[Shape, int] = {}

    def __missing__(self, shape: Shape) -> Function:
        function = self._generate(shape) if self._is_usual(shape) else None
        if function is None:
            raise KeyError
        if len(self) >= SHAPES_MAX:
            del self[next(iter(self))]
        self[shape] = function
        return function

    def _is_usual(self, shape: Shape) -> bool:
        """Count that *shape* was seen, and say whether that is enough."""
        seen = self._seen_counts.pop(shape, 0) + 1
        if seen >= SEEN_MIN:
            return True
        if len(self._seen_counts) >= SHAPES_MAX:
            self._seen_counts.clear()
        self._seen_counts[shape] = seen
        return False
