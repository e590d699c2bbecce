"""specs.parts.layout: octets of values, bodies in a format, and nothing secret in a repr."""

import pytest

from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.grammar.encodings import encoding_of
from cardswitch.specs.grammar.fields import make_field, parse_notation
from cardswitch.specs.parts.layout import Layout, Part, octets_of, read_body, write_body

CARD_NUMBER = "9999990000000011"


def field(notation, encoding):
    return make_field("7", "it", parse_notation(notation), encoding_of(encoding), "ascii")


@pytest.mark.parametrize(("value", "binary"), [("", True), ("00FF", True), ("ÿ\0a", False)])
def test_octets_of_a_value_and_back(value, binary):
    assert Layout(binary).text(octets_of(value, binary)) == value


@pytest.mark.parametrize(
    ("page", "value", "size"), [("latin-1", "Zürich", 6), ("cp1252", "5 €", 3), ("utf-8", "€ü", 5)]
)
def test_a_text_with_national_letters_has_the_octets_of_its_page(page, value, size):
    layout = Layout(binary=False, page=page)
    assert len(layout.octets(value)) == size
    assert layout.text(layout.octets(value)) == value


def test_what_a_page_does_not_have_is_refused_and_not_kept():
    with pytest.raises(EncodeError, match="characters that cp1252 has") as caught:
        Layout(binary=False, page="cp1252").octets("カ", EncodeError)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("value", "binary"), [("0", True), ("ff", True), ("0G", True), ("٣٣", True), ("€", False)]
)
def test_what_has_no_octets(value, binary):
    with pytest.raises(DecodeError):
        octets_of(value, binary)
    with pytest.raises(EncodeError) as caught:
        octets_of(CARD_NUMBER + value, binary, EncodeError)
    assert CARD_NUMBER not in str(caught.value)


@pytest.mark.parametrize(
    ("notation", "encoding", "octets", "value"),
    [
        ("n 3", "bcd", "0123", "123"),
        ("n 4", "bcd", "0123", "0123"),
        ("n..19", "bcd", "0123", "0123"),
        ("n 3", "ascii", "313233", "123"),
        ("an..8", "ebcdic-500", "C1F1", "A1"),
        ("b 2", "binary", "0A1B", "0A1B"),
        ("b..8", "binary", "0A1B", "0A1B"),
        ("b..8", "hex", "30413142", "0A1B"),
        ("n 3", "bcd", "", ""),
        ("an..8", "ascii", "", ""),
    ],
)
def test_bodies_are_read_and_written(notation, encoding, octets, value):
    form, data = field(notation, encoding), bytes.fromhex(octets)
    assert read_body(form, b"?" + data + b"?", 1, 1 + len(data)) == value
    assert write_body(form, value) == data


@pytest.mark.parametrize(
    ("notation", "encoding", "octets"),
    [
        ("n 3", "bcd", "01"),
        ("n 3", "bcd", "012345"),
        ("n..4", "bcd", "012345"),
        ("n 3", "bcd", "1123"),
        ("n..9", "ascii", "3A"),
        ("b..8", "hex", "303132"),
        ("b..8", "hex", "30" * 18),
    ],
)
def test_bodies_that_break_their_format(notation, encoding, octets):
    data = bytes.fromhex(octets)
    with pytest.raises(DecodeError) as caught:
        read_body(field(notation, encoding), data, 0, len(data))
    assert caught.value.field == "7"


def test_an_odd_number_of_packed_digits_would_not_come_back():
    assert write_body(field("n..4", "bcd"), "1234") == b"\x124"
    with pytest.raises(EncodeError, match="in pairs"):
        write_body(field("n..4", "bcd"), "123")


def test_no_value_is_shown():
    part = Part(
        key="5A", name="account", value=CARD_NUMBER, start=0, end=10, raw=CARD_NUMBER.encode()
    )
    assert repr(part) == "<5A (10)>"
    assert repr(Part(key="\x1b[", name="", value="", start=0, end=2, raw=b"")) == "<\\x1b[ (2)>"


def test_what_every_layout_does():
    layout = Layout(binary=True)
    one, two = (
        Part(key="1", name="", value="A", start=0, end=1, raw=b"A"),
        Part(key="2", name="", value="B", start=1, end=2, raw=b"B"),
    )
    assert layout.join([one, two]) == b"AB"
    assert layout.place([one], two) == [one, two]
    assert layout.drop([one, one, two], two) == [one, one]
    assert (layout.inner("1"), layout.field("1")) == (None, None)
    assert layout.is_empty([])
    assert not layout.is_empty([one])
    with pytest.raises(NotImplementedError):
        layout.split(b"")
    with pytest.raises(NotImplementedError):
        layout.make("1", "")
