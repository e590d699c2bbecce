"""A message explained: a summary, its MTI by digits, its bitmap, what codes mean. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from cardswitch.specs.grammar.mti import CLASSES, FUNCTIONS, ORIGINS, VERSIONS
from cardswitch.specs.masking import printable
from cardswitch.wire.operator.text import columns

from ..shown import Shown, ShownMessage
from .oddities import findings, odd_lines

_UNKNOWN: Final = "unknown"
_TRACK_2: Final = "35"
_CHIP: Final = "55"
SHAPES_KEPT: Final = 64  # bitmaps and MTIs laid out before: a link speaks some dozens


class DescriptionView(Struct, frozen=True):
    """What a message says in words, and which mandatory fields are missing.

    Of a message that is not read to its end, nobody knows what is missing.
    """

    def lines(self, shown: ShownMessage) -> list[str]:
        """Summary, MTI, bitmap, codes, chip data in words, and what is missing."""
        meanings = [(f"{path:>3}", text) for path, text in _meanings(shown).items()]
        missing = [(f"{field.path:>3}", field.name) for field in shown.missing]
        lines = [summary(shown), "", *_mti_lines(shown.mti, shown.mti_meaning)]
        lines += ["", *bitmap_grid(shown)] if shown.whole else []
        if meanings:
            lines += ["", "Codes", *columns(meanings)]
        lines += _chip_lines(shown)
        if missing:
            title = f"Missing, though mandatory in {printable(shown.mti)}"
            lines += ["", title, *columns(missing)]
        return [*lines, *odd_lines(shown)]

    def document(self, shown: ShownMessage) -> dict[str, Any]:
        """``summary``, ``mti``, ``fields`` present, ``meanings``, ``chip`` and ``missing``."""
        return {
            "summary": summary(shown),
            "mti": shown.mti,
            "fields": [int(field.path) for field in shown.fields],
            "meanings": _meanings(shown),
            "chip": {part.path: _words(part) for part in _chip(shown)},
            "missing": [int(field.path) for field in shown.missing],
            "findings": msgspec.to_builtins(findings(shown)),
        }


def _meanings(shown: ShownMessage) -> dict[str, str]:
    """What fields mean by their numbers, of themselves or by their parts."""
    told = {field.path: field.meaning or _of_parts(field) for field in shown.fields}
    return {path: printable(meaning) for path, meaning in told.items() if meaning}


def _of_parts(field: Shown) -> str:
    if field.path == _CHIP:  # which has lines of its own
        return ""
    return ", ".join(meaning for part in field.children if (meaning := _of_part(part)))


def _of_part(part: Shown) -> str:
    """What a part means as a whole, or its bits, which have no path."""
    return part.meaning or ", ".join(word.text for word in part.children if not word.path)


def _chip(shown: ShownMessage) -> list[Shown]:
    """The tags of chip data that say something in words."""
    field = shown.get(_CHIP)
    return [part for part in field.leaves() if _words(part)] if field else []


def _words(part: Shown) -> list[str]:
    words = [f"{word.name} {word.text}" for word in part.children]
    return [part.meaning, *words] if part.meaning else words


def _chip_lines(shown: ShownMessage) -> list[str]:
    """Each tag with its value, and its bits under it."""
    rows = []
    for part in _chip(shown):
        rows.append((part.label, part.text))
        rows += [("", printable(word)) for word in _words(part)]
    return ["", "Chip data", *columns(rows)] if rows else []


def summary(shown: ShownMessage) -> str:
    """*shown* in one line.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> from cardswitch.specs.message import Message
    >>> from ..showing import show
    >>> echo = Message("0800", {7: "1123130500", 11: "000001", 70: "301"})
    >>> summary(show(load_dialect("iso87-ascii"), echo))
    '0800 network management request, echo, STAN 000001'
    """
    mti, said = shown.mti, _meanings(shown)
    kind = f"{CLASSES.get(mti[1:2], _UNKNOWN)} {FUNCTIONS.get(mti[2:3], _UNKNOWN)}"
    words = [f"{printable(mti)} {kind}"]
    words += [said[path] for path in ("3", "4", "70") if path in said]
    if pan := _pan(shown):
        words.append(f"card {pan}")
    for path, name in (("41", "terminal"), ("42", "merchant"), ("11", "STAN")):
        if field := shown.get(path):
            words.append(f"{name} {printable(field.text.strip())}")
    if code := shown.get("39"):
        means = f": {said['39']}" if "39" in said else ""
        words.append(f"answer {printable(code.text)}{means}")
    return ", ".join(words)


def _pan(shown: ShownMessage) -> str:
    """The card number of field 2, or of the track."""
    field, track = shown.get("2"), shown.get(_TRACK_2)
    if field:
        return field.text
    return track.children[0].text if track and track.children else ""


@lru_cache(SHAPES_KEPT)
def _mti_lines(mti: str, meaning: str) -> tuple[str, ...]:
    tables = VERSIONS, CLASSES, FUNCTIONS, ORIGINS
    names = "version", "class", "function", "origin"
    rows = [
        (printable(digit), name, table.get(digit, _UNKNOWN))
        for digit, name, table in zip(mti, names, tables, strict=False)
    ]
    title = f"MTI {printable(mti)}" + (f": {meaning}" if meaning else "")
    return (title, *(f"  {line}" for line in columns(rows)))


def bitmap_grid(shown: ShownMessage) -> list[str]:
    """The bitmap of *shown*, a byte in a row: its hex, then eight numbers, brackets where set.

    >>> from cardswitch.specs.message import Message
    >>> from ..showing import show
    >>> bitmap_grid(show(None, Message("0800", {3: "000000", 8: "00000000"})))[1]
    '21     1     2  [  3]    4     5     6     7  [  8]'
    """
    return list(_grid(shown.bitmaps.bits_of(int(field.path) for field in shown.fields)))


@lru_cache(SHAPES_KEPT)
def _grid(bits: bytes) -> tuple[str, ...]:
    rows = ["Bitmap, a byte in a row"]
    for at, byte in enumerate(bits):
        cells = (
            f"[{at * 8 + bit + 1:>3}]" if byte & 0x80 >> bit else f" {at * 8 + bit + 1:>3} "
            for bit in range(8)
        )
        rows.append(f"{byte:02X}  {' '.join(cells)}".rstrip())
    return tuple(rows)
