"""lab.messages.inputs: one message or many, from whatever people have."""

import json

import pytest

from cardswitch.lab.messages.inputs import CAPTURE_SIZE_MAX, is_capture, read_items, size_limit
from cardswitch.lab.messages.outputs import write_messages
from cardswitch.lab.messages.pasted import INPUT_SIZE_MAX
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
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
    assert read_items(pasted, "auto", POS) == [item]


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


def test_how_much_is_read():
    assert is_capture(write_messages([], "pcap"))
    assert size_limit(b"\xd4\xc3\xb2\xa1") == CAPTURE_SIZE_MAX
    assert size_limit(b"0800") == INPUT_SIZE_MAX
