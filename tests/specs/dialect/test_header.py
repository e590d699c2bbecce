"""specs.dialect.header: fixed parts before the MTI are read, kept, written and refused."""

import pytest

from cardswitch.specs.codec.shapes import SEEN_MIN
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.message import Message

HEADED = """extends = "iso87-ebcdic"
[header]
1 = { name = "length of header", format = "b 1", value = "06" }
2 = { name = "destination", format = "n 4", encoding = "bcd", value = "0000" }
3 = { name = "station", format = "an 3", value = "ABC" }
"""
ECHO = {11: "000001", 70: "301"}
EBCDIC_ECHO = "f0f8f0f080200000000000000400000000000000" + "f0f0f0f0f0f1" + "f3f0f1"


def made(folder, text):
    path = folder / "mine.toml"
    path.write_text(text)
    load_dialect.cache_clear()
    return load_dialect(str(path))


def repeatedly(dialect, message, wire):
    """Written and read by the slow path first, by generated code then."""
    for _ in range(SEEN_MIN + 2):
        assert dialect.pack(message).hex() == wire.hex()
        assert dialect.unpack(wire) == message


def test_a_header_goes_before_the_mti(tmp_path):
    headed = made(tmp_path, HEADED)
    wire = bytes.fromhex("06" + "0000" + "c1c2c3" + EBCDIC_ECHO)
    assert headed.header_size == 6
    assert headed.pack(Message("0800", ECHO)) == wire
    theirs = bytes.fromhex("061234e7e8e9")
    repeatedly(headed, Message("0800", ECHO, theirs), theirs + wire[6:])
    assert headed.header.read(theirs) == {
        "length of header": "06",
        "destination": "1234",
        "station": "XYZ",
    }


def test_a_wrong_header_is_refused(tmp_path):
    headed = made(tmp_path, HEADED)
    body = bytes.fromhex(EBCDIC_ECHO)
    with pytest.raises(DecodeError) as caught:
        headed.unpack(bytes.fromhex("06a000c1c2c3") + body)
    assert (caught.value.offset, caught.value.echo, caught.value.__context__) == (1, None, None)
    with pytest.raises(DecodeError):
        headed.unpack(b"\x06\x00")
    with pytest.raises(EncodeError):
        headed.pack(Message("0800", ECHO, b"\xff" * 6))
    with pytest.raises(EncodeError):
        headed.pack(Message("0800", ECHO, b"\x06"))


def test_offsets_count_from_the_header_on(tmp_path):
    headed = made(tmp_path, HEADED)
    wire = headed.pack(Message("0800", ECHO))
    with pytest.raises(DecodeError) as caught:
        headed.unpack(wire[:-1] + b"\x00")
    assert caught.value.offset == len(wire) - 1
    assert caught.value.echo.header == wire[:6]


def test_a_message_read_lazily_keeps_its_header(tmp_path):
    headed = made(tmp_path, HEADED)
    theirs = bytes.fromhex("061234e7e8e9")
    wire = headed.pack(Message("0800", ECHO, theirs))
    for read in (headed.unpack_lazy, headed.index):
        found = read(wire)
        assert (found.mti, dict(found.fields), found.header) == ("0800", ECHO, theirs)
        assert headed.pack(found.with_fields({70: "001"})) == wire[:-3] + b"\xf0\xf0\xf1"
        with pytest.raises(DecodeError):
            read(b"\x06\x00")


def test_most_dialects_have_none():
    assert load_dialect("pos").header is None
    assert load_dialect("pos").header_size == 0
