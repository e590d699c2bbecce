"""One field of a packager: its number, its class, its length, its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...dialect.file import FieldEntry
from ...grammar.bitmap import FIELD_MAX
from ...grammar.fields import LENGTH_MAX
from ...grammar.prefixes import Prefix
from ..drafts import Draft, plain_name
from ..layouts import first_sign, notation
from ..xml_reader import Element
from .classes import (
    BITMAP_CLASSES,
    BY_PAD,
    BY_PAD_F,
    FIELD_CLASSES,
    NOTHING,
    FieldClass,
    bare_class,
)

HEADER_LENGTH_MAX: Final = 128  # bytes; the longest that schemes use have 22
BITMAP_LENGTHS: Final = (8, 16, 24)
_ELEMENTS: Final = ("isofield", "isofieldpackager")
_VALIDATOR: Final = "validator"  # how elements end that say what a value must be


def children_of(draft: Draft, parent: Element, what: str) -> dict[int, Element]:
    """The fields in *parent* by their numbers, ascending; of one that stands twice the last."""
    found: dict[int, Element] = {}
    for element in without_validators(draft, parent):
        with draft.going_on():
            number = _number(draft, element, what)
            if number in found:
                draft.say_again(found[number].line, f"{what} {number}", element.line)
            found[number] = element
    return dict(sorted(found.items()))


def without_validators(draft: Draft, parent: Element, where: str = "") -> list[Element]:
    """The elements in *parent*, which is at *where*, but those that say what a value must be."""
    for element in parent.children:
        if element.tag.endswith(_VALIDATOR):
            place = " ".join(filter(None, (where, plain_name(element.tag, ""))))
            draft.lose(element.line, place, "what it checks is not carried")
    return [one for one in parent.children if not one.tag.endswith(_VALIDATOR)]


def _number(draft: Draft, element: Element, what: str) -> int:
    if element.tag not in _ELEMENTS:
        draft.refuse(element.line, element.tag, f"one of {', '.join(_ELEMENTS)} is expected")
    return draft.number(element.line, f"{what} id", attribute(element, "id"), 0, FIELD_MAX)


def field_of(
    draft: Draft, element: Element, where: str, is_track: bool = False
) -> FieldEntry | None:
    """What *element* says of a field, every encoding named; None where it is left out."""
    name = class_name(draft, element, where)
    if name == NOTHING:
        draft.lose(element.line, where, f"{name} is a bit without a value: left out")
        return None
    if name not in FIELD_CLASSES:
        if name in BITMAP_CLASSES:
            draft.refuse(element.line, where, f"a class of another place: {name!r}")
        hint = f"try --class {name}=IFA_LLCHAR, or whichever class of jPOS it is like"
        draft.refuse(element.line, where, f"an unknown class: {name!r}; {hint}")
    made = FIELD_CLASSES[name]
    if made.loss:
        draft.lose(element.line, where, f"{name}: {made.loss}")
    length = fitting(draft, element, where, made, length_of(draft, element, where) - made.more)
    kind = "z" if is_track and made.kind == "n" and made.digits else made.kind
    return FieldEntry(
        name=plain_name(attribute(element, "name"), where),
        format=notation(kind, made.digits, length),
        encoding=_filled_up(draft, element, where, made.encoding),
        length=made.length,
        count=made.count,
    )


def fitting(draft: Draft, element: Element, where: str, made: FieldClass, length: int) -> int:
    """*length*, if the class can have it."""
    if not 1 <= length <= LENGTH_MAX:  # filled ones count their own length as well
        side = "longer" if length < 1 else "shorter"
        draft.refuse(element.line, where, f"a {side} length is expected")
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
    pad = attribute(element, "pad", "false")
    if pad not in ("true", "false"):
        draft.refuse(element.line, where, "pad: true or false is expected")
    if encoding not in (BY_PAD, BY_PAD_F):
        return encoding
    if pad == "true":
        return "bcd"
    return "bcd right 0" if encoding == BY_PAD else "bcd right F"


def one_sign(draft: Draft, elements: Mapping[int, Element], entries: dict[str, FieldEntry]) -> None:
    """Leave out amounts whose sign is written otherwise than that of the first."""
    first = first_sign(entries)
    for key, entry in list(entries.items()):
        if first_sign({key: entry}) not in ("", first):
            problem = "amounts with signs in ASCII and in EBCDIC do not mix: left out"
            draft.lose(elements[int(key)].line, f"field {key}", problem)
            del entries[key]


def length_of(draft: Draft, element: Element, where: str) -> int:
    """The length that *element* says."""
    text = attribute(element, "length")
    return draft.number(element.line, f"{where}: length", text, 0, LENGTH_MAX)


def class_name(draft: Draft, element: Element, where: str, key: str = "class") -> str:
    """The class that *key* of *element* names: that of jPOS which one's own is said to be like."""
    name = bare_class(element.attributes.get(key, ""))
    if not name:
        draft.refuse(element.line, where, f"a {key} is expected")
    return plain_name(bare_class(draft.classes.get(name, name)), "")


def known_class(draft: Draft, element: Element, where: str, classes: Mapping[str, str]) -> str:
    """What the class of *element* is among *classes*."""
    name = class_name(draft, element, where)
    if name not in classes:
        draft.refuse(element.line, where, f"one of {', '.join(classes)} is expected, seen {name!r}")
    return classes[name]


def attribute(element: Element, key: str, default: str = "") -> str:
    """What *element* says under *key*, without the blanks around it."""
    return element.attributes.get(key, default).strip()
