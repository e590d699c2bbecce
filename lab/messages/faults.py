"""What people see of a fault: the error in words, its byte, the length likely to blame. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.specs.masking import printable
from cardswitch.specs.review.culprit import find_culprit

# Faults that an earlier wrong length makes.
_SHIFTED: Final = frozenset(["length", "message-short", "trailing-bytes", "character", "fill"])
WINDOW_SIZE: Final = 16  # bytes of a message that are shown around a fault


def show_fault(
    error: FormatError, data: bytes, unsafe: bool = False, dialect: Dialect | None = None
) -> list[str]:
    """*error* in words, where in the message *data* it is, who may be to blame, what explains it.

    The bytes themselves are shown only if *unsafe*; with a *dialect* an earlier length is sought
    that would mend it.

    >>> show_fault(DecodeError("digits", offset=1), b"0a", unsafe=True)
    ['at byte 1: expected digits', '  byte   0  1', '  hex   30 61', '            ^']
    """
    lines = [printable(str(error), 500)]
    if error.offset is not None and isinstance(error, DecodeError):
        lines += _window(error.offset, data, unsafe)
    if dialect is not None and error.code in _SHIFTED and data:
        culprit = find_culprit(dialect, data)
        lines += [f"  likely culprit: {culprit}"] if culprit else []
    if error.code:
        lines.append(f"  more: cardswitch spec explain {error.code}")
    return lines


def _window(at: int, data: bytes, unsafe: bool) -> list[str]:
    """Offsets around *at*, a caret under it."""
    end = min(max(at + WINDOW_SIZE // 2, WINDOW_SIZE), max(len(data), at + 1))
    window = range(max(0, end - WINDOW_SIZE), end)
    width = max(2, len(str(end - 1)))
    lines = [_row("byte", map(str, window), width)]
    if unsafe:
        values = (f"{data[n]:02X}" if n < len(data) else "--" for n in window)
        lines.append(_row("hex", values, width))
    caret = ("^" if n == at else "" for n in window)
    return [*lines, _row("", caret, width).rstrip()]


def _row(name: str, cells: Iterable[str], width: int) -> str:
    return f"  {name:<6}{' '.join(cell.rjust(width) for cell in cells)}"
