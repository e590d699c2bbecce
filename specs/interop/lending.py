"""What a dialect lends to an imported one: names, parts and the meanings of values."""

from __future__ import annotations

from msgspec.structs import replace

from ..codes import TABLES
from ..dialect.file import DialectFile, FieldEntry
from ..grammar.fields import parse_notation
from .drafts import Imported


def lend(imported: Imported, base: DialectFile) -> Imported:
    """*imported* with what *base* says of fields with the same number.

    A name, where the other tool gave none; parts and the meanings of values, where it gave none and
    the field has the same class and length. Nothing of how a field stands on the wire is lent.
    """
    written = imported.written
    fields = {key: _named(key, entry, base) for key, entry in written.fields.items()}
    parts = dict(written.parts)
    for path, entry in base.parts.items():
        key = path.partition(".")[0]
        if key not in written.parts and _is_alike(key, written, base):
            parts[path] = entry
    tables = {name: words for name, words in base.values.items() if name not in TABLES}
    values = {**tables, **written.values} if tables else written.values
    return Imported(replace(written, fields=fields, parts=parts, values=values), imported.losses)


def _named(key: str, entry: FieldEntry, base: DialectFile) -> FieldEntry:
    """*entry* with the name and the meanings that *base* has for it."""
    known = base.fields.get(key)
    if known is None:
        return entry
    name = known.name if entry.name in ("", f"field {key}") else entry.name
    values = entry.values or (known.values if _same_form(entry, known) else "")
    return replace(entry, name=name, values=values)


def _is_alike(key: str, written: DialectFile, base: DialectFile) -> bool:
    """Whether field *key* can be made of what it is made of in *base*.

    Parts of bytes are written as their dialect says, which is not lent: but for BER-TLV.
    """
    entry, known = written.fields.get(key), base.fields.get(key)
    if entry is None or known is None or not _same_form(entry, known):
        return False
    return not entry.format.startswith("b") or base.parts[key].layout == "ber-tlv"


def _same_form(one: FieldEntry, other: FieldEntry) -> bool:
    return parse_notation(one.format) == parse_notation(other.format)
