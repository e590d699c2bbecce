"""The message in a line of a log, and lines that have none."""

from base64 import b64encode

import pytest

from cardswitch.lab.messages.pasted.lines import LINE_SIZE_MAX, read_line

WIRE = bytes.fromhex("0800 8220 0000 0000 0000 0400 0000 0000 0000")
TEXT = b"0800" + b"8220000000000000" + b"0400000000000000" + b"000001"


def begins(data):
    return data.startswith((WIRE[:10], TEXT[:20]))


def begins_as_text(data):
    return data.startswith(TEXT[:20])


@pytest.mark.parametrize(
    "line",
    [
        f"12:00:00 INFO sent {WIRE.hex()}",
        f"20261128 0001 {WIRE.hex(' ')} [ok]",
        f'{{"payload": "{WIRE.hex()}", "id": 7}}',
        f"sent={WIRE!r}",
        f"sent {[*WIRE]} to host",
        f"sent <Buffer {WIRE.hex(' ')}> to host",
        f"sent {WIRE.hex(':')} to host",
        f"sent {', '.join(f'0x{byte:02x}' for byte in WIRE)}",
        "sent " + "".join(f"\\x{byte:02x}" for byte in WIRE),
        f"sent 0x{WIRE.hex()} to host",
    ],
)  # fmt: skip
def test_a_message_among_words(line):
    assert [piece.data for piece in read_line(line, begins)] == [WIRE]


@pytest.mark.parametrize("line", ["in: {}", 'in: "{}"', "in=[{}]", "{}"])
def test_text_is_read_to_what_closes_it(line):
    found = read_line(line.format(TEXT.decode()), begins_as_text)
    assert [piece.data for piece in found] == [TEXT]


@pytest.mark.parametrize(
    "line",
    ["", "nothing", "trace 4bf92f3577b34da6a3ce929d0e0e4736", "0800 is an MTI", "[1, 2]", "b'x'",
     "0800" * LINE_SIZE_MAX],
)  # fmt: skip
def test_other_lines_have_none(line):
    assert read_line(line[: LINE_SIZE_MAX + 1], begins) == []


ANSWER = WIRE + b"\x01"
WAYS = {
    "hex": lambda data: data.hex(),
    "hex apart": lambda data: data.hex(" "),
    "hex behind 0x": lambda data: f"0x{data.hex()}",
    "colons": lambda data: data.hex(":"),
    "a literal": repr,
    "escapes": lambda data: "".join(f"\\x{byte:02x}" for byte in data),
    "a list": lambda data: str([*data]),
    "a Buffer": lambda data: f"<Buffer {data.hex(' ')}>",
    "base64": lambda data: b64encode(data).decode(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "line", ["req={} rsp={}", '12:00 {{"req":"{}","rsp":"{}"}}', "[{}] -> [{}]", "{}, {} in 12 ms"]
)
def test_all_messages_of_a_line_are_read_in_their_order(line, way):
    given = line.format(WAYS[way](WIRE), WAYS[way](ANSWER))
    assert [piece.data for piece in read_line(given, begins)] == [WIRE, ANSWER]


@pytest.mark.parametrize(
    "line",
    [
        f"20261128 {WIRE.hex(' ')} |.. ......|",
        f"sent {WIRE.hex()} ({WIRE.hex(' ').upper()})",
        f"mti 0800 8220 sent {WIRE.hex()}",
        f"sent {WIRE.hex()}, of {WIRE[:10].hex()}",
    ],
)
def test_a_message_that_is_written_in_two_forms_is_one(line):
    assert len(read_line(line, begins)) == 1


@pytest.mark.parametrize("view", [f"|{TEXT.decode()}|", f"{TEXT!r}", TEXT.decode()])
def test_hex_and_the_same_as_text_are_one(view):
    [piece] = read_line(f"sent {TEXT.hex()} | {view}", begins_as_text)
    assert piece.data == TEXT


def test_a_message_that_was_sent_twice_is_two():
    assert len(read_line(f"first {WIRE.hex()} again {WIRE.hex()}", begins)) == 2


@pytest.mark.timeout(20)
@pytest.mark.parametrize("word", ["0x", "X00", "0X", "0xX0"])
def test_a_word_of_masks_that_ends_as_none_is_looked_at_once(word):
    line = f"sent {word * (LINE_SIZE_MAX // len(word) - 10)}z"
    assert read_line(line, begins) == []
