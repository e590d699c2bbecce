"""A story as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

_FIRST: Final = frozenset({"at", "where", "step", "message", "hex"})
_INDENT: Final = " " * 4
_HEX_WIDTH: Final = 96


def lines_of(steps: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A line for each step, and below it the message, if it has one."""
    for step in steps:
        rest = " ".join(_said(name, value) for name, value in step.items() if name not in _FIRST)
        yield f"{step['at']}  {step['where']:16} {step['step']:17} {rest}".rstrip()
        if step.get("message"):
            yield f"{_INDENT}{step['message']}"
        text = step.get("hex") or ""
        for start in range(0, len(text), _HEX_WIDTH):
            yield f"{_INDENT}{text[start : start + _HEX_WIDTH]}"


def _said(name: str, value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value)) or "none"
    return f"{name}={value}"
