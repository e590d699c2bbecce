"""XML of strangers ends in elements or in one error; what is written is read back."""

from xml.etree.ElementTree import Element, tostring

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.xml import add_text, drop_namespace, read_xml, text_of

HOSTILE = [
    b"",
    b"<a>",
    b"<a>" * 1_000,
    b"\xff\xfe<\x00a\x00",
    b"<!DOCTYPE a><a/>",
    b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    *(b'<?xml version="1.0" encoding="%s"?><a/>' % name for name in (b"none", b"hex", b"idna")),
]


@pytest.mark.parametrize("content", HOSTILE)
def test_hostile_xml_is_refused(content):
    with pytest.raises(FormatError, match=r"XML without a DTD, seen [A-Z]"):
        read_xml(content, 10_000)


@pytest.mark.parametrize(("content", "unit"), [(b"<a/>", "bytes"), ("<a/>", "characters")])
def test_what_is_too_long_is_not_looked_at(content, unit):
    assert read_xml(content, 4).tag == "a"
    with pytest.raises(FormatError, match=f"at most 3 {unit} of XML, seen 4"):
        read_xml(content, 3)


def test_only_the_namespace_of_the_root_goes():
    root = read_xml('<a xmlns="urn:x"><b> 1 </b><c xmlns="urn:y"/></a>', 100)
    assert drop_namespace(root) == "urn:x"
    assert [each.tag for each in root.iter()] == ["a", "b", "{urn:y}c"]
    assert (text_of(root, "b"), text_of(root, "d")) == ("1", "")
    assert drop_namespace(read_xml("<a/>", 100)) == ""


def test_what_is_written_is_read_back():
    root = Element("a")
    assert add_text(root, "b/c", "<1>") is root[0][0]
    add_text(root, "b", "2")
    assert tostring(root) == b"<a><b><c>&lt;1&gt;</c></b><b>2</b></a>"
    assert text_of(read_xml(tostring(root), 100), "b/c") == "<1>"
