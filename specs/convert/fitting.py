"""The last step: values in the formats of the target, filled or cut where that loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ..dialect import Dialect
from ..errors import FormatError
from ..grammar.fields import Field
from .rules import Draft, Loss, What

# Words for people, which may be cut: what is left still says something. Nothing else is ever cut.
_FREE_TEXT: Final = frozenset([43, 44, 104])
_TEXT: Final = frozenset(["a", "s", "an", "as", "ns", "ans"])
_VALUES_KEPT: Final = 4_096  # fitted before: those of some hundred messages
_AGAIN_SIZE_MAX: Final = 64  # characters of a value that is likely to come again


def fit(draft: Draft, target: Dialect) -> tuple[dict[int, str], list[Loss]]:
    """The fields of *draft* that *target* can write, and what happened to those that it cannot."""
    fields: dict[int, str] = {}
    losses: list[Loss] = []
    for number, value in draft.fields.items():
        field = target.fields.get(number)
        if field is None:
            losses += draft.lost(number, "dropped", f"{target.name} has no field {number}")
            continue
        is_short = len(value) <= _AGAIN_SIZE_MAX
        what, fitted = _again(target, number, value) if is_short else fit_value(field, value)
        if what:
            why = f"{target.name} takes {field.notation} in field {number}"
            losses += draft.lost(number, what, why)
        if fitted:
            fields[number] = fitted
    return fields, losses


def fit_value(field: Field, value: str) -> tuple[What | None, str]:
    """*value* as *field* takes it, and what was done to it; empty text if it cannot be.

    >>> from ..dialect import load_dialect
    >>> fields = load_dialect("iso87-ascii").fields
    >>> fit_value(fields[41], "TERM1"), fit_value(fields[4], "0000000001250")
    (('filled', 'TERM1   '), ('cut', '000000001250'))
    >>> fit_value(fields[3], "x")
    ('dropped', '')
    """
    written = _as_read(field, value)
    if written:
        return (None if written == value else "changed"), written
    for what, other in _fittings(field, value):
        if written := _as_read(field, other):
            return what, written
    return "dropped", ""


@lru_cache(_VALUES_KEPT)
def _again(target: Dialect, number: int, value: str) -> tuple[What | None, str]:
    """Most of what a message says was said by the one before."""
    return fit_value(target.fields[number], value)


def _fittings(field: Field, value: str) -> Iterator[tuple[What, str]]:
    """What may be tried: fill up, take filling away, cut what is free text."""
    kind, size = field.notation.kind, field.notation.characters
    if kind == "n" and field.is_fixed:
        yield "filled", value.rjust(size, "0")
        if not value[:-size].strip("0"):
            yield "cut", value[-size:]
    if kind in _TEXT:
        bare = value.rstrip(" ")
        yield "filled", value.ljust(size) if field.is_fixed else value
        yield "cut", bare.ljust(size) if field.is_fixed else bare
        if field.number in _FREE_TEXT:
            yield "cut", value[:size]


def _as_read(field: Field, value: str) -> str:
    """*value* as it comes back when *field* has written it; empty text if it cannot be written."""
    try:
        wire = field.write(value)
        return field.read(wire, *field.locate(wire, 0))
    except FormatError:
        return ""
