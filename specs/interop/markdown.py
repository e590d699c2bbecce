"""A dialect as documentation in Markdown: its fields, their parts, and what values mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ..codes import TABLES
from ..dialect.file import DialectFile, FieldEntry, PartsEntry, by_number
from ..grammar.mti import VERSIONS, describe_mti
from .drafts import Exported

_MARKS: Final = (("mandatory", "M"), ("conditional", "C"), ("optional", "O"))
_SPECIAL: Final = str.maketrans({character: f"\\{character}" for character in "\\|*_`[]<>#~"})
# How the parts of a layout are told.
_LAYOUTS: Final = {
    "positional": "one after the other",
    "ber-tlv": "BER-TLV objects",
    "tlv": "tag, length, value",
    "ltv": "length, tag, value",
    "bitmap": "behind a bitmap of their own",
    "datasets": "datasets of ISO 8583:2003",
    "dataset-bitmap": "a dataset behind a bitmap",
}


def export_markdown(name: str, written: DialectFile) -> Exported:
    """*written*, the dialect called *name*, as Markdown, which can say all of it."""
    lines = [
        f"# {_plain(name)}: {_plain(written.title)}",
        "",
        f"ISO 8583:{VERSIONS.get(written.version, '?')}. MTI in {written.encodings['mti']}, bitmap "
        f"in {written.encodings['bitmap']}.{_bitmaps(written)}",
        *_section("## Header", _header(written)),
        *_section("## Encodings", _encodings(written.encodings)),
        *_section("## Fields", _fields(written)),
        *_section("## Messages", _messages(written)),
        *(line for path in sorted(written.parts, key=_place) for line in _parts(written, path)),
        *(line for table in sorted(_tables(written)) for line in _values(written, table)),
    ]
    return Exported("\n".join(lines) + "\n")


def _bitmaps(written: DialectFile) -> str:
    size = f" Bytes of bitmap: {written.bitmaps}." if written.bitmaps else ""
    return f"{size} A third bitmap: {_plain(written.tertiary)}." if written.tertiary else size


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title, "", *lines] if lines else []


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, if it has rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines] if lines else []


def _header(written: DialectFile) -> list[str]:
    rows = [
        [key, _plain(part.name), f"`{part.format}`", f"`{part.value}`" if part.value else ""]
        for key, part in ((key, written.header[key]) for key in by_number(written.header))
    ]
    return _table(["part", "name", "format", "where none is given"], rows)


def _encodings(encodings: Mapping[str, str]) -> list[str]:
    rows = [[f"`{key}`", encodings[key]] for key in encodings if key not in ("mti", "bitmap")]
    return _table(["class", "encoding"], rows)


def _fields(written: DialectFile) -> list[str]:
    rows = [_row(key, written.fields[key], written) for key in by_number(written.fields)]
    return _table(["field", "name", "format", "otherwise than its class", "values"], rows)


def _row(key: str, entry: FieldEntry, written: DialectFile) -> list[str]:
    form = f"`{entry.format}`" if entry.format else ""
    values = _plain(entry.values)
    return [_plain(key), _plain(entry.name), form, _other(entry), values]


def _other(entry: FieldEntry) -> str:
    """What a field has of its own."""
    words = {
        "": entry.encoding,
        "length ": entry.length,
        "length counts ": entry.count,
        "padded ": entry.padding,
    }
    return ", ".join(f"{label}{word}" for label, word in words.items() if word)


def _messages(written: DialectFile) -> list[str]:
    """Which fields each MTI must (M), may have to (C) or can (O) carry; a row for each field."""
    said: dict[int, dict[str, str]] = {}
    for mti, rule in written.messages.items():
        for kind, mark in _MARKS:
            for number in getattr(rule, kind):
                said.setdefault(number, {})[mti] = mark
    mtis = sorted(written.messages)
    names = {int(key): entry.name for key, entry in written.fields.items()}
    rows = [
        [str(number), _plain(names.get(number, "")), *(said[number].get(mti, "") for mti in mtis)]
        for number in sorted(said)
    ]
    legend = [f"- {mti}: {describe_mti(mti)}" for mti in mtis]
    return [*legend, "", *_table(["field", "name", *mtis], rows)] if rows else []


def _parts(written: DialectFile, path: str) -> list[str]:
    entry = written.parts[path]
    if entry.layout not in _LAYOUTS:
        return []
    rows = [_row(key, entry.fields[key], written) for key in by_number(entry.fields)]
    table = _table(["part", "name", "format", "otherwise than its class", "values"], rows)
    return _section(f"### Parts of field {_plain(path)}", [_how(entry), "", *table])


def _how(entry: PartsEntry) -> str:
    """How the parts stand, in a sentence."""
    words = [_LAYOUTS[entry.layout]]
    if entry.repeat:
        words.append("again and again to the end")
    if entry.tag:
        counted = ", which counts the tag too" if entry.counts_tag else ""
        words.append(f"tags `{entry.tag}`, lengths `{entry.length}`{counted}")
    if entry.bitmap:
        more = ", and as many more where bit 1 is set" if entry.continues else ""
        words.append(f"{entry.bitmap} bytes of bitmap{more}")
    if entry.header:
        words.append(f"{entry.header} bytes before it")
    return "; ".join(words).capitalize() + "."


def _tables(written: DialectFile) -> set[str]:
    """The tables that a field or a part names."""
    entries = [*written.fields.values()]
    for parts in written.parts.values():
        entries += parts.fields.values()
    return {entry.values for entry in entries if entry.values}


def _values(written: DialectFile, table: str) -> list[str]:
    meanings = written.values.get(table) or TABLES.get(table) or {}
    rows = [[f"`{value}`", _plain(meaning)] for value, meaning in sorted(meanings.items())]
    return _section(f"### Values: {_plain(table)}", _table(["value", "meaning"], rows))


def _place(path: str) -> list[tuple[int, str]]:
    return [(len(key), key) for key in path.split(".")]


def _plain(text: str) -> str:
    """*text* that Markdown shows as it is."""
    return text.translate(_SPECIAL)
