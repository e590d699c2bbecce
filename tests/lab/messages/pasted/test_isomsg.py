"""The XML of a log: fields, parts, a header; hostile XML is refused."""

import pytest

from cardswitch.lab.messages.pasted.isomsg import depth_after, elements, read_isomsg
from cardswitch.specs.errors import FormatError

ECHO = '<field id="0" value="0800"/><field id="11" value="000001"/>'


def test_fields_parts_and_a_header():
    deep = '<isomsg id="2"><field id="1" value="B"/></isomsg>'
    inner = f'<isomsg id="127"><field id="25" value="A"/>{deep}</isomsg>'
    piece = read_isomsg(f"<isomsg><header>6000</header>{ECHO}{inner}</isomsg>")
    assert (piece.message.mti, piece.message.fields) == ("0800", {11: "000001"})
    assert piece.message.header == b"\x60\x00"
    assert piece.parts == {"127.25": "A", "127.2.1": "B"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ('<field id="48"><![CDATA[<a>hello</a>]]></field>', "<a>hello</a>"),
        ('<field id="48"><![CDATA[ a < b ]]></field>', " a < b "),
        ('<field id="48">plain</field>', "plain"),
        ('<field id="48" value="A">B</field>', "A"),
        ('<field id="48">\n </field>', ""),
        ('<field id="48"/>', ""),
    ],
)
def test_a_value_with_signs_of_xml_is_the_text_of_its_element(field, value):
    assert read_isomsg(f"<isomsg>{ECHO}{field}</isomsg>").message.fields[48] == value


@pytest.mark.parametrize(
    "text",
    [
        "<isomsg>",
        "<isomsg/>",
        '<isomsg><field id="x" value="1"/></isomsg>',
        '<isomsg><field id="99999" value="1"/></isomsg>',
        '<!DOCTYPE a [<!ENTITY b "c">]><isomsg><field id="11" value="&b;"/></isomsg>',
        "<isomsg><header>zz</header>" + ECHO + "</isomsg>",
        "<isomsg>" + '<isomsg id="1">' * 20 + ECHO + "</isomsg>" * 21,
    ],
)
def test_what_is_no_message_is_refused(text):
    with pytest.raises(FormatError):
        read_isomsg(text)


def test_elements_are_found_among_words():
    text = f"<log> <isomsg>{ECHO}</isomsg> and <isomsg><isomsg id='3'/>{ECHO}</isomsg> </log>"
    assert [one.text.count("<isomsg") for one in elements(text)] == [1, 2]
    assert depth_after("<isomsg> <isomsg id='1'/>", 0) == 1
    assert depth_after("</isomsg>", 1) == 0
