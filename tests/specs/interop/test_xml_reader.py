"""specs.interop.xml_reader: elements with their lines, whatever the text."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.drafts import FOREIGN_DEPTH_MAX, FOREIGN_SIZE_MAX, Draft
from cardswitch.specs.interop.xml_reader import Element, read_xml


def test_elements_know_their_lines():
    root = read_xml(Draft("x"), '<a>\n text\n <b c="1"/>\n <!-- d -->\n <e><f/></e></a>')
    assert [(child.tag, child.line) for child in root.children] == [("b", 3), ("e", 5)]
    assert root.children[0].attributes == {"c": "1"}


def test_a_dtd_is_named_and_not_fetched():
    text = '<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "http://nowhere.invalid/a.dtd">\n<a/>'
    assert read_xml(Draft("x"), text).line == 3


def nested(depth):
    return "<a>" * depth + "</a>" * depth


def test_as_deep_as_may_be():
    assert read_xml(Draft("x"), nested(FOREIGN_DEPTH_MAX)).tag == "a"
    with pytest.raises(DialectError, match="in each other"):
        read_xml(Draft("x"), nested(FOREIGN_DEPTH_MAX + 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a b='1' b='2'/>",
        "<a>&b;</a>",
        "<?xml version='1.0' encoding='utf-99'?><a/>",
        "<?xml version='1.0' encoding='utf-16'?><a/>",
        "<a>\x00</a>",
        "<a>\ud800</a>",
        "x" * (FOREIGN_SIZE_MAX + 1),
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "&c;">]><a/>',
    ],
)
def test_what_is_refused(text):
    with pytest.raises(DialectError, match=r"^bad\.xml"):
        read_xml(Draft("bad.xml"), text)


@given(st.text(alphabet="<>/abc='\"!&;?[]- \nDOCTYPENI%", max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(DialectError):
        assert isinstance(read_xml(Draft("x"), text), Element)
