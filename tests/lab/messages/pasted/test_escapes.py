"""Escapes of Python, C, Java and JavaScript; all that Python writes of bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.pasted.escapes import read_escapes


@given(st.binary(min_size=1))
def test_what_python_prints_is_read(data):
    assert read_escapes(repr(data)).data == data
    assert read_escapes("".join(f"\\x{byte:02x}" for byte in data)).data == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'"0800\u0082 "', b"0800\x82 "),
        (r'"\60\070"', b"08"),
        (r"0800\x82\x20", b"0800\x82 "),
        ("\\x30\n  \\x38", b"08"),
        ("b'0800'", b"0800"),
        (r"bytearray(b'0800\x82')", b"0800\x82"),
        (r"data = bytes(b'08')", b"08"),
    ],
)
def test_other_escapes(text, expected):
    assert read_escapes(text).data == expected


@pytest.mark.parametrize("text", ["0800", '"0800"', r"\d+\x30", r"b'\x3'", "'\u20ac\\x30'", "b''"])
def test_what_is_none(text):
    assert read_escapes(text) is None
