"""What people see of a fault: the error in words, its byte, the length likely to blame. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.specs.masking import printable
from cardswitch.specs.review.culprit import find_culprit
from cardswitch.specs.review.partial import Partial

# Faults that an earlier wrong length makes.
_SHIFTED: Final = frozenset(["length", "message-short", "trailing-bytes", "character", "fill"])
_HIDDEN: Final = ".."  # a byte that is masked
REST_SIZE_MAX: Final = 1024  # bytes that are shown of what was not read; in JSON all are
WINDOW_SIZE: Final = 16  # bytes of a message that are shown around a fault


def show_fault(
    error: FormatError,
    data: bytes,
    unsafe: bool = False,
    dialect: Dialect | None = None,
    partial: Partial | None = None,
) -> list[str]:
    """*error* in words, where in the message *data* it is, who may be to blame, what explains it.

    The bytes are shown only if *unsafe*, but for those that say nothing of a card, where *partial*
    knows some. With a *dialect* an earlier length is sought that would mend it.

    >>> show_fault(DecodeError("digits", offset=1), b"0a", unsafe=True)
    ['at byte 1: expected digits', '  byte   0  1', '  hex   30 61', '            ^']
    """
    lines = [printable(str(error), 500)]
    if error.offset is not None and isinstance(error, DecodeError):
        shown = range(len(data)) if unsafe else partial.open_bytes if partial else ()
        lines += _window(error.offset, data, frozenset(shown))
    if dialect is not None and error.code in _SHIFTED and data:
        culprit = find_culprit(dialect, data)
        lines += [f"  likely culprit: {culprit}"] if culprit else []
    if error.code:
        lines.append(f"  more: cardswitch spec explain {error.code}")
    return lines


def show_rest(data: bytes, rest: int, unsafe: bool = False) -> list[str]:
    """The bytes of *data* from *rest* on, which were not read: in hex, masked unless *unsafe*.

    >>> show_rest(b"08001", 4, unsafe=True), show_rest(b"08001", 4)
    (['rest from byte 4, 1 not read: 31'], ['rest from byte 4, 1 not read: --unsafe shows it'])
    """
    left = data[rest:]
    if not left:
        return []
    more = " …" if len(left) > REST_SIZE_MAX else ""
    text = left[:REST_SIZE_MAX].hex(" ").upper() + more
    return [
        f"rest from byte {rest}, {len(left)} not read: {text if unsafe else '--unsafe shows it'}"
    ]


def fault_document(error: FormatError, data: bytes, rest: int, unsafe: bool) -> dict[str, Any]:
    """The same as JSON has it: ``fault`` and ``rest``, which is whole."""
    said = {"text": str(error), "code": error.code, "field": error.field, "offset": error.offset}
    left = data[rest:]
    shown = left.hex().upper() if unsafe else _HIDDEN * len(left)
    return {"fault": {k: v for k, v in said.items() if v not in ("", None)}, "rest": shown}


def _window(at: int, data: bytes, shown: frozenset[int]) -> list[str]:
    """Offsets around *at*, the bytes there, and a caret under that one."""
    end = min(max(at + WINDOW_SIZE // 2, WINDOW_SIZE), max(len(data), at + 1))
    window = range(max(0, end - WINDOW_SIZE), end)
    width = max(2, len(str(end - 1)))
    values = (_byte(data, n, shown) for n in window)
    caret = ("^" if n == at else "" for n in window)
    return [
        _row("byte", map(str, window), width),
        _row("hex", values, width),
        _row("", caret, width).rstrip(),
    ]


def _byte(data: bytes, at: int, shown: frozenset[int]) -> str:
    if at >= len(data):
        return "--"
    return f"{data[at]:02X}" if at in shown else _HIDDEN


def _row(name: str, cells: Iterable[str], width: int) -> str:
    return f"  {name:<6}{' '.join(cell.rjust(width) for cell in cells)}"
