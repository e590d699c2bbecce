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


def test_a_text_with_blanks_between_its_pieces_is_read_without_them():
    text = "0800 0020000000c00000 000001 TERM0001 MERCHANT0000001"
    piece = read_one(text, lambda data: data[:4] == b"0800")
    assert (piece.kind, piece.data) == ("text without its blanks", text.replace(" ", "").encode())
    inside = text.replace(" ", "").replace("RM00", "RM 0")
    assert read_one(inside, lambda data: data[:4] == b"0800").data == inside.encode()
