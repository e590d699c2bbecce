"""XML as elements that know their lines: no entities, nothing fetched, nothing endless.

A DOCTYPE with a public DTD is read over, as jPOS files carry one; defusedxml refuses the rest.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from msgspec import Struct

from .drafts import FOREIGN_DEPTH_MAX, FOREIGN_SIZE_MAX, Draft


class Element(Struct, gc=False):
    """One element, on *line*; *text* is all of its own, that between its children among it."""

    tag: str
    line: int
    attributes: dict[str, str]
    children: list[Element]
    text: str = ""


class _Builder:
    """What expat finds, as elements; it asks the parser for lines, which is set afterwards."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.parser: Any = None
        self.top = Element("", 0, {}, [])
        self.open = [self.top]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        line = self.parser.parser.CurrentLineNumber
        if len(self.open) > FOREIGN_DEPTH_MAX:
            self.draft.refuse(line, tag, f"at most {FOREIGN_DEPTH_MAX} elements in each other")
        element = Element(tag, line, dict(attributes), [])
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, tag: str) -> None:
        """It ends."""
        self.open.pop()

    def data(self, text: str) -> None:
        """Text of the element that is open."""
        self.open[-1].text += text

    def close(self) -> Element:
        """The element that holds all others."""
        return self.top.children[0]


def read_xml(draft: Draft, text: str) -> Element:
    """The root element of *text*; DialectError with the line where it is not XML, or hostile.

    >>> read_xml(Draft("a.xml"), "<a>\\n <b c='1'/>\\n</a>").children[0].line
    2
    """
    if len(text) > FOREIGN_SIZE_MAX:
        draft.refuse(0, "XML", f"at most {FOREIGN_SIZE_MAX} characters are expected")
    builder = _Builder(draft)
    # A DTD may be named, not fetched: entities, which could make it dangerous, are refused.
    parser: Any = DefusedXMLParser(target=builder, forbid_dtd=False)
    builder.parser = parser
    try:
        parser.feed(text.encode())
        root: Element = parser.close()
    except ParseError as error:
        draft.refuse(error.position[0], "XML", "this is not well formed")
    except DefusedXmlException as error:
        problem = f"entities are not read ({type(error).__name__})"
        draft.refuse(parser.parser.CurrentLineNumber, "XML", problem)
    except (ValueError, LookupError):  # an encoding that is no text, or none that is known
        draft.refuse(1, "XML", "text in UTF-8 is expected")
    return root
