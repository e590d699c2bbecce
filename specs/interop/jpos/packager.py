"""Dialects from jPOS GenericPackager files: XML that gives each field a class, a length, a name.

Values read the same. jPOS fills up what is too short when it writes, and cuts nothing off when it
reads; ours writes no value that has not its full length.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...dialect.file import DialectFile, FieldEntry, PartsEntry
from ...grammar.bitmap import IN_FIELD_65, SECOND, SECOND_MAX, THIRD, TOGETHER, parse_bitmaps
from ..drafts import Draft, Imported, plain_name
from ..layouts import notation, settle
from ..xml_reader import Element, read_xml
from .classes import BITMAP_CLASSES, MTI_CLASSES, bare_class
from .fields import (
    BITMAP_LENGTHS,
    HEADER_LENGTH_MAX,
    attribute,
    children_of,
    field_of,
    known_class,
    length_of,
    one_sign,
)
from .parts import add_parts

_TRACKS: Final = (35, 36)  # numeric by class, but with the separator of a track


def import_jpos(
    text: str, path: str, version: str = "", classes: Mapping[str, str] = {}
) -> Imported:
    """The dialect of the GenericPackager *text* found at *path*, and what it cannot say.

    *version* is the first digit of its MTIs, which the file does not tell; *classes* are those of
    one's own, each with the class of jPOS that it is like. DialectError with path and line for all
    that is wrong in it, and for each class that is not known here, by its name.
    """
    draft = Draft(path, classes)
    root = read_xml(draft, text)
    if root.tag != "isopackager":
        draft.refuse(root.line, root.tag, "a root element 'isopackager' is expected")
    children = children_of(draft, root, "field")
    encodings = {"mti": "ascii", "bitmap": "hex"}
    bitmaps, tertiary = "", ""
    with draft.going_on():
        encodings["mti"] = _mti(draft, root, children)
    with draft.going_on():
        encodings["bitmap"], bitmaps, tertiary = _bitmap(draft, root, children)
    highest = parse_bitmaps(bitmaps, tertiary).highest
    parts: dict[str, PartsEntry] = {}
    entries: dict[str, FieldEntry] = {}
    for number, element in children.items():
        if number in (0, SECOND, THIRD):
            continue
        where = f"field {number}"
        if number > highest:
            draft.lose(element.line, where, f"above {highest}, the last of the bitmap: left out")
            continue
        with draft.going_on():
            if entry := field_of(draft, element, where, number in _TRACKS):
                entries[str(number)] = add_parts(draft, element, str(number), entry, parts)
    one_sign(draft, children, entries)
    shared, fields = settle(entries)
    written = DialectFile(
        title=plain_name(root.attributes.get("name", ""), "imported from a jPOS packager"),
        version=version,
        bitmaps=bitmaps,
        tertiary=tertiary,
        header=_header(draft, root),
        encodings=encodings | shared,
        fields=fields,
        parts=parts,
    )
    return draft.done(written)


# A message: its MTI, its bitmaps, its header ------------------------------------------------------


def _mti(draft: Draft, root: Element, children: Mapping[int, Element]) -> str:
    """How the MTI is written."""
    for key, only in (("emitBitmap", "true"), ("bitmapField", "1"), ("firstField", "2")):
        said = root.attributes.get(key, only)
        if said != only:
            draft.refuse(root.line, key, f"{only!r} alone makes messages of ISO 8583")
    if 0 not in children:
        draft.refuse(root.line, "field 0", "the MTI is expected there")
    if length_of(draft, children[0], "field 0") != 4:
        draft.refuse(children[0].line, "field 0", "a length of 4 is expected")
    return known_class(draft, children[0], "field 0", MTI_CLASSES)


def _bitmap(draft: Draft, root: Element, children: Mapping[int, Element]) -> tuple[str, str, str]:
    """How the bitmap is written, how many bytes of it there are, where a third one stands."""
    if SECOND not in children:
        draft.refuse(root.line, f"field {SECOND}", "the bitmap is expected there")
    bitmap = children[SECOND]
    size = length_of(draft, bitmap, "field 1")
    if size not in BITMAP_LENGTHS:
        draft.refuse(bitmap.line, "field 1", "a length of 8, 16 or 24 bytes is expected")
    encoding = known_class(draft, bitmap, "field 1", BITMAP_CLASSES)
    third = TOGETHER if size == BITMAP_LENGTHS[-1] else _third(draft, root, children)
    # With a length of 8 theirs never reads a second bitmap.
    return encoding, str(size) if size == BITMAP_LENGTHS[0] and not third else "", third


def _third(draft: Draft, root: Element, children: Mapping[int, Element]) -> str:
    """``field 65`` where a bitmap stands there, and fields that it says."""
    third = children.get(THIRD)
    if root.attributes.get("thirdBitmapField", str(THIRD)) != str(THIRD):
        draft.refuse(root.line, "thirdBitmapField", f"only {THIRD} can be carried")
    if third is None:
        return ""
    is_bitmap = bare_class(third.attributes.get("class", "")) in BITMAP_CLASSES
    if is_bitmap and max(children) > SECOND_MAX:
        return IN_FIELD_65
    draft.lose(third.line, f"field {THIRD}", "its bit says that a third bitmap follows: left out")
    return ""


def _header(draft: Draft, root: Element) -> dict[str, FieldEntry]:
    """The bytes before the MTI, which jPOS hands on as they are."""
    size = draft.number(
        root.line, "headerLength", attribute(root, "headerLength", "0"), 0, HEADER_LENGTH_MAX
    )
    if not size:
        return {}
    draft.lose(root.line, "headerLength", "a message without a header is written with zeros")
    zeros = "00" * size
    return {
        "1": FieldEntry(
            name="header", format=notation("b", 0, size), encoding="binary", value=zeros
        )
    }
