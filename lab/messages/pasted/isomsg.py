"""The XML that a log writes of a message: ``<isomsg><field id="0" value="0800"/>…``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.fields import DIGITS
from cardswitch.specs.message import Message
from cardswitch.specs.xml import read_xml

from .piece import Piece
from .plain import INPUT_SIZE_MAX, read_hex

KIND: Final = "isomsg XML of a log"
DEPTH_MAX: Final = 8  # elements in each other; nobody has been seen to go deeper than 4
START: Final = re.compile(r"<isomsg[\s>/]")
_TAG: Final = re.compile(r"<(?P<end>/?)isomsg\b(?P<names>[^<>]*?)(?P<is_empty>/?)>")
_CUT_TAG: Final = re.compile(r"<isomsg\s[^<>]*\Z")
_ID: Final = re.compile(r"\sid\s*=")
_CDATA: Final = re.compile(r"<!\[CDATA\[[^\[]*?\]\]>")  # a value, in which tags are none


class Element(NamedTuple):
    """The *text* of an isomsg element that begins at *start*, and whether it *is_closed*."""

    text: str
    start: int
    is_closed: bool


def depth_after(line: str, depth: int) -> int:
    """How many isomsg elements are open behind *line*, when *depth* were before it."""
    for tag in _tags(line):
        depth = _depth_behind(tag, depth)
    return depth


def begins_anew(line: str) -> bool:
    """Whether *line* begins a message before it closes any: one that is open was cut off."""
    tag = next(_tags(line), None)
    return tag is not None and _is_outer(tag)


def elements(text: str) -> Iterator[Element]:
    """The outermost isomsg elements in *text*, without the words around them."""
    depth, start = 0, 0
    for tag in _tags(text):
        if depth and _is_outer(tag):
            yield Element(text[start : tag.start()], start, is_closed=False)
            depth = 0
        if not depth and tag["end"]:
            continue  # Its beginning is not here.
        start = start if depth else tag.start()
        depth = _depth_behind(tag, depth)
        if not depth:
            yield Element(text[start : tag.end()], start, is_closed=True)
    cut = _CUT_TAG.search(text)
    if depth or cut:
        start = start if depth or cut is None else cut.start()
        yield Element(text[start:], start, is_closed=False)


def _tags(text: str) -> Iterator[re.Match[str]]:
    return _TAG.finditer(_CDATA.sub(lambda value: " " * len(value[0]), text))


def _is_outer(tag: re.Match[str]) -> bool:
    """Whether *tag* begins a message: the log gives an id to each element in another."""
    return not tag["end"] and not _ID.search(tag["names"])


def _depth_behind(tag: re.Match[str], depth: int) -> int:
    if tag["end"]:
        return max(0, depth - 1)
    before = 0 if _is_outer(tag) else depth
    return before + (not tag["is_empty"])


def read_isomsg(text: str) -> Piece:
    """The message that the element *text* gives; FormatError where it gives none.

    >>> read_isomsg('<isomsg><field id="0" value="0800"/><field id="11" value="1"/></isomsg>')
    <isomsg XML of a log (0)>
    """
    if len(text) > INPUT_SIZE_MAX:
        raise FormatError(f"at most {INPUT_SIZE_MAX} characters of XML", code="input-size")
    try:
        root = read_xml(text, INPUT_SIZE_MAX)
    except FormatError:
        raise FormatError("XML that is well formed", code="input-form") from None
    fields: dict[int, str] = {}
    parts: dict[str, str] = {}
    header = b""
    for path, element in _leaves(root):
        number, _, below = path.partition(".")
        value = _value(element)
        if element.tag == "header":
            header = read_hex((element.text or "").strip().encode("utf-8", "replace"))
        elif below:
            parts[path] = value
        else:
            fields[int(number)] = value
    mti = fields.pop(0, "")
    if not fields and not parts:
        raise FormatError("fields in an isomsg element", code="input-form")
    message = Message(mti, dict(sorted(fields.items())), header)
    return Piece(kind=KIND, message=message, parts=parts, is_certain=True)


def _value(element: Any) -> str:
    """The value of a field; one with ``<`` in it is written as text between its tags."""
    text = element.text or ""
    value: str = element.get("value", text if text.strip() else "")
    return value


def _leaves(root: Any) -> Iterator[tuple[str, Any]]:
    """Fields with their paths, and the header, in the order of the text."""
    waiting: list[tuple[str, Any]] = [("", child) for child in reversed(list(root))]
    while waiting:
        above, element = waiting.pop()
        if element.tag == "header" and not above:
            yield "", element
            continue
        key = element.get("id", "")
        if not 0 < len(key) <= 4 or not DIGITS.issuperset(key):
            if element.tag not in ("field", "isomsg"):
                continue
            raise FormatError("a number as the id of each field", code="input-form")
        path = f"{above}.{int(key)}" if above else str(int(key))
        if path.count(".") > DEPTH_MAX:
            raise FormatError(f"at most {DEPTH_MAX} elements in each other", code="input-form")
        if element.tag == "isomsg":
            waiting += [(path, child) for child in reversed(list(element))]
        else:
            yield path, element
