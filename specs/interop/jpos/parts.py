"""What a field of a packager is made of: parts one after the other, or behind a bitmap."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ...dialect.file import FieldEntry, PartsEntry
from ...grammar.bitmap import FIELD_MAX
from ..drafts import Draft, plain_name
from ..layouts import notation, settle
from ..xml_reader import Element
from .classes import BITMAP_CLASSES, FIELD_CLASSES, NOTHING, TAGGED, FieldClass, bare_class
from .fields import (
    BITMAP_LENGTHS,
    HEADER_LENGTH_MAX,
    attribute,
    children_of,
    class_name,
    field_of,
    fitting,
    known_class,
    length_of,
    without_validators,
)
from .tagged import TAGGED_PACKAGERS, tagged_layout

PACKAGER: Final = "GenericPackager"
SUBFIELD_PACKAGER: Final = "GenericSubFieldPackager"
# As the one before, but its bitmap is part 0, has 8 bytes and never goes on.
BASE1_PACKAGER: Final = "Base1SubFieldPackager"
BASE1_BITMAP: Final = "Base1_BITMAP126"


def add_parts(
    draft: Draft, element: Element, path: str, entry: FieldEntry, parts: dict[str, PartsEntry]
) -> FieldEntry:
    """Add what the field at *path* is made of, and its parts in turn, to *parts*; its *entry*.

    What is not known costs the parts, and not the file: the field is carried whole.
    """
    where = f"field {path}"
    if element.tag != "isofieldpackager":
        if without_validators(draft, element, where):
            draft.refuse(element.line, where, "parts are expected in an isofieldpackager alone")
        return entry
    packager = class_name(draft, element, where, "packager")
    children = children_of(draft, element, f"{where} part")
    if packager in TAGGED_PACKAGERS:
        made, entry = tagged_layout(draft, element, where, packager, children, entry)
        if made is not None:
            parts[path] = made
    elif packager not in (PACKAGER, SUBFIELD_PACKAGER, BASE1_PACKAGER):
        hint = f"--class {packager}={SUBFIELD_PACKAGER}, or another, says what it is like"
        draft.lose(element.line, where, f"parts made by {packager} are left out; {hint}")
    elif unknown := _unknown(draft, where, children):
        problem = f"its parts are left out: an unknown class: {unknown!r}"
        draft.lose(element.line, where, problem)
    else:
        _add_untagged(draft, element, path, packager, children, parts)
    return entry


def _unknown(draft: Draft, where: str, children: dict[int, Element]) -> str:
    """The first class of *children* that nobody here knows, if there is one."""
    known = {NOTHING, TAGGED, BASE1_BITMAP, *BITMAP_CLASSES, *FIELD_CLASSES}
    names = [class_name(draft, child, where) for child in children.values()]
    return next((name for name in names if name not in known), "")


def _add_untagged(
    draft: Draft,
    element: Element,
    path: str,
    packager: str,
    children: dict[int, Element],
    parts: dict[str, PartsEntry],
) -> None:
    where = f"field {path}"
    children.pop(0, None) if _is_placeholder(children.get(0)) else None
    parts[path] = entry = _layout(draft, element, where, packager, children)
    entries: dict[str, FieldEntry] = {}
    for place, (number, child) in enumerate(children.items(), 1):
        key = f"{number:02}" if entry.layout == "ltv" else str(number)
        if entry.layout == "positional" and place != number:
            draft.lose(child.line, f"{where}.{number}", f"is part {place} here: they count from 1")
            key = str(place)
        with draft.going_on():
            if made := _part(draft, child, f"field {path}.{key}", entry.layout):
                entries[key] = add_parts(draft, child, f"{path}.{key}", made, parts)
    shared, fields = settle(entries)
    parts[path] = replace(entry, encodings=entry.encodings | shared, fields=fields)


def _is_placeholder(element: Element | None) -> bool:
    """Whether part 0 stands there only because the packager counts from 0."""
    return element is not None and attribute(element, "length") == "0"


def _part(draft: Draft, element: Element, where: str, layout: str) -> FieldEntry | None:
    """One part; in LLTT its own length and tag are of the layout, not of the part."""
    if layout != "ltv":
        return field_of(draft, element, where)
    length = fitting(
        draft, element, where, FieldClass(kind="ans"), length_of(draft, element, where)
    )
    name = plain_name(attribute(element, "name"), where)
    return FieldEntry(
        name=name, format=notation("ans", 2, length), encoding="ascii", length="ascii"
    )


def _layout(
    draft: Draft, element: Element, where: str, packager: str, children: dict[int, Element]
) -> PartsEntry:
    """How the parts of *element* stand; takes its bitmap, and what is not written, from them."""
    header = _header_of_parts(draft, element, where, packager)
    if packager == BASE1_PACKAGER:
        return _base1_layout(draft, where, children)
    if attribute(element, "emitBitmap", "true") == "true":
        return _bitmap_layout(draft, element, where, header, children)
    names = {bare_class(child.attributes.get("class", "")) for child in children.values()}
    if TAGGED in names:
        if names != {TAGGED}:
            draft.refuse(element.line, where, f"parts of {TAGGED} alone are expected")
        heads = {"n": "ascii"}
        return PartsEntry(layout="ltv", encodings=heads, tag="n 2", length="n 2", counts_tag=True)
    first = draft.number(
        element.line, f"{where}: firstField", attribute(element, "firstField", "1"), 0, FIELD_MAX
    )
    for number in [number for number in children if number < first]:
        if number == 0 and packager == PACKAGER:
            continue  # there it is what the MTI is to a message
        problem = "jPOS neither reads nor writes it: left out"
        draft.lose(children.pop(number).line, f"{where}.{number}", problem)
    return PartsEntry(layout="positional", header=header)


def _header_of_parts(draft: Draft, element: Element, where: str, packager: str) -> int:
    """The bytes before the parts, which a packager of subfields does not know."""
    text = attribute(element, "headerLength", "0")
    size = draft.number(element.line, f"{where}: headerLength", text, 0, HEADER_LENGTH_MAX)
    return size if packager == PACKAGER else 0


def _base1_layout(draft: Draft, where: str, children: dict[int, Element]) -> PartsEntry:
    """Parts behind 8 bytes of bitmap that stand as part 0, or one after the other."""
    bitmap = children.get(0)
    classes = {**BITMAP_CLASSES, BASE1_BITMAP: BITMAP_CLASSES["IFB_BITMAP"]}
    if bitmap is None or class_name(draft, bitmap, where) not in classes:
        return PartsEntry(layout="positional")
    encoding = known_class(draft, children.pop(0), f"{where}.0", classes)
    return PartsEntry(layout="bitmap", encodings={"bitmap": encoding}, bitmap=BITMAP_LENGTHS[0])


def _bitmap_layout(
    draft: Draft, element: Element, where: str, header: int, children: dict[int, Element]
) -> PartsEntry:
    """Parts behind a bitmap of their own, of 8 bytes or of 16."""
    key = f"{where}: bitmapField"
    number = draft.number(element.line, key, attribute(element, "bitmapField", "1"), 0, FIELD_MAX)
    if number not in children:
        draft.refuse(element.line, key, f"part {number} is expected to be the bitmap")
    bitmap = children.pop(number)
    encoding = known_class(draft, bitmap, f"{where}.{number}", BITMAP_CLASSES)
    size = length_of(draft, bitmap, f"{where}.{number}")
    if not 1 <= size <= BITMAP_LENGTHS[1]:
        draft.refuse(bitmap.line, f"{where}.{number}", "a length of 1 to 16 bytes is expected")
    heads = {"bitmap": encoding}
    if size <= BITMAP_LENGTHS[0]:
        return PartsEntry(layout="bitmap", encodings=heads, bitmap=size, header=header)
    if 1 not in children:  # the other half is there only where bit 1 says so
        half = BITMAP_LENGTHS[0]
        return PartsEntry(
            layout="bitmap", encodings=heads, bitmap=half, continues=True, header=header
        )
    problem = "its bit 1 is a part's and says that more follows: jPOS cannot read what it writes"
    draft.lose(bitmap.line, f"{where}.{number}", problem)
    size = BITMAP_LENGTHS[0] if max(children) <= BITMAP_LENGTHS[0] * 8 else size
    return PartsEntry(layout="bitmap", encodings=heads, bitmap=size, header=header)
