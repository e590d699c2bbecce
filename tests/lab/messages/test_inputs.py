"""lab.messages.inputs: one message or many, from whatever people have."""

import gzip
import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.inputs import read_items, stream_items
from cardswitch.lab.messages.outputs import write_messages
from cardswitch.lab.messages.pasted.plain import INPUT_SIZE_MAX
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

POS, ASCII = load_dialect("pos"), load_dialect("iso87-ascii")
ECHOES = [Message("0800", {11: f"{n:06d}", 70: "301"}) for n in range(3)]


def faulty(items):
    """Where the items come from that cannot be read."""
    return [item.origin for item in items if item.fault is not None]


def wires(dialect):
    return [dialect.pack(echo) for echo in ECHOES]


@pytest.mark.parametrize("dialect", [POS, ASCII])
@pytest.mark.parametrize("form", ["hex", "base64", "pcap"])
def test_what_is_written_is_read(dialect, form):
    given = write_messages(wires(dialect), form)
    for asked in ("auto", {"pcap": "pcap"}.get(form, "lines")):
        items = read_items(given, asked, dialect)
        assert [item.data for item in items] == wires(dialect)
        assert all(item.origin for item in items)


def test_one_message_is_one_item_without_an_origin():
    [item] = read_items(wires(POS)[0], "auto", POS)
    assert (item.data, item.origin) == (wires(POS)[0], "")
    pasted = wires(POS)[0].hex(" ").replace("00 00", "00\n00").encode()
    [item] = read_items(pasted, "auto", POS)
    assert (item.data, item.origin) == (wires(POS)[0], "")


def test_json_lines_are_messages():
    lines = "\n".join(
        json.dumps({"mti": e.mti, "fields": {str(n): v for n, v in e.fields.items()}})
        for e in ECHOES
    )
    items = read_items(lines.encode(), "auto", POS)
    assert [item.read(POS) for item in items] == ECHOES
    assert [item.origin for item in items] == ["line 1", "line 2", "line 3"]


def test_a_bad_line_does_not_take_the_others_with_it():
    given = b"\n".join([wires(POS)[0].hex().encode(), b"zz", wires(POS)[1].hex().encode()])
    items = read_items(given, "lines", POS)
    assert faulty(items) == ["line 2"]
    document = b'{"mti": "0800", "fields": {"11": "000001"}}\n{"mti": "0800"}\n'
    assert faulty(read_items(document, "json", POS)) == ["line 2"]


def test_a_byte_0a_of_a_message_ends_no_line():
    wire = bytes.fromhex("0800 0020000000000000 0A0800")
    assert read_items(wire, "raw", POS)[0].data == wire
    assert len(read_items(wire, "auto", POS)) == 1


@pytest.mark.parametrize("skip", [0, 5])
def test_a_header_is_left_out_of_every_message(skip):
    header = bytes.fromhex("6000010000")[:skip]
    given = write_messages([header + wire for wire in wires(POS)], "pcap")
    assert [item.data for item in read_items(given, "auto", POS, skip)] == wires(POS)


def test_a_capture_without_messages_says_what_may_help():
    with pytest.raises(FormatError, match="framing"):
        read_items(write_messages([], "pcap"), "auto", POS)


def one(text, form, dialect, skip=0):
    """The one message that *text* writes."""
    [item] = read_items(text, form, dialect, skip)
    return item.data


@pytest.mark.parametrize("name", list_dialects())
@given(data=st.data())
def test_auto_finds_out_what_it_is(name, data):
    dialect = load_dialect(name)
    wire = dialect.pack(data.draw(messages(dialect)))
    for written in wire.hex().encode(), b64encode(wire), wire:
        assert one(written, "auto", dialect) == wire
    header = data.draw(st.binary(min_size=5, max_size=5))
    assert one((header + wire).hex().encode(), "auto", dialect, skip=5) == wire


ECHO = b"0800822000000000000004000000000000001123130500000001301"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_line_end_of_a_text_is_not_part_of_it(end):
    assert one(ECHO + end, "auto", ASCII) == ECHO
    assert one(ECHO + end, "raw", ASCII) == ECHO + end


def test_a_line_end_in_binary_is_data():
    wire = bytes.fromhex("0800 0020000000000001 000001 0123456789ABCD0A")
    assert one(wire, "auto", POS) == wire


def test_there_must_be_something_left_after_the_header():
    with pytest.raises(FormatError, match="more than 2 bytes, seen 2 bytes"):
        one(b"0200", "hex", POS, skip=2)


