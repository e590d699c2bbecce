"""A chart of lines as SVG, as text: what the manual shows is made by the script that measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from msgspec import Struct

WIDTH: Final = 640
HEIGHT: Final = 360
LEFT: Final = 70
TOP: Final = 40
RIGHT: Final = 110  # the names of the lines stand there
BOTTOM: Final = 50
COLOURS: Final = ("#888888", "#1f6fb4", "#b4521f", "#2f8f4e")
GRID: Final = 5  # lines across, at most


class Line(Struct, frozen=True):
    """*name*, and its points (x, y): x above 0 and growing, y not below 0."""

    name: str
    points: Sequence[tuple[float, float]]


def chart(title: str, across: str, lines: Sequence[Line]) -> str:
    """The picture of *lines*: x by its logarithm, y from 0.

    >>> chart("Rate", "in flight", [Line("now", [(1, 10), (8, 40)])]).count("<polyline")
    1
    """
    xs = sorted({x for line in lines for x, _ in line.points})
    step = _step(max(y for line in lines for _, y in line.points) or 1)
    top = step * math.ceil(max(y for line in lines for _, y in line.points) / step or 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="{TOP - 18}" font-size="15">{escape(title)}</text>',
        *_axes(xs, step, top, across),
        *(part for n, line in enumerate(lines) for part in _drawn(line, n, xs, top)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _step(most: float) -> float:
    """A round number that *most* has no more than GRID times."""
    size = 10.0 ** math.floor(math.log10(most / GRID))
    return next(size * n for n in (1, 2, 5, 10) if most / (size * n) <= GRID)


def _axes(xs: Sequence[float], step: float, top: float, across: str) -> Iterator[str]:
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    for n in range(round(top / step) + 1):
        y = _y(n * step, top)
        yield f'<line x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="#dddddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{n * step:,.0f}</text>'
    for x in xs:
        at = _x(x, xs)
        yield f'<text x="{at}" y="{floor + 18}" text-anchor="middle">{x:g}</text>'
    middle = (LEFT + right) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(across)}</text>'


def _drawn(line: Line, number: int, xs: Sequence[float], top: float) -> Iterator[str]:
    colour = COLOURS[number % len(COLOURS)]
    points = [(_x(x, xs), _y(y, top)) for x, y in line.points]
    path = " ".join(f"{x},{y}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    yield from (f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points)
    x, y = points[-1]
    yield f'<text x="{x + 8}" y="{y + 4}" fill="{colour}">{escape(line.name)}</text>'


def _x(x: float, xs: Sequence[float]) -> float:
    span = math.log(xs[-1] / xs[0]) or 1.0
    return round(LEFT + (WIDTH - LEFT - RIGHT) * math.log(x / xs[0]) / span, 1)


def _y(y: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / top, 1)
