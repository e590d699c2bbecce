"""Dialects from jPOS GenericPackager files: XML that gives each field a class, a length, a name.

Values read the same. jPOS fills up what is too short when it writes, and cuts nothing off when it
reads; ours writes no value that has not its full length.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from ..dialect.file import DialectFile, FieldEntry, PartsEntry
from ..grammar.bitmap import (
    FIELD_MAX,
    IN_FIELD_65,
    SECOND,
    SECOND_MAX,
    THIRD,
    TOGETHER,
    parse_bitmaps,
)
from ..grammar.fields import LENGTH_MAX
from ..grammar.prefixes import Prefix
from .drafts import Draft, Imported, plain_name
from .jpos_classes import (
    BITMAP_CLASSES,
    BY_PAD,
    BY_PAD_F,
    FIELD_CLASSES,
    MTI_CLASSES,
    NOTHING,
    PART_PACKAGERS,
    TAGGED,
    WHOLE_PACKAGERS,
    FieldClass,
    bare_class,
)
from .layouts import first_sign, notation, settle
from .xml_reader import Element, read_xml

HEADER_LENGTH_MAX: Final = 128  # bytes; the longest that schemes use have 22
BITMAP_LENGTHS: Final = (8, 16, 24)
_TRACKS: Final = (35, 36)  # numeric by class, but with the separator of a track
_ELEMENTS: Final = ("isofield", "isofieldpackager")


def import_jpos(text: str, path: str, version: str = "0") -> Imported:
    """The dialect of the GenericPackager *text* found at *path*, and what it cannot say.

    *version* is the first digit of its MTIs, which the file does not tell. DialectError with path
    and line for what is wrong in it, and for a class that is not known here, by its name.
    """
    draft = Draft(path)
    root = read_xml(draft, text)
    if root.tag != "isopackager":
        draft.refuse(root.line, root.tag, "a root element 'isopackager' is expected")
    children = _children(draft, root, "field")
    encodings, bitmaps, tertiary = _message(draft, root, children)
    highest = parse_bitmaps(bitmaps, tertiary).highest
    parts: dict[str, PartsEntry] = {}
    entries: dict[str, FieldEntry] = {}
    for number, element in children.items():
        if number in (0, SECOND, THIRD):
            continue
        where = f"field {number}"
        if number > highest:
            draft.lose(element.line, where, f"above {highest}, the last of the bitmap: left out")
        elif entry := _field(draft, element, where, number in _TRACKS):
            entries[str(number)] = entry
            _parts(draft, element, str(number), parts)
    _one_sign(draft, children, entries)
    shared, fields = settle(entries)
    title = plain_name(root.attributes.get("name", ""), "imported from a jPOS packager")
    header = _header(draft, root)
    written = DialectFile(
        extends="",
        title=title,
        version=version,
        bitmaps=bitmaps,
        tertiary=tertiary,
        header=header,
        encodings=encodings | shared,
        fields=fields,
        parts=parts,
    )
    return draft.done(written)


# A message: its MTI, its bitmaps, its header ------------------------------------------------------


def _message(
    draft: Draft, root: Element, children: Mapping[int, Element]
) -> tuple[dict[str, str], str, str]:
    """How MTI and bitmap are written, how many bytes of it there are, where a third one stands."""
    for key, only in (("emitBitmap", "true"), ("bitmapField", "1"), ("firstField", "2")):
        said = root.attributes.get(key, only)
        if said != only:
            draft.refuse(root.line, key, f"{only!r} alone makes messages of ISO 8583")
    for number, name in ((0, "MTI"), (SECOND, "bitmap")):
        if number not in children:
            draft.refuse(root.line, f"field {number}", f"the {name} is expected there")
    mti, bitmap = children[0], children[SECOND]
    if _length(draft, mti, "field 0") != 4:
        draft.refuse(mti.line, "field 0", "a length of 4 is expected")
    size = _length(draft, bitmap, "field 1")
    if size not in BITMAP_LENGTHS:
        draft.refuse(bitmap.line, "field 1", "a length of 8, 16 or 24 bytes is expected")
    encodings = {
        "mti": _known(draft, mti, "field 0", MTI_CLASSES),
        "bitmap": _known(draft, bitmap, "field 1", BITMAP_CLASSES),
    }
    third = TOGETHER if size == BITMAP_LENGTHS[-1] else _third(draft, root, children)
    # With a length of 8 theirs never reads a second bitmap.
    return encodings, str(size) if size == BITMAP_LENGTHS[0] and not third else "", third


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


def _known(draft: Draft, element: Element, where: str, classes: Mapping[str, str]) -> str:
    name = _class_name(draft, element, where)
    if name not in classes:
        draft.refuse(element.line, where, f"one of {', '.join(classes)} is expected, seen {name!r}")
    return classes[name]


def _header(draft: Draft, root: Element) -> dict[str, FieldEntry]:
    """The bytes before the MTI, which jPOS hands on as they are."""
    size = draft.number(
        root.line, "headerLength", _attribute(root, "headerLength", "0"), 0, HEADER_LENGTH_MAX
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


# Fields -------------------------------------------------------------------------------------------


def _children(draft: Draft, parent: Element, what: str) -> dict[int, Element]:
    """The fields in *parent* by their numbers, ascending; none twice."""
    found: dict[int, Element] = {}
    for element in parent.children:
        if element.tag not in _ELEMENTS:
            draft.refuse(element.line, element.tag, f"one of {', '.join(_ELEMENTS)} is expected")
        text = _attribute(element, "id")
        number = draft.number(element.line, f"{what} id", text, 0, FIELD_MAX)
        if number in found:
            first = found[number].line
            draft.refuse(element.line, f"{what} {number}", f"stands on line {first} already")
        found[number] = element
    return dict(sorted(found.items()))


def _field(draft: Draft, element: Element, where: str, is_track: bool = False) -> FieldEntry | None:
    """What *element* says of a field, every encoding named; None where it is left out."""
    name = _class_name(draft, element, where)
    if name == NOTHING:
        draft.lose(element.line, where, f"{name} is a bit without a value: left out")
        return None
    if name not in FIELD_CLASSES:
        known = "a class of another place" if name in BITMAP_CLASSES else "an unknown class"
        draft.refuse(element.line, where, f"{known}: {name!r}")
    made = FIELD_CLASSES[name]
    if made.loss:
        draft.lose(element.line, where, f"{name}: {made.loss}")
    length = _length(draft, element, where) - made.more
    length = _fitting(draft, element, where, made, length)
    kind = "z" if is_track and made.kind == "n" and made.digits else made.kind
    return FieldEntry(
        name=plain_name(_attribute(element, "name"), where),
        format=notation(kind, made.digits, length),
        encoding=_filled_up(draft, element, where, made.encoding),
        length=made.length,
        count=made.count,
    )


def _fitting(draft: Draft, element: Element, where: str, made: FieldClass, length: int) -> int:
    """*length*, if the class can have it."""
    if length < 1:
        draft.refuse(element.line, where, "a longer length is expected")
    if not made.digits:
        return length
    most = Prefix(made.digits, made.length).maximum
    if made.count == "nibbles":
        return min(length, most // 2)  # jPOS lets more be said, and fails when it writes more
    counted = (length + 1) // 2 if made.kind == "n" and made.count == "bytes" else length
    if counted > most:
        draft.refuse(element.line, where, f"a length of at most {most} is expected")
    return length


def _filled_up(draft: Draft, element: Element, where: str, encoding: str) -> str:
    """*encoding*, where `pad` decides on which side an odd digit is filled up."""
    pad = _attribute(element, "pad", "false")
    if pad not in ("true", "false"):
        draft.refuse(element.line, where, "pad: true or false is expected")
    if encoding not in (BY_PAD, BY_PAD_F):
        return encoding
    if pad == "true":
        return "bcd"
    return "bcd right 0" if encoding == BY_PAD else "bcd right F"


def _one_sign(
    draft: Draft, elements: Mapping[int, Element], entries: dict[str, FieldEntry]
) -> None:
    """Leave out amounts whose sign is written otherwise than that of the first."""
    first = first_sign(entries)
    for key, entry in list(entries.items()):
        if first_sign({key: entry}) not in ("", first):
            problem = "amounts with signs in ASCII and in EBCDIC do not mix: left out"
            draft.lose(elements[int(key)].line, f"field {key}", problem)
            del entries[key]


def _length(draft: Draft, element: Element, where: str) -> int:
    text = _attribute(element, "length")
    return draft.number(element.line, f"{where}: length", text, 0, LENGTH_MAX)


def _class_name(draft: Draft, element: Element, where: str) -> str:
    name = bare_class(element.attributes.get("class", ""))
    if not name:
        draft.refuse(element.line, where, "a class is expected")
    return plain_name(name, "")


def _attribute(element: Element, key: str, default: str = "") -> str:
    return element.attributes.get(key, default).strip()


# Parts --------------------------------------------------------------------------------------------


def _parts(draft: Draft, element: Element, path: str, parts: dict[str, PartsEntry]) -> None:
    """Add what the field at *path* is made of, and its parts in turn, to *parts*."""
    where = f"field {path}"
    if element.tag != "isofieldpackager":
        if element.children:
            draft.refuse(element.line, where, "parts are expected in an isofieldpackager alone")
        return
    packager = plain_name(bare_class(_attribute(element, "packager")), "")
    if packager in WHOLE_PACKAGERS:
        draft.lose(element.line, where, f"parts made by {packager} are left out")
        return
    if packager not in PART_PACKAGERS:
        draft.refuse(element.line, where, f"an unknown packager: {packager!r}")
    children = _children(draft, element, f"{where} part")
    children.pop(0, None) if _is_placeholder(children.get(0)) else None
    parts[path] = entry = _layout(draft, element, where, packager, children)
    entries: dict[str, FieldEntry] = {}
    for place, (number, child) in enumerate(children.items(), 1):
        key = f"{number:02}" if entry.layout == "ltv" else str(number)
        if entry.layout == "positional" and place != number:
            draft.lose(child.line, f"{where}.{number}", f"is part {place} here: they count from 1")
            key = str(place)
        if made := _part(draft, child, f"field {path}.{key}", entry.layout):
            entries[key] = made
            _parts(draft, child, f"{path}.{key}", parts)
    shared, fields = settle(entries)
    parts[path] = replace(entry, encodings=entry.encodings | shared, fields=fields)


def _is_placeholder(element: Element | None) -> bool:
    """Whether part 0 stands there only because the packager counts from 0."""
    return element is not None and _attribute(element, "length") == "0"


def _part(draft: Draft, element: Element, where: str, layout: str) -> FieldEntry | None:
    """One part; in LLTT its own length and tag are of the layout, not of the part."""
    if layout != "ltv":
        return _field(draft, element, where)
    length = _fitting(draft, element, where, FieldClass(kind="ans"), _length(draft, element, where))
    name = plain_name(_attribute(element, "name"), where)
    return FieldEntry(
        name=name, format=notation("ans", 2, length), encoding="ascii", length="ascii"
    )


def _layout(
    draft: Draft, element: Element, where: str, packager: str, children: dict[int, Element]
) -> PartsEntry:
    """How the parts of *element* stand; takes its bitmap, and what is not written, from them."""
    header = _header_of_parts(draft, element, where, packager)
    if _attribute(element, "emitBitmap", "true") == "true":
        return _bitmap_layout(draft, element, where, header, children)
    names = {bare_class(child.attributes.get("class", "")) for child in children.values()}
    if TAGGED in names:
        if names != {TAGGED}:
            draft.refuse(element.line, where, f"parts of {TAGGED} alone are expected")
        heads = {"n": "ascii"}
        return PartsEntry(layout="ltv", encodings=heads, tag="n 2", length="n 2", counts_tag=True)
    first = draft.number(
        element.line, f"{where}: firstField", _attribute(element, "firstField", "1"), 0, FIELD_MAX
    )
    for number in [number for number in children if number < first]:
        if number == 0 and packager == "GenericPackager":
            continue  # there it is what the MTI is to a message
        problem = "jPOS neither reads nor writes it: left out"
        draft.lose(children.pop(number).line, f"{where}.{number}", problem)
    return PartsEntry(layout="positional", header=header)


def _header_of_parts(draft: Draft, element: Element, where: str, packager: str) -> int:
    """The bytes before the parts, which a packager of subfields does not know."""
    text = _attribute(element, "headerLength", "0")
    size = draft.number(element.line, f"{where}: headerLength", text, 0, HEADER_LENGTH_MAX)
    return size if packager == "GenericPackager" else 0


def _bitmap_layout(
    draft: Draft, element: Element, where: str, header: int, children: dict[int, Element]
) -> PartsEntry:
    """Parts behind a bitmap of their own, of 8 bytes or of 16."""
    key = f"{where}: bitmapField"
    number = draft.number(element.line, key, _attribute(element, "bitmapField", "1"), 0, FIELD_MAX)
    if number not in children:
        draft.refuse(element.line, key, f"part {number} is expected to be the bitmap")
    bitmap = children.pop(number)
    encoding = _known(draft, bitmap, f"{where}.{number}", BITMAP_CLASSES)
    size = _length(draft, bitmap, f"{where}.{number}")
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
