"""The message in a line of a log, and lines that have none."""

import pytest

from cardswitch.lab.messages.pasted.lines import LINE_SIZE_MAX, read_line

WIRE = bytes.fromhex("0800 8220 0000 0000 0000 0400 0000 0000 0000")
TEXT = b"0800" + b"8220000000000000" + b"0400000000000000" + b"000001"


def begins(data):
    return data.startswith((WIRE[:10], TEXT[:20]))


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
    assert read_line(line, begins).data == WIRE


@pytest.mark.parametrize("line", ["in: {}", 'in: "{}"', "in=[{}]", "{}"])
def test_text_is_read_to_what_closes_it(line):
    found = read_line(line.format(TEXT.decode()), lambda data: data.startswith(TEXT[:20]))
    assert found.data == TEXT


@pytest.mark.parametrize(
    "line",
    ["", "nothing", "trace 4bf92f3577b34da6a3ce929d0e0e4736", "0800 is an MTI", "[1, 2]", "b'x'",
     "0800" * LINE_SIZE_MAX],
)  # fmt: skip
def test_other_lines_have_none(line):
    assert read_line(line[: LINE_SIZE_MAX + 1], begins) is None
