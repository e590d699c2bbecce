"""Dialects from moov-io/iso8583 documents: JSON or YAML that names type, encoding, prefix, padding.

Their Numeric is a number and forgets its leading zeros; here digits stay as they are on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from ..dialect.file import DialectFile, FieldEntry, PartsEntry
from ..grammar.bitmap import BITMAP_SIZE, FIELD_MAX, NEVER, SECOND, SECOND_MAX, THIRD, TOGETHER
from ..grammar.fields import LENGTH_MAX
from ..grammar.prefixes import PREFIX_DIGITS_MAX, Prefix
from .documents import Node, read_document
from .drafts import Draft, Imported, plain_name
from .layouts import notation, settle
from .moov_names import (
    BER_LENGTH,
    BYTES,
    ENCODINGS,
    FIXED,
    LETTERS,
    PACKED,
    PADDINGS,
    PREFIXES,
    TEXTS,
    TYPES,
)
from .moov_parts import layout_of

_KEYS: Final = frozenset(
    [
        *("type", "length", "description", "enc", "prefix", "padding", "tag", "subfields"),
        *("bitmap", "disableAutoExpand", "disableautoexpand"),
    ]
)
_BYTE_TYPES: Final = ("Binary", "Hex")
_TRACKS: Final = ("Track2", "Track3")
_BAR: Final = "theirs writes | as byte 6A, ours as BB: messages that have one differ"
_ZEROS: Final = "theirs reads no leading zeros; here all digits of the wire stay in the value"


class Said(Struct, frozen=True):
    """The keys of one field as text, and where they stand: *where* for errors."""

    node: Node
    where: str
    words: Mapping[str, str]
    type: str

    def __getitem__(self, key: str) -> str:
        return self.words.get(key, "")


def import_moov(text: str, path: str, version: str = "") -> Imported:
    """The dialect of the JSON or YAML document *text* found at *path*, and what it cannot say.

    *version* is the first digit of its MTIs, which the document does not tell. DialectError with
    path and line for what is wrong in it, and for each name that is not known here.
    """
    draft = Draft(path)
    document = read_document(draft, text).keys(draft, "document")
    for key, node in document.items():
        if key not in ("name", "fields"):
            draft.refuse(node.line, repr(key), "one of name, fields is expected")
    if "fields" not in document:
        draft.refuse(1, "fields", "the fields of a message are expected")
    nodes = _numbered(draft, document["fields"])
    encodings, bitmaps = {"mti": "ascii", "bitmap": "hex"}, ""
    with draft.going_on():
        encodings["bitmap"], bitmaps = _bitmap(draft, nodes)
    with draft.going_on():
        encodings["mti"] = _mti(draft, nodes)
    entries: dict[str, FieldEntry] = {}
    parts: dict[str, PartsEntry] = {}
    for number in sorted(set(nodes) - {0, SECOND}):
        if number == THIRD:
            draft.lose(nodes[number].line, f"field {number}", "a bitmap for ours: left out")
            continue
        with draft.going_on():
            if entry := _entry(draft, nodes[number], str(number), parts):
                entries[str(number)] = entry
    shared, fields = settle(entries)
    title = document["name"].text(draft, "name") if "name" in document else ""
    written = DialectFile(
        title=plain_name(title, "imported from a moov-io/iso8583 document"),
        version=version,
        bitmaps=bitmaps,
        tertiary=TOGETHER if max(nodes) > SECOND_MAX and not bitmaps else "",
        encodings=encodings | shared,
        fields=fields,
        parts={path: parts[path] for path in sorted(parts, key=_place)},
    )
    return draft.done(written)


def _place(path: str) -> list[tuple[int, str]]:
    return [(len(key), key) for key in path.split(".")]


def _numbered(draft: Draft, node: Node) -> dict[int, Node]:
    """The fields by their numbers; ``"02"`` and ``"2"`` are one and the same."""
    found: dict[int, Node] = {}
    for key, field in node.keys(draft, "fields").items():
        with draft.going_on():
            number = draft.number(field.line, "field number", key, 0, FIELD_MAX)
            if number in found:
                draft.say_again(found[number].line, f"field {number}", field.line)
            found[number] = field
    for number, name in ((0, "MTI"), (SECOND, "bitmap")):
        if number not in found:
            draft.refuse(node.line, f"field {number}", f"the {name} is expected there")
    return found


def _mti(draft: Draft, nodes: Mapping[int, Node]) -> str:
    said = _said(draft, nodes[0], "field 0")
    encodings = {**TEXTS, "BCD": "bcd"}
    if said["length"] != "4" or said["enc"] not in encodings or not _is_fixed(said):
        names = ", ".join(encodings)
        draft.refuse(nodes[0].line, "field 0", f"a fixed length of 4 in {names} is expected")
    return encodings[said["enc"]]


def _bitmap(draft: Draft, nodes: Mapping[int, Node]) -> tuple[str, str]:
    """How the bitmap is written, and how many bytes of it there are."""
    said = _said(draft, nodes[SECOND], "field 1")
    if said.type != "Bitmap" or said["enc"] not in BYTES:
        draft.refuse(nodes[SECOND].line, "field 1", "a Bitmap, binary or as hex, is expected")
    if said["length"] not in ("", "8", "16", "24"):
        draft.refuse(nodes[SECOND].line, "field 1", "a length of 8, 16 or 24 is expected")
    return BYTES[said["enc"]], _bitmaps(draft, nodes, said)


def _bitmaps(draft: Draft, nodes: Mapping[int, Node], said: Said) -> str:
    """How many bytes of bitmap there are, as a dialect file says it."""
    size = int(said["length"] or BITMAP_SIZE)
    expands = said["disableAutoExpand"] != "true"
    highest = FIELD_MAX if expands and size == BITMAP_SIZE else size * 8
    if max(nodes) > highest:
        draft.refuse(nodes[SECOND].line, "field 1", f"can say no field above {highest}")
    if size == BITMAP_SIZE:
        return "" if expands else str(BITMAP_SIZE)
    if expands and size * 8 < FIELD_MAX:
        problem = f"where theirs sets bit 1, {size} more bytes follow: refused here"
        draft.lose(nodes[SECOND].line, "field 1", problem)
    return f"{size}, {NEVER}"


# One field ----------------------------------------------------------------------------------------


def _said(draft: Draft, node: Node, where: str) -> Said:
    """The words of the field at *where*, none of them unknown."""
    keys = node.keys(draft, where)
    for key, inner in keys.items():
        if key not in _KEYS:
            draft.refuse(inner.line, where, f"an unknown key: {plain_name(key, '')!r}")
    words = {
        "disableAutoExpand" if key == "disableautoexpand" else key: inner.text(draft, where)
        for key, inner in keys.items()
        if key not in ("padding", "tag", "subfields", "bitmap")
    }
    kind = words.get("type", "")
    if kind not in TYPES:
        draft.refuse(node.line, where, f"an unknown type: {plain_name(kind, '')!r}")
    if words.get("enc") and words["enc"] not in ENCODINGS:
        draft.refuse(keys["enc"].line, where, f"an unknown enc: {plain_name(words['enc'], '')!r}")
    return Said(node, where, words, kind)


def _is_fixed(said: Said) -> bool:
    family, _, letters = said["prefix"].partition(".")
    return family in PREFIXES and letters == FIXED


def _entry(draft: Draft, node: Node, path: str, parts: dict[str, PartsEntry]) -> FieldEntry | None:
    """The field or part at *path*, and, in *parts*, what it is made of; None if left out."""
    said = _said(draft, node, f"field {path}")
    prefix = _prefix(draft, said)
    if prefix is None:
        return None
    if said.type == "Composite":
        return _composite(draft, said, path, prefix, parts)
    if said.type == "Bitmap":
        draft.refuse(node.line, said.where, "a Bitmap is expected in field 1 alone")
    kind, encoding, count = _value(draft, said)
    length = draft.number(node.line, f"{said.where}: length", said["length"], 1, LENGTH_MAX)
    return FieldEntry(
        name=plain_name(said["description"], said.where),
        format=notation(kind, prefix.digits, _within(prefix, length)),
        encoding=encoding,
        length=prefix.encoding or "ascii",
        count=count if prefix.digits else "",
        padding=_padding(draft, said, encoding in TEXTS.values()),
    )


def _prefix(draft: Draft, said: Said) -> Prefix | None:
    """How the length is written; None, and a loss, where our grammar has no such length."""
    family, _, letters = said["prefix"].partition(".")
    if said["prefix"] == BER_LENGTH:
        draft.refuse(said.node.line, said.where, f"{BER_LENGTH} lengths are of BER tags alone")
    if family not in PREFIXES or letters not in (FIXED, *LETTERS):
        name = plain_name(said["prefix"], "")
        draft.refuse(said.node.line, said.where, f"an unknown prefix: {name!r}")
    encoding, digits = PREFIXES[family]
    if letters == FIXED and family != "None":
        return Prefix(0, encoding)
    if not encoding or digits * len(letters) > PREFIX_DIGITS_MAX:
        problem = f"a length such as {said['prefix']} cannot be said: left out"
        draft.lose(said.node.line, said.where, problem)
        return None
    return Prefix(digits * len(letters), encoding)


def _within(prefix: Prefix, length: int) -> int:
    """*length*, or what the prefix can say if that is less: more was never sent."""
    return min(length, prefix.maximum) if prefix.digits else length


def _value(draft: Draft, said: Said) -> tuple[str, str, str]:
    """Class and encoding of a value, and what a length counts if not the natural."""
    enc, line, where = said["enc"], said.node.line, said.where
    if enc == "EBCDIC":
        draft.lose(0, "EBCDIC", _BAR)
    if said.type == "Numeric":
        draft.lose(0, "Numeric", _ZEROS)
    if enc in TEXTS and said.type in _BYTE_TYPES:
        draft.lose(line, where, f"{said.type} in {enc}: its value is text here, not bytes")
    if enc in TEXTS:
        kind = {"Numeric": "n", **dict.fromkeys(_TRACKS, "z")}.get(said.type, "ans")
        return kind, TEXTS[enc], ""
    if enc in PACKED:
        return "z" if said.type in _TRACKS else "n", PACKED[enc], ""
    if enc not in BYTES:
        draft.refuse(line, where, f"an encoding of values is expected, seen {enc!r}")
    if said.type not in _BYTE_TYPES:
        draft.lose(line, where, f"{said.type} in {enc}: its value is hexadecimal here")
    if enc == "ASCIIToHex" and not _is_fixed(said):
        problem = "their length counts digits when written, bytes when read; ours counts bytes"
        draft.lose(line, where, problem)
    return "b", BYTES[enc], "bytes" if enc == "HexToASCII" else ""


def _padding(draft: Draft, said: Said, is_text: bool) -> str:
    """The padding of a fixed text; others are sent at their full length, or as short as they are.

    A Numeric is padded to be of its length: with zeros that its value has here.
    """
    node = said.node.keys(draft, said.where).get("padding")
    if node is None:
        return ""
    words = {
        key: part.text(draft, said.where) for key, part in node.keys(draft, said.where).items()
    }
    side, fill = words.get("type", ""), words.get("pad", "")
    if side not in PADDINGS:
        draft.refuse(node.line, said.where, f"an unknown padding: {plain_name(side, '')!r}")
    if side == "None" or (said.type == "Numeric" and _is_fixed(said) and fill == "0"):
        return ""
    if len(fill) != 1 or not " " <= fill <= "~":
        draft.refuse(node.line, said.where, "one printable character is expected as pad")
    if not _is_fixed(said) or not is_text:
        draft.lose(node.line, said.where, f"padding {side} of such a field cannot be said")
        return ""
    return f"{side.lower()} {'space' if fill == ' ' else fill}"


# Composites ---------------------------------------------------------------------------------------


def _composite(
    draft: Draft, said: Said, path: str, prefix: Prefix, parts: dict[str, PartsEntry]
) -> FieldEntry:
    """A field that is made of others: text if all of them are, or else bytes."""

    def make(node: Node, inner: str) -> FieldEntry | None:
        with draft.going_on():
            return _entry(draft, node, inner, parts)
        return None

    made = layout_of(draft, said.node, path, make)
    below = [key for key in parts if key.startswith(f"{path}.")]
    if made is None:
        for key in below:
            del parts[key]
    else:
        parts[path] = made
    is_text = made is not None and all(map(_is_text, [made, *(parts[key] for key in below)]))
    length = draft.number(said.node.line, f"{said.where}: length", said["length"], 1, LENGTH_MAX)
    return FieldEntry(
        name=plain_name(said["description"], said.where),
        format=notation("ans" if is_text else "b", prefix.digits, _within(prefix, length)),
        encoding="ascii" if is_text else "binary",
        length=prefix.encoding or "ascii",
    )


def _is_text(entry: PartsEntry) -> bool:
    """Whether nothing but ASCII stands in a value that is made of such parts."""
    encodings = {*entry.encodings.values(), *(said.encoding for said in entry.fields.values())}
    return encodings <= {"ascii", "hex", ""} and entry.layout != "ber-tlv"
