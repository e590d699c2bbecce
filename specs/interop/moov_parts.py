"""What composites of moov-io/iso8583 documents are made of: positions, tags, objects, a bitmap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from ..dialect.file import FieldEntry, PartsEntry, by_number
from ..grammar.bitmap import BITMAP_SIZE
from ..grammar.fields import parse_notation
from .documents import Node
from .drafts import Draft, plain_name
from .layouts import notation, settle
from .moov_names import BER_LENGTH, BER_TAG, BYTES, ENCODINGS, PACKED, SORTS, TEXTS

MakePart: TypeAlias = Callable[[Node, str], FieldEntry | None]

TAG_LENGTH_MAX: Final = 4  # bytes or characters; no longer tag has been seen
_NO_EXPANSION: Final = ("disableAutoExpand", "disableautoexpand")
_TAG_KEYS: Final = frozenset(
    [
        *("length", "enc", "padding", "sort"),
        *("skipUnknownTLVTags", "storeUnknownTLVTags", "prefUnknownTLV"),
    ]
)
# The class of a tag, and how it is written; of ASCIIToHex the key is the hex of its bytes.
_TAG_ENCODINGS: Final = {
    **{name: ("an", page) for name, page in TEXTS.items()},
    **{name: ("n", packed) for name, packed in PACKED.items()},
    "ASCIIToHex": ("b", "binary"),
}


def layout_of(draft: Draft, node: Node, path: str, make: MakePart) -> PartsEntry | None:
    """What the composite *node* at *path* is made of; *make* gives the entry of each part.

    None, and a loss, where that cannot be said.
    """
    where = f"field {path}"
    keys = node.keys(draft, where)
    subfields = keys["subfields"].keys(draft, where) if "subfields" in keys else {}
    if not subfields:
        draft.refuse(node.line, where, "a Composite with subfields is expected")
    if "bitmap" in keys:
        return _bitmap(draft, keys["bitmap"], path, subfields, make)
    tag = keys.get("tag", node)
    words = _tag_words(draft, tag, where) if "tag" in keys else {}
    if words.get("sort", "") not in ("", *SORTS):
        draft.refuse(tag.line, where, f"a tag with a sort of {', '.join(SORTS)} is expected")
    if not words.get("enc"):
        return _positional(draft, node, path, subfields, make)
    if words["enc"] == BER_TAG:
        return _ber(draft, path, subfields)
    return _tagged(draft, tag, path, words, subfields, make)


def _tag_words(draft: Draft, node: Node, where: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for key, inner in node.keys(draft, where).items():
        if key not in _TAG_KEYS:
            draft.refuse(inner.line, where, f"an unknown key: {plain_name(key, '')!r}")
        if key != "padding":
            words[key] = inner.text(draft, where)
            continue
        said = {word: text.text(draft, where) for word, text in inner.keys(draft, where).items()}
        words["padding"] = said.get("type", "")
        words["pad"] = said.get("pad", "")
        if len(words["pad"]) > 1:
            draft.refuse(inner.line, where, "one character is expected as pad of its tag")
    enc = words.get("enc", "")
    if enc and enc not in ENCODINGS:
        draft.refuse(node.line, where, f"an unknown enc of its tag: {plain_name(enc, '')!r}")
    return words


def _positional(
    draft: Draft, node: Node, path: str, subfields: Mapping[str, Node], make: MakePart
) -> PartsEntry | None:
    """One after the other, numbered from 1 on in the order of their keys; all of them, or none."""
    made: dict[str, FieldEntry] = {}
    for place, key in enumerate(by_number(subfields), 1):
        if entry := make(subfields[key], f"{path}.{place}"):
            made[str(place)] = entry
    if len(made) < len(subfields):
        draft.lose(node.line, f"field {path}", "without one of its parts: taken as a whole")
        return None
    shared, fields = settle(made)
    return PartsEntry(layout="positional", encodings=shared, fields=fields)


def _ber(draft: Draft, path: str, subfields: Mapping[str, Node]) -> PartsEntry:
    """Objects whose tags and lengths say all; of them we keep the names."""
    names: dict[str, FieldEntry] = {}
    for key, node in subfields.items():
        where = f"field {path}.{plain_name(key, '')}"
        words = node.keys(draft, where)
        prefix = words["prefix"].text(draft, where) if "prefix" in words else ""
        if prefix != BER_LENGTH:
            draft.refuse(node.line, where, f"a prefix of {BER_LENGTH} is expected")
        enc = words["enc"].text(draft, where) if "enc" in words else ""
        if enc not in ("Binary", "ASCIIToHex"):
            draft.lose(node.line, where, "its value is hexadecimal here, whatever it holds")
        text = words["description"].text(draft, where) if "description" in words else ""
        names[key] = FieldEntry(name=plain_name(text, key))
    return PartsEntry(layout="ber-tlv", fields=names)


def _tagged(
    draft: Draft,
    tag: Node,
    path: str,
    words: Mapping[str, str],
    subfields: Mapping[str, Node],
    make: MakePart,
) -> PartsEntry:
    """Tags of one length, each part behind a length of its own, all written alike."""
    where = f"field {path}"
    key = f"{where}: tag length"
    size = draft.number(tag.line, key, words.get("length", ""), 1, TAG_LENGTH_MAX)
    made: dict[str, FieldEntry] = {}
    for key in by_number(subfields):
        padded = _padded(key, words, size)
        if entry := make(subfields[key], f"{path}.{padded}"):
            made[padded] = entry
    lengths = {(parse_notation(said.format).prefix_digits, said.length) for said in made.values()}
    if len(lengths) != 1 or 0 in dict(lengths):
        draft.refuse(tag.line, where, "parts whose lengths are all written alike are expected")
    [(digits, length)] = lengths
    if words["enc"] not in _TAG_ENCODINGS:
        names = ", ".join([*_TAG_ENCODINGS, BER_TAG])
        draft.refuse(tag.line, where, f"a tag in one of {names} is expected")
    kind, encoding = _TAG_ENCODINGS[words["enc"]]
    shared, fields = settle(made)
    if shared.get(kind, encoding) != encoding:
        fields = made  # parts that share the class of the tag, but not how it is written
    heads = {"length": length, kind: encoding}
    width = notation("b", 0, (digits + 1) // 2) if length == "binary" else notation("n", 0, digits)
    return PartsEntry(
        layout="tlv",
        encodings=shared | heads,
        fields=fields,
        tag=notation(kind, 0, size),
        length=width,
    )


def _padded(key: str, words: Mapping[str, str], size: int) -> str:
    """*key* as its tag is written."""
    pad = words.get("pad", "") or " "
    if words.get("padding") == "Left":
        return key.rjust(size, pad)
    return key.ljust(size, pad) if words.get("padding") == "Right" else key


def _bitmap(
    draft: Draft, node: Node, path: str, subfields: Mapping[str, Node], make: MakePart
) -> PartsEntry:
    """Parts behind a bitmap of their own."""
    where = f"field {path}: bitmap"
    words = node.keys(draft, where)
    enc = words["enc"].text(draft, where) if "enc" in words else ""
    if enc not in BYTES:
        draft.refuse(node.line, where, "an enc of Binary or hex is expected")
    length = words["length"].text(draft, where) if "length" in words else f"{BITMAP_SIZE}"
    said = [words[key].text(draft, where) for key in _NO_EXPANSION if key in words]
    continues = "true" not in said
    size = draft.number(node.line, where, length, 1, BITMAP_SIZE * (1 if continues else 2))
    made: dict[str, FieldEntry] = {}
    for key in by_number(subfields):
        last = size * (16 if continues else 8)
        key_where, line = f"field {path}: part", subfields[key].line
        number = draft.number(line, key_where, key, 2 if continues else 1, last)
        if entry := make(subfields[key], f"{path}.{number}"):
            made[f"{number}"] = entry
    shared, fields = settle(made)
    heads = {"bitmap": BYTES[enc]}
    return PartsEntry(
        layout="bitmap", encodings=shared | heads, fields=fields, bitmap=size, continues=continues
    )
