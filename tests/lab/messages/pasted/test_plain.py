"""Hex and base64."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.outputs import write_bytes
from cardswitch.lab.messages.pasted.plain import read_base64, read_hex
from cardswitch.specs.errors import FormatError


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
