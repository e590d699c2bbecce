"""What is pasted: hex, base64, raw, and which of them it is."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.pasted import (
    INPUT_SIZE_MAX,
    read_base64,
    read_bytes,
    read_hex,
    write_bytes,
)
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.strategies import messages

ASCII = load_dialect("iso87-ascii")
POS = load_dialect("pos")
ECHO = b"0800822000000000000004000000000000001123130500000001301"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"0200", "0200"),
        (b" 02\t00\r\n4a 0 B ", "02004a0b"),
        (b"", ""),
        (b"02:00", 2),
        (b"0x0200", 1),
        (b"02\xa000", 2),
        ("٠٢".encode(), 0),
        (b"02_00", 2),
        (b"+2", 0),
        (b"020", None),
    ],
)
def test_hex_is_digits_and_white_space_alone(text, expected):
    if isinstance(expected, str):
        assert read_hex(text).hex() == expected
        return
    with pytest.raises(FormatError) as refused:
        read_hex(text)
    assert refused.value.offset == expected


@pytest.mark.parametrize("text", [b"AgA", b"AgA=x", b"=AgA", b"A*A="])
def test_base64_that_is_not_whole_is_refused(text):
    with pytest.raises(FormatError):
        read_base64(text)


@given(st.binary())
def test_what_is_written_is_read(data):
    assert read_hex(write_bytes(data, "hex")) == data
    assert read_base64(write_bytes(data, "base64")) == data
    assert write_bytes(data, "raw") == data


@pytest.mark.parametrize("name", list_dialects())
@given(data=st.data())
def test_auto_finds_out_what_it_is(name, data):
    dialect = load_dialect(name)
    wire = dialect.pack(data.draw(messages(dialect)))
    for written in wire.hex().encode(), b64encode(wire), wire:
        assert read_bytes(written, "auto", dialect) == wire
    header = data.draw(st.binary(min_size=5, max_size=5))
    assert read_bytes((header + wire).hex().encode(), "auto", dialect, skip=5) == wire


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_line_end_of_a_text_is_not_part_of_it(end):
    assert read_bytes(ECHO + end, "auto", ASCII) == ECHO
    assert read_bytes(ECHO + end, "raw", ASCII) == ECHO + end


def test_a_line_end_in_binary_is_data():
    wire = bytes.fromhex("0800 0020000000000001 000001 0123456789ABCD0A")
    assert read_bytes(wire, "auto", POS) == wire


def test_there_must_be_something_left_after_the_header():
    with pytest.raises(FormatError, match="more than 2 bytes, seen 2 bytes"):
        read_bytes(b"0200", "hex", POS, skip=2)


def test_too_much_is_refused():
    with pytest.raises(FormatError, match="of input"):
        read_bytes(b" " * (INPUT_SIZE_MAX + 1), "hex", POS)


@pytest.mark.parametrize(("given", "skip", "at"), [(b"08 00 2x", 0, 7), (b"60 0800:20", 1, 7)])
def test_hex_that_goes_wrong_further_on_is_wrong_hex(given, skip, at):
    with pytest.raises(FormatError, match="a hexadecimal digit") as refused:
        read_bytes(given, "auto", POS, skip)
    assert refused.value.offset == at
    assert read_bytes(b"0200 x", "auto", ASCII) == b"0200 x"
