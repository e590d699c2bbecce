"""XML of banks and of logs: read without a DTD and within bounds; written path by path."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .errors import FormatError


def read_xml(content: bytes | str, size_max: int) -> Element:
    """The root of *content*, of at most *size_max* bytes or characters. Raises FormatError.

    >>> read_xml(b"<a><b>1</b></a>", 100).findtext("b")
    '1'
    >>> read_xml(b'<?xml version="1.0" encoding="none"?><a/>', 100)
    Traceback (most recent call last):
    cardswitch.specs.errors.FormatError: expected XML without a DTD, seen LookupError
    """
    if len(content) > size_max:
        unit = "bytes" if isinstance(content, bytes) else "characters"
        raise FormatError(f"at most {size_max} {unit} of XML", seen=str(len(content)))
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        # ValueError and LookupError: an encoding that is no text, or none that is known.
        raise FormatError("XML without a DTD", seen=type(error).__name__) from None
    return root


def drop_namespace(root: Element) -> str:
    """Take the namespace of *root* off all tags that have it, and return it.

    >>> root = read_xml('<a xmlns="urn:x"><b/></a>', 100)
    >>> drop_namespace(root), root.tag, root[0].tag
    ('urn:x', 'a', 'b')
    """
    namespace = root.tag.partition("}")[0].removeprefix("{") if root.tag[:1] == "{" else ""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{namespace}}}")
    return namespace


def text_of(element: Element, path: str) -> str:
    """What stands at *path* below *element*, without blanks at its ends; empty if nothing does."""
    return (element.findtext(path) or "").strip()


def add_text(parent: Element, path: str, text: str) -> Element:
    """Write *text* into a new element at the end of *path* below *parent*; that element.

    >>> root = Element("a")
    >>> add_text(root, "b/c", "1").tag, root.findtext("b/c")
    ('c', '1')
    """
    element = parent
    for tag in path.split("/"):
        element = ET.SubElement(element, tag)
    element.text = text
    return element