@pytest.mark.parametrize("form", ["auto", "hex", "raw", "base64"])
def test_too_much_of_one_message_is_refused(form):
    with pytest.raises(FormatError, match=f"at most {INPUT_SIZE_MAX} bytes"):
        one(b" " * (INPUT_SIZE_MAX + 1), form, POS)


@pytest.mark.parametrize(("given", "skip", "at"), [(b"08 00 2g", 0, 7), (b"60 0800:20", 1, 7)])
def test_hex_that_goes_wrong_further_on_is_wrong_hex(given, skip, at):
    with pytest.raises(FormatError, match="a hexadecimal digit") as refused:
        one(given, "auto", POS, skip)
    assert refused.value.offset == at
    assert one(b"0200 x", "auto", ASCII) == b"0200 x"


# Large and packed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lead", [b"", b"12:00:00 INFO sent "])
def test_text_of_any_size_is_read_to_its_end(lead):
    line = lead + wires(POS)[0].hex().encode() + b"\n"
    count = INPUT_SIZE_MAX // len(line) + 500
    items = list(stream_items([line * count], "auto", POS))
    assert len(items) == count
    assert items[-1].origin == f"line {count}"
    assert all(item.data == wires(POS)[0] for item in items)


def test_json_lines_of_any_size_are_read_to_their_end():
    line = b'{"mti": "0800", "fields": {"11": "000001", "70": "301"}}\n'
    count = INPUT_SIZE_MAX // len(line) + 500
    assert sum(1 for _ in stream_items([line] * count, "auto", POS)) == count


@pytest.mark.parametrize("form", ["hex", "pcap"])
def test_gzip_is_read(form):
    given = gzip.compress(write_messages(wires(POS), form))
    assert [item.data for item in read_items(given, "auto", POS)] == wires(POS)


# Masked, framed, and known by its fields alone ----------------------------------------------------

MASKED = "0200 4020000000000000 16 411111XXXXXX1111 000001"


def test_masked_places_are_unknown_and_the_rest_is_read():
    [item] = read_items(MASKED.encode(), "auto", POS)
    assert item.look(POS).message.fields == {2: "411111??????1111", 11: "000001"}
    with pytest.raises(FormatError, match="not masked"):
        item.read(POS)


def test_what_stands_before_the_mti_is_named_and_strictly_refused():
    given = b"6000010000" + wires(POS)[0].hex().encode()
    [item] = read_items(given, "auto", POS)
    assert (item.lead.size, item.look(POS).message) == (5, ECHOES[0])
    with pytest.raises(FormatError, match="--skip 5"):
        item.read(POS)


def test_an_isomsg_element_is_its_fields_even_where_nobody_can_write_them():
    text = '<isomsg><field id="0" value="0800"/><field id="11" value="{}"/></isomsg>'
    [item] = read_items(text.format("000001").encode(), "auto", POS)
    assert item.read(POS) == item.look(POS).message == Message("0800", {11: "000001"})
    [item] = read_items(text.format("__0001").encode(), "auto", POS)
    assert item.look(POS).message == Message("0800", {11: "__0001"})
    with pytest.raises(FormatError):
        item.read(POS)


def test_parts_in_an_isomsg_element_make_their_field():
    parts = "".join(f'<field id="{n}" value="{v}"/>' for n, v in [(1, "20"), (2, "00"), (3, "10")])
    text = f'<isomsg><field id="0" value="0200"/><isomsg id="3">{parts}</isomsg></isomsg>'
    [item] = read_items(text.encode(), "auto", POS)
    assert item.read(POS) == Message("0200", {3: "200010"})


@pytest.mark.parametrize("missing", [0, 20])
def test_a_length_that_looks_like_an_mti_is_a_length(missing):
    """240 bytes with a length of 0240 before them, which is an MTI as well."""
    message = ASCII.pack(Message("0200", {3: "000000", 11: "000007", 48: "X" * 205}))
    assert len(message) == 240
    frame = b"0240" + message
    [item] = read_items(frame[: len(frame) - missing], "auto", ASCII)
    assert item.lead is not None
    assert (item.lead.size, item.lead.missing) == (4, missing)


@pytest.mark.parametrize("form", ["auto", "hex", "raw", "json", "lines", "vbs"])
def test_a_framing_is_of_captures_alone(form):
    with pytest.raises(FormatError, match="--framing is of captures alone"):
        read_items(b"0800", form, POS, framing="ascii4")
