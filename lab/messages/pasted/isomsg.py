"""The XML that a log writes of a message: ``<isomsg><field id="0" value="0800"/>…``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.fields import DIGITS
from cardswitch.specs.message import Message
from cardswitch.specs.xml import read_xml

from .piece import Piece
from .plain import INPUT_SIZE_MAX, read_hex

KIND: Final = "isomsg XML of a log"
DEPTH_MAX: Final = 8  # elements in each other; nobody has been seen to go deeper than 4
START: Final = re.compile(r"<isomsg[\s>/]")
_TAG: Final = re.compile(r"<(/?)isomsg\b[^<>]*?(/?)>")


def depth_after(line: str, depth: int) -> int:
    """How many isomsg elements are open behind *line*, when *depth* were before it."""
    for tag in _TAG.finditer(line):
        depth += -1 if tag[1] else not tag[2]
    return depth


def elements(text: str) -> Iterator[str]:
    """The outermost isomsg elements in *text*, without the words around them."""
    depth, start = 0, 0
    for tag in _TAG.finditer(text):
        start = tag.start() if depth == 0 else start
        depth += -1 if tag[1] else not tag[2]
        if depth == 0:
            yield text[start : tag.end()]


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
        value = element.get("value", "")
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
