"""Dialects from isosim specifications: YAML with the fields of each message, as bytes on the wire.

Sizes there are bytes. Fields stand by message; here they are those of all messages together that
write MTI and bitmap like the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from ..dialect.file import DialectFile, FieldEntry, PartsEntry
from ..grammar.bitmap import FIELD_MAX, SECOND, SECOND_MAX, THIRD, TOGETHER
from ..grammar.fields import LENGTH_MAX
from ..grammar.prefixes import PREFIX_DIGITS_MAX, Prefix
from .documents import Node, read_document
from .drafts import Draft, Imported, plain_name
from .layouts import notation, settle

_TEXTS: Final = {"ASCII": "ascii", "EBCDIC": "ebcdic-037"}
_ENCODINGS: Final = {**_TEXTS, "BCD": "bcd", "BINARY": "binary"}
_BITMAPS: Final = {"ASCII": "hex", "EBCDIC": "ebcdic-037", "BINARY": "binary"}
_DIGITS_A_BYTE: Final = 2  # of a length, packed or binary
_NUMERIC: Final = "numeric"
_PADDINGS: Final = {
    "LEADING_ZEROES": "left 0",
    "LEADING_SPACES": "left space",
    "TRAILING_ZEROES": "right 0",
    "TRAILING_SPACES": "right space",
}
_HALVES: Final = "2"  # a multiplier: the length counts half bytes
_GENERATED: Final = ("gen_type", "pin_gen_props", "mac_gen_props")


class Said(Struct, frozen=True):
    """What one field says: its keys as text where they are text, and *where* for errors."""

    node: Node
    where: str
    words: Mapping[str, str]
    children: tuple[Node, ...] = ()

    def __getitem__(self, key: str) -> str:
        return self.words.get(key, "")


def import_isosim(text: str, path: str, version: str = "") -> Imported:
    """The dialect of the first specification in *text* found at *path*, and what it cannot say.

    *version* is the first digit of its MTIs, which it does not tell. DialectError with path and
    line for all that is wrong in it.
    """
    draft = Draft(path)
    spec = _first_spec(draft, read_document(draft, text))
    keys = spec.keys(draft, "spec")
    messages = _items(draft, keys.get("messages", spec), "messages")
    encodings: dict[str, str] = {}
    entries: dict[str, FieldEntry] = {}
    parts: dict[str, PartsEntry] = {}
    for message in messages:
        with draft.going_on():
            heads, children = _heads(draft, message)
            encodings = encodings or heads
            if heads != encodings:
                draft.lose(message.line, "message", "MTI or bitmap as in no other: left out")
                continue
            for child in children:
                with draft.going_on():
                    _add(draft, child, entries, parts)
    shared, fields = settle({key: entries[key] for key in sorted(entries, key=int)})
    name = keys["name"].text(draft, "name") if "name" in keys else ""
    written = DialectFile(
        title=plain_name(name, "imported from an isosim specification"),
        version=version,
        tertiary=TOGETHER if any(int(key) > SECOND_MAX for key in fields) else "",
        encodings=encodings | shared,
        fields=fields,
        parts=parts,
    )
    return draft.done(written)


def _first_spec(draft: Draft, document: Node) -> Node:
    """The first of the specifications in a file; the others are told."""
    keys = document.keys(draft, "document")
    specs = _items(draft, keys.get("specs", document), "specs")
    for other in specs[1:]:
        draft.lose(other.line, "specs", "the first one of a file is read: left out")
    return specs[0]


def _items(draft: Draft, node: Node, where: str) -> list[Node]:
    if not isinstance(node.value, list) or not node.value:
        draft.refuse(node.line, where, "a list that is not empty is expected")
    return node.value


def _heads(draft: Draft, message: Node) -> tuple[dict[str, str], tuple[Node, ...]]:
    """How a message writes MTI and bitmap, and the fields that its bitmap says."""
    keys = message.keys(draft, "message")
    nodes = _items(draft, keys.get("fields", message), "fields")
    if len(nodes) != 2:
        draft.refuse(message.line, "fields", "the MTI and a bitmap that holds all others")
    mti, bitmap = (
        _said(draft, node, name) for node, name in zip(nodes, ("MTI", "bitmap"), strict=True)
    )
    encoding = {"4": _TEXTS, "2": {"BCD": "bcd"}}.get(mti["size"], {})
    if mti["type"] != "Fixed" or mti["data_encoding"] not in encoding:
        draft.refuse(mti.node.line, "MTI", "4 bytes in ASCII or EBCDIC, or 2 in BCD, are expected")
    if bitmap["type"] != "Bitmapped" or bitmap["data_encoding"] not in _BITMAPS:
        draft.refuse(bitmap.node.line, "bitmap", f"a bitmap in one of {', '.join(_BITMAPS)}")
    heads = {"mti": encoding[mti["data_encoding"]], "bitmap": _BITMAPS[bitmap["data_encoding"]]}
    return heads, bitmap.children


def _said(draft: Draft, node: Node, where: str) -> Said:
    """The words of one field; how its value is made is told as lost, and never read."""
    keys = node.keys(draft, where)
    if any(key in _GENERATED for key in keys):
        draft.lose(node.line, where, "how its value is made is not carried")
    words = {key: inner.value for key, inner in keys.items() if isinstance(inner.value, str)}
    limits = keys["constraints"].keys(draft, where) if "constraints" in keys else {}
    words |= {key: inner.text(draft, where) for key, inner in limits.items()}
    children = keys["children"].value if "children" in keys else []
    if not isinstance(children, list):
        draft.refuse(keys["children"].line, where, "a list of parts is expected")
    return Said(node, where, words, tuple(children))


def _add(
    draft: Draft, node: Node, entries: dict[str, FieldEntry], parts: dict[str, PartsEntry]
) -> None:
    """The field of *node*; of one that another message says otherwise the first counts."""
    keys = node.keys(draft, "field")
    position = keys["position"].text(draft, "position") if "position" in keys else ""
    number = draft.number(node.line, "position", position, 1, FIELD_MAX)
    if number in (SECOND, THIRD):
        draft.lose(node.line, f"field {number}", "its bit says that a bitmap follows: left out")
        return
    said = _said(draft, node, f"field {number}")
    entry = _entry(draft, said)
    known = entries.setdefault(str(number), entry)
    if (entry.format, entry.encoding, entry.length) != (known.format, known.encoding, known.length):
        problem = f"{entry.format}: an earlier message says {known.format}, which counts"
        draft.lose(node.line, said.where, problem)
    elif said.children and str(number) not in parts:
        _add_parts(draft, said, str(number), parts)


def _add_parts(draft: Draft, said: Said, path: str, parts: dict[str, PartsEntry]) -> None:
    """What the field at *path* is made of: parts one after the other."""
    inner = [
        _said(draft, node, f"field {path}.{place}") for place, node in enumerate(said.children, 1)
    ]
    shared, fields = settle({str(at): _entry(draft, one) for at, one in enumerate(inner, 1)})
    parts[path] = PartsEntry(layout="positional", encodings=shared, fields=fields)
    for place, one in enumerate(inner, 1):
        if one.children:
            _add_parts(draft, one, f"{path}.{place}", parts)


def _entry(draft: Draft, said: Said) -> FieldEntry:
    """The form of a field: its bytes, and how many of them a value may have."""
    line, where, encoding = said.node.line, said.where, said["data_encoding"]
    if encoding not in _ENCODINGS:
        draft.refuse(line, where, f"an unknown data_encoding: {plain_name(encoding, '')!r}")
    prefix = _prefix(draft, said)
    if prefix.digits:
        most = said["max_size"] or str(min(prefix.maximum, LENGTH_MAX))
        size = min(draft.number(line, f"{where}: max_size", most, 1, LENGTH_MAX), prefix.maximum)
    else:
        size = draft.number(line, f"{where}: size", said["size"], 1, LENGTH_MAX)
    kind, count = {"BINARY": ("b", ""), "BCD": ("n", "bytes")}.get(encoding, ("ans", ""))
    written = _ENCODINGS[encoding]
    if kind == "ans" and said["content_type"].lower() == _NUMERIC:
        kind = "n"
    if encoding == "BCD":
        size *= 2
    elif said["length_indicator_multiplier"] == _HALVES:
        kind, written, count = _packed(draft, said)
        size = size // 2 if kind == "b" else size
    return FieldEntry(
        name=plain_name(said["name"], where),
        format=notation(kind, prefix.digits, size),
        encoding=written,
        length=prefix.encoding,
        count=count if prefix.digits else "",
        padding=_padding(draft, said, kind, prefix),
    )


def _packed(draft: Draft, said: Said) -> tuple[str, str, str]:
    """Class, encoding and count of bytes whose length counts half bytes: digits, if filled up."""
    if said["data_encoding"] != "BINARY":
        draft.refuse(said.node.line, said.where, "a length of half bytes is expected for BINARY")
    fills = {"TRAILING_F": "bcd right F", "LEADING_ZEROES": "bcd"}
    if said["padding"] not in fills:
        return "b", "binary", "nibbles"
    return "n", fills[said["padding"]], ""


def _prefix(draft: Draft, said: Said) -> Prefix:
    """How the length is written, if there is one: `length_indicator_size` counts its bytes."""
    line, where = said.node.line, said.where
    if said["type"] == "Fixed":
        return Prefix(0, "ascii")
    if said["type"] != "Variable":
        draft.refuse(
            line, where, f"Fixed or Variable is expected: {plain_name(said['type'], '')!r}"
        )
    if said["length_indicator_multiplier"] not in ("", "0", "1", _HALVES):
        draft.refuse(line, where, "a length_indicator_multiplier of 1 or 2 is expected")
    encoding = said["length_indicator_encoding"]
    if encoding not in _ENCODINGS:
        name = plain_name(encoding, "")
        draft.refuse(line, where, f"an unknown length_indicator_encoding: {name!r}")
    key = f"{where}: length_indicator_size"
    digits = draft.number(line, key, said["length_indicator_size"], 1, PREFIX_DIGITS_MAX)
    digits *= 1 if encoding in _TEXTS else _DIGITS_A_BYTE
    if digits > PREFIX_DIGITS_MAX:
        draft.refuse(line, key, f"at most {PREFIX_DIGITS_MAX // _DIGITS_A_BYTE} bytes are expected")
    return Prefix(digits, _ENCODINGS[encoding])


def _padding(draft: Draft, said: Said, kind: str, prefix: Prefix) -> str:
    """How a text of one length is filled up; a loss where that cannot be said."""
    padding = said["padding"]
    is_full = kind == "n" and padding == "LEADING_ZEROES" and not prefix.digits
    if not padding or is_full or said["length_indicator_multiplier"] == _HALVES:
        return ""
    if padding in _PADDINGS and kind == "ans" and not prefix.digits:
        return _PADDINGS[padding]
    draft.lose(said.node.line, said.where, f"padding {plain_name(padding, '')} cannot be said")
    return ""
