"""Dialects from j8583 configurations: XML with a header, a template and a guide for each MTI.

Fields stand there by MTI; here they are those of all messages together. Whether messages are binary
stands in the program that reads the file: what is made here is text, as if nothing were said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..dialect.file import DialectFile, FieldEntry, PartsEntry
from ..grammar.bitmap import SECOND, SECOND_MAX, THIRD
from ..grammar.fields import LENGTH_MAX
from .drafts import Draft, Imported, plain_name
from .layouts import notation, settle
from .xml_reader import Element, read_xml

_ROOT: Final = "j8583-config"
# Types of one length, in characters.
_FIXED: Final[Mapping[str, int]] = {
    "AMOUNT": 12,
    "DATE14": 14,
    "DATE12": 12,
    "DATE10": 10,
    "DATE6": 6,
    "DATE4": 4,
    "DATE_EXP": 4,
    "TIME": 6,
}
_SIZED: Final[Mapping[str, str]] = {"NUMERIC": "n", "ALPHA": "ans", "BINARY": "b"}
_VARIABLE: Final = re.compile("(L{2,4})(VAR|BIN|BCDBIN)")
_EXCLUDED: Final = "exclude"
_MTI: Final = re.compile("[0-9]{3,4}")
_HEADER_MAX: Final = 64  # characters; those that are seen have 12
_KINDS: Final = (
    "parse",
    "template",
)  # guides tell how messages are read, and count before the others
_BINARY: Final = (
    "messages are taken as text: setUseBinaryMessages and the like stand in the program"
)


def import_j8583(text: str, path: str, version: str = "") -> Imported:
    """The dialect of the j8583 configuration *text* found at *path*, and what it cannot say.

    *version* is the first digit of its MTIs, if not that of the first. DialectError with path and
    line for all that is wrong in it.
    """
    draft = Draft(path)
    root = read_xml(draft, text)
    if root.tag != _ROOT:
        draft.refuse(root.line, root.tag, f"a root element {_ROOT!r} is expected")
    draft.lose(0, "encodings", _BINARY)
    mtis: list[str] = []
    for element in _messages(root):
        with draft.going_on():
            mtis.append(_mti_of(draft, element))
    entries, parts = _fields(draft, root)
    header = _header(draft, root)
    shared, fields = settle(entries)
    written = DialectFile(
        title="imported from a j8583 configuration",
        version=version or (mtis[0][0] if mtis else ""),
        header=header,
        encodings={"mti": "ascii", "bitmap": "hex", **shared},
        fields=fields,
        parts=parts,
    )
    return draft.done(written)


def _messages(root: Element) -> Iterator[Element]:
    """What is said of messages: guides before templates."""
    for kind in _KINDS:
        yield from (element for element in root.children if element.tag == kind)


def _mti_of(draft: Draft, element: Element) -> str:
    """The MTI of a guide or template; its first zero may be missing."""
    said = element.attributes.get("type", "")
    if not _MTI.fullmatch(said):
        draft.refuse(element.line, element.tag, "a type of 3 or 4 digits is expected")
    return said.rjust(4, "0")


def _fields(draft: Draft, root: Element) -> tuple[dict[str, FieldEntry], dict[str, PartsEntry]]:
    """All fields of all messages; of one that is said otherwise later the first counts."""
    entries: dict[str, FieldEntry] = {}
    parts: dict[str, PartsEntry] = {}
    for child in root.children:
        if child.tag not in ("header", *_KINDS):
            with draft.going_on():
                draft.refuse(
                    child.line, child.tag, f"one of header, {', '.join(_KINDS)} is expected"
                )
    for message in _messages(root):
        for element in message.children:
            with draft.going_on():
                _add(draft, element, entries, parts)
    numbers = sorted(entries, key=int)
    return {key: entries[key] for key in numbers}, parts


def _add(
    draft: Draft, element: Element, entries: dict[str, FieldEntry], parts: dict[str, PartsEntry]
) -> None:
    if element.tag != "field":
        draft.refuse(element.line, element.tag, "a field is expected")
    number = draft.number(element.line, "num", element.attributes.get("num", ""), 1, SECOND_MAX)
    where = f"field {number}"
    if element.attributes.get("type") == _EXCLUDED:
        return
    if number in (SECOND, THIRD):
        draft.lose(element.line, where, "its bit says that a bitmap follows: left out")
        return
    entry = _entry(draft, element, where)
    known = entries.setdefault(str(number), entry)
    if entry != known:
        problem = f"another message says {known.format}, and the first one counts"
        draft.lose(element.line, where, f"{entry.format}: {problem}")
    elif element.children and str(number) not in parts:
        _add_parts(draft, element, str(number), parts)


def _add_parts(draft: Draft, element: Element, path: str, parts: dict[str, PartsEntry]) -> None:
    """What the field at *path* is made of: parts one after the other."""
    entries: dict[str, FieldEntry] = {}
    for place, child in enumerate(element.children, 1):
        entries[str(place)] = _entry(draft, child, f"field {path}.{place}")
    shared, fields = settle(entries)
    parts[path] = PartsEntry(layout="positional", encodings=shared, fields=fields)
    for place, child in enumerate(element.children, 1):
        if child.children:
            _add_parts(draft, child, f"{path}.{place}", parts)


def _entry(draft: Draft, element: Element, where: str) -> FieldEntry:
    """What *element* says of a field, as text."""
    name = element.attributes.get("type", "")
    variable = _VARIABLE.fullmatch(name)
    length = element.attributes.get("length", "")
    if name in _FIXED:
        form = notation("n", 0, _FIXED[name])
    elif name in _SIZED:
        most = draft.number(element.line, f"{where}: length", length, 1, LENGTH_MAX)
        form = notation(_SIZED[name], 0, most)
    elif variable:
        digits = len(variable[1])
        most = 10**digits - 1
        # Bytes are hexadecimal digits in text, and a length counts those.
        form = notation("ans" if variable[2] == "VAR" else "b", digits, most)
        form = notation("b", digits, most // 2) if form.startswith("b") else form
    else:
        draft.refuse(element.line, where, f"an unknown type: {plain_name(name, '')!r}")
    encoding = "hex" if form.startswith("b") else "ascii"
    return FieldEntry(name=where, format=form, encoding=encoding, length="ascii")


def _header(draft: Draft, root: Element) -> dict[str, FieldEntry]:
    """The text before the MTI, if all messages have one of one length."""
    texts = {
        element.line: element.text.strip()
        for element in root.children
        if element.tag == "header" and "ref" not in element.attributes
    }
    sizes = {len(text) for text in texts.values()}
    if not texts:
        return {}
    line, text = next(iter(texts.items()))
    if (
        len(sizes) > 1
        or not 0 < len(text) <= _HEADER_MAX
        or not (text.isascii() and text.isprintable())
    ):
        draft.lose(line, "header", "headers of one length in ASCII are carried alone: left out")
        return {}
    draft.lose(line, "header", "one for each MTI: a message that brings none gets this one")
    form = notation("ans", 0, len(text))
    return {"1": FieldEntry(name="header", format=form, encoding="ascii", value=text)}
