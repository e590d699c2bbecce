"""specs.interop.j8583: guides and templates read as text; the fields of all messages together."""

import pytest

from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.j8583 import import_j8583
from tests.kit.samples.foreign import made, pairs, sample

SAMPLE = import_j8583(sample("j8583.xml"), "j8583.xml")
DIALECT = made(SAMPLE)
HEADER = b"ISO015000050"


def test_every_type_is_a_form_of_ours():
    assert {key: entry.format for key, entry in SAMPLE.written.fields.items()} == {
        "3": "n 6",
        "4": "n 12",
        "7": "n 10",
        "12": "n 6",
        "13": "n 4",
        "14": "n 4",
        "35": "ans..99",
        "41": "ans 8",
        "48": "ans...999",
        "52": "b 8",
        "55": "b...499",
        "60": "ans....9999",
        "62": "b..49",
    }


def test_what_cannot_be_carried_is_told_with_its_line():
    assert pairs(SAMPLE.losses) == [
        (0, "encodings"),
        (0, "characters"),
        (5, "header"),
        (29, "field 65"),
        (32, "field 12"),
    ]


def test_a_message_is_read_behind_its_header_as_hexadecimal_text():
    wire = HEADER + b"0200" + b"1000000000011200" + b"000000001250"
    wire += b"008AB04123X" + b"0123456789ABCDEF" + b"0109F36020007"
    message = DIALECT.unpack(wire)
    assert dict(message.fields) == {
        4: "000000001250",
        48: "AB04123X",
        52: "0123456789ABCDEF",
        55: "9F36020007",
    }
    assert [DIALECT.read(message, path) for path in ("48.1", "48.2.1", "48.2.2")] == [
        "AB",
        "123",
        "X",
    ]
    assert DIALECT.pack(message) == wire


def test_headers_of_many_lengths_are_left_out():
    text = sample("j8583.xml").replace('type="0210" ref="0200"/>', 'type="0210">ISO</header>')
    assert import_j8583(text, "x.xml").written.header == {}


def test_the_edition_is_that_of_its_mtis():
    assert (
        import_j8583(
            sample("j8583.xml").replace('"0200"', '"1200"').replace('"200"', '"1200"'), "x"
        ).written.version
        == "1"
    )


def test_all_faults_are_told_at_once_and_no_value_with_them():
    text = sample("j8583.xml").replace("DATE10", "DAY").replace('length="8">TERM0001', ">TERM0001")
    with pytest.raises(DialectError) as caught:
        import_j8583(text, "bad.xml")
    told = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in told] == ["bad.xml, line 9", "bad.xml, line 20"]
    assert "TERM0001" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<isopackager/>", "j8583-config"),
        ("<j8583-config><oops/></j8583-config>", "parse, template"),
        ('<j8583-config><parse type="x"/></j8583-config>', "3 or 4 digits"),
        ('<j8583-config><parse type="200"><x/></parse></j8583-config>', "a field is expected"),
        (
            '<j8583-config><parse type="200"><field num="129" type="TIME"/></parse></j8583-config>',
            "num",
        ),
    ],
)
def test_what_is_no_configuration_is_refused(text, words):
    with pytest.raises(DialectError, match=words):
        import_j8583(text, "bad.xml")
