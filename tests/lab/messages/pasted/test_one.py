"""All readings of a text as one message, and which is taken."""

import pytest

from cardswitch.lab.messages.pasted.one import raw, read_one, readings, starts_as_hex
from cardswitch.specs.errors import FormatError


def begins(data):
    return data[:2] == b"\x08\x00"


def test_readings_come_in_the_order_of_their_certainty():
    assert [piece.kind for piece in readings("0x0800")] == ["hex behind 0x", "plain text"]
    assert next(readings("0800 XX11")).kind == "hex, 1 bytes masked"


def test_text_over_lines_is_joined_where_it_is_printable():
    assert (raw("0800\n1234\n").data, raw("0800\n").data) == (b"08001234", b"0800")
    assert raw("0800\t\n").data == b"0800\t\n"


def test_the_reading_that_begins_like_a_message_is_taken():
    assert read_one("CAA=", begins).kind == "base64"
    assert read_one("nothing", begins).kind == "plain text"


def test_hex_that_goes_wrong_is_wrong_hex():
    assert starts_as_hex("0800 2g", begins)
    with pytest.raises(FormatError):
        read_one("0800 2g", begins)
    assert not starts_as_hex("0800", begins)
