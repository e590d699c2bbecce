"""What is pasted to the doctor: every reading of it, and none of it repeated."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.doctor.pasted import read_messages
from cardswitch.lab.messages.pasted.plain import INPUT_SIZE_MAX
from cardswitch.specs.errors import FormatError

ECHO = b"0800822000000000000004000000000000001123130500000001301"


def forms(given, form="auto", skip=0):
    return [(each.form, each.messages) for each in read_messages(given, form, skip)]


def test_one_message_is_read_in_every_form_it_may_have():
    read = [("hex", (b"\x08\x00",)), ("raw", (b"08 00",)), ("base64", (b"\xd3\xcd\x34",))]
    assert forms(b"08 00\n") == read
    assert forms(ECHO + b"\n") == [("raw", (ECHO,))]
    assert forms(b64encode(ECHO)[:-1] + b"=")[-1] == ("base64", (ECHO,))
    assert forms(b"\x08\x00\x0a\x20") == [("raw", (b"\x08\x00\x0a\x20",))]


def test_one_a_line_comes_before_one_in_many_lines():
    assert forms(b"0800\n\n0810\n", "hex") == [
        ("hex", (b"\x08\x00", b"\x08\x10")),
        ("hex", (b"\x08\x00\x08\x10",)),
    ]


def test_a_message_cut_into_lines_is_read_too():
    assert forms(b"080\n0", "hex") == [("hex", (b"\x08\x00",))]


def test_bytes_are_left_out_of_every_message():
    assert forms(b"600800\n600810", "hex", 1)[0] == ("hex", (b"\x08\x00", b"\x08\x10"))


@pytest.mark.parametrize(
    ("given", "form", "skip"),
    [(b"", "auto", 0), (b"0800", "hex", 2), (b"9999990000000014x", "hex", 0), (b"=", "base64", 0),
     (b"A" * (INPUT_SIZE_MAX + 1), "raw", 0)],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_without_repeating_it(given, form, skip):
    with pytest.raises(FormatError) as caught:
        read_messages(given, form, skip)
    assert "9999990000000014" not in str(caught.value)


@given(st.binary(max_size=80), st.integers(0, 9))
def test_any_input_is_read_or_refused(given, skip):
    try:
        readings = read_messages(given, "auto", skip)
    except FormatError:
        return
    assert all(reading.messages and all(reading.messages) for reading in readings)


def test_a_capture_without_tcp_says_what_it_has():
    header = "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 65000000"
    udp = "4500001c 00000000 40110000 c0000201 c0000202 c3502187 00080000"
    given = bytes.fromhex(f"{header} 00000000 00000000 1c000000 1c000000 {udp}")
    with pytest.raises(FormatError, match="seen UDP"):
        read_messages(given, "auto")
