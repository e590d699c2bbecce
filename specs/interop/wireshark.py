"""A dialect as a Wireshark dissector in Lua: `dissector.lua`, with the tables of the dialect in it.

Card data stays masked in the tree unless the preference of the dissector says otherwise.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..codes import TABLES
from ..dialect.file import DialectFile, FieldEntry, PartsEntry, by_number
from ..grammar.bitmap import IN_FIELD_65, parse_bitmaps
from ..grammar.codepages import CODECS
from ..grammar.fields import parse_notation
from ..masking import FREE_TEXT, open_fields
from ..parts.ber import EMV_TAGS
from .drafts import Exported, Loss
from .layouts import encodings_of_parts, header_size, resolve, without_letters

PORT: Final = 8583  # where nobody says another: the number is easy to remember
_TEMPLATE: Final = Path(__file__).with_name("dissector.lua")
_PLACE: Final = "-- @tables@"
_BARE: Final = frozenset(string.ascii_letters + "_")
_LAYOUTS: Final = ("positional", "ber-tlv")


def export_wireshark(name: str, written: DialectFile, port: int = PORT) -> Exported:
    """*written*, the dialect called *name*, as a dissector for TCP *port*, a preference of it."""
    written, national = without_letters(written)
    losses = [
        Loss(f"field {key}", f"letters of {page} are shown as dots")
        for key, page in national.items()
    ]
    losses += [
        Loss(f"field {path}", f"its parts ({entry.layout}) are shown as one value")
        for path, entry in written.parts.items()
        if entry.layout not in (*_LAYOUTS, "opaque")
    ]
    if len(written.header) > 1:
        losses.append(Loss("header", "its parts are shown as one value"))
    third = {"": "none", IN_FIELD_65: "field"}.get(written.tertiary, "together")
    dialect = {
        "name": "iso8583_"
        + "".join(c if c.isascii() and c.isalnum() else "_" for c in name).lower(),
        "title": written.title or name,
        "mti": written.encodings["mti"],
        "bitmap": written.encodings["bitmap"],
        "third": third,
        "bitmaps": parse_bitmaps(written.bitmaps, written.tertiary).size,
        "header": header_size(written),
        "port": port,
    }
    fields = {
        int(key): _field(int(key), written.fields[key], written.encodings, written)
        for key in by_number(written.fields)
    }
    parts = {
        path: _parts(path, entry, written)
        for path, entry in written.parts.items()
        if entry.layout in _LAYOUTS
    }
    pages = {name: _page(name) for name in _pages(fields, parts, dialect)}
    tables = [f"local dialect = {_lua(dialect)}"]
    tables += [
        f"local {key} = {_rows(rows)}" for key, rows in (("fields", fields), ("parts", parts))
    ]
    tables.append(f"local pages = {_rows(pages)}")
    text = _TEMPLATE.read_text("utf-8").replace(_PLACE, "\n".join(tables))
    return Exported(text, tuple(losses))


def _field(
    number: int,
    entry: FieldEntry,
    encodings: Mapping[str, str],
    written: DialectFile,
) -> dict[str, Any]:
    """What the dissector must know of a field."""
    said = resolve(entry, encodings)
    form = parse_notation(said.format)
    is_packed = said.encoding.startswith("bcd")
    known: dict[str, Any] = {
        "name": said.name or f"field {number}",
        "format": said.format,
        "kind": form.kind,
        "length": form.characters,
        "digits": form.prefix_digits,
        "prefix": said.length,
        "encoding": "bcd" if is_packed else said.encoding,
    }
    if form.kind == "x+n":
        known["sign"] = encodings.get("a", "ascii")
    if is_packed:
        known["right"] = "right" in said.encoding
    unit, counts = _counted(said, form.kind)
    known |= {"unit": unit, "counts": counts}
    if number not in open_fields(written.version):
        known["secret"] = True
    elif number in FREE_TEXT:
        known["free"] = True
    if meanings := written.values.get(said.values) or TABLES.get(said.values):
        known["values"] = dict(meanings)
    return known


def _counted(said: FieldEntry, kind: str) -> tuple[int, int]:
    """How many characters of the value count as how much in the prefix, as in our fields."""
    is_text = said.encoding in CODECS and kind != "b"
    if said.count == "bytes":
        return (1 if is_text else 2), 1
    if said.count:
        return 1, 2 if is_text and said.count == "nibbles" else 1
    return (2 if said.encoding == "binary" else 1), 1


def _parts(path: str, entry: PartsEntry, written: DialectFile) -> dict[str, Any]:
    """What the dissector must know of the parts at *path*."""
    number = int(path.partition(".")[0])
    if entry.layout == "ber-tlv":
        names = {tag: known.name for tag, known in EMV_TAGS.items()}
        names |= {tag: said.name for tag, said in entry.fields.items()}
        return {"layout": entry.layout, "names": names}
    keys = path.split(".")
    field = written.fields.get(keys[0], FieldEntry(format="ans 1"))
    binary = parse_notation(field.format).kind == "b"
    encodings = encodings_of_parts(written, entry, binary)
    order = by_number(entry.fields)
    said = [_field(number, entry.fields[key], encodings, written) for key in order]
    return {"layout": entry.layout, "groups": entry.repeat, "binary": binary, "order": said}


def _pages(*tables: Mapping[Any, Any]) -> list[str]:
    """The EBCDIC pages that are named anywhere in *tables*."""
    found: set[str] = set()
    waiting: list[Any] = list(tables)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and one.startswith("ebcdic-"):
            found.add(one)
    return sorted(found & set(CODECS))


def _page(name: str) -> dict[int, str]:
    """The printable characters of a code page by their bytes."""
    text = bytes(range(256)).decode(CODECS[name])
    return {byte: text[byte] for byte in range(256) if " " <= text[byte] <= "~"}


def _rows(rows: Mapping[Any, Any]) -> str:
    """A Lua table, each of its rows on a line."""
    lines = "".join(f"  [{_lua(key)}] = {_lua(row)},\n" for key, row in rows.items())
    return f"{{\n{lines}}}"


def _lua(value: Any) -> str:
    """A value as Lua writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f'"{"".join(map(_character, value))}"'
    if isinstance(value, list):
        return f"{{ {', '.join(map(_lua, value))} }}"
    pairs = [f"{_key(key)} = {_lua(item)}" for key, item in value.items()]
    return f"{{ {', '.join(pairs)} }}" if pairs else "{}"


def _key(key: object) -> str:
    bare = isinstance(key, str) and key and set(key) <= _BARE
    return str(key) if bare else f"[{_lua(key)}]"


def _character(character: str) -> str:
    """One character of a Lua string; all but plain ASCII as the bytes of its UTF-8."""
    if character in '"\\':
        return f"\\{character}"
    if " " <= character <= "~":
        return character
    return "".join(f"\\{byte:03}" for byte in character.encode("utf-8", "replace"))
