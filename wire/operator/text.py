"""Rows of text as a table, for whatever a program tells people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cardswitch.specs.masking import printable


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """*rows* as lines with their columns under each other, two blanks between.

    Each column is as wide as its widest cell; what could steer a terminal is escaped. Raises
    ValueError if rows differ in length.

    >>> columns([("NAME", "SUM"), ("a", "12.50")])
    ['NAME  SUM', 'a     12.50']
    """
    return aligned([safe_row(row) for row in rows])


def safe_row(row: Sequence[str]) -> tuple[str, ...]:
    """*row* with what could steer a terminal escaped."""
    return tuple([printable(cell, len(cell)) for cell in row])


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """As :func:`columns`, of rows that are safe already."""
    *before, _ = zip(*rows, strict=True) if rows else ((),)
    line = "".join([f"%-{max(map(len, column))}s  " for column in before]) + "%s"
    return [(line % row).rstrip() for row in rows]
