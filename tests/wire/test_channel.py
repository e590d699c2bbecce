"""A channel reads frames into messages and writes them back, header and all."""

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.message import Message
from cardswitch.wire.channel import HsmClientChannel, HsmServerChannel, IsoChannel
from cardswitch.wire.framing import Framing, FramingError
from cardswitch.wire.headers import Tpdu

FRAMING = Framing("binary2")
POS = load_dialect("pos")
ECHO = Message("0800", {11: "000001", 70: "301"})
TPDU, RETURN_TPDU = bytes.fromhex("6000018002"), bytes.fromhex("6080020001")


def test_an_answer_carries_the_header_that_its_request_came_with():
    channel = IsoChannel(POS, FRAMING, Tpdu())
    request = channel.decode(TPDU + POS.pack(ECHO))
    assert request == Message(ECHO.mti, ECHO.fields, RETURN_TPDU)
    answer = channel.encode(request.reply("00"))
    assert answer == RETURN_TPDU + POS.pack(ECHO.reply("00"))


def test_a_link_without_header_leaves_that_of_another_link_out():
    channel = IsoChannel(POS, FRAMING)
    assert channel.encode(Message(ECHO.mti, ECHO.fields, RETURN_TPDU)) == POS.pack(ECHO)
    assert channel.decode(POS.pack(ECHO)) == ECHO


def test_the_echo_of_an_unreadable_request_finds_its_way_back():
    channel = IsoChannel(POS, FRAMING, Tpdu())
    with pytest.raises(DecodeError) as caught:
        channel.decode(TPDU + POS.pack(ECHO) + b"trailing")
    echo = caught.value.echo
    assert echo is not None
    assert echo.header == RETURN_TPDU
    assert echo[11] == "000001"


def test_garbage_is_a_format_error_and_a_missing_header_a_broken_link():
    channel = IsoChannel(POS, FRAMING, Tpdu())
    with pytest.raises(DecodeError) as caught:
        channel.decode(TPDU + b"\xff\xff")
    assert caught.value.echo is None
    with pytest.raises(FramingError):
        channel.decode(POS.pack(ECHO))


def test_the_two_ends_of_an_hsm_link_understand_each_other():
    client, module = HsmClientChannel(), HsmServerChannel()
    command = Command("0001", "B2", {"data": "HELLO"})
    assert module.decode(client.encode(command)).fields == {"data": "HELLO"}
    answer = Answer("0001", "B3", "00", {"data": "HELLO"})
    assert client.decode(module.encode(answer)) == answer
    for channel in (client, module):
        with pytest.raises(FormatError):
            channel.decode(b"?")


def test_header_size_is_agreed_between_the_ends():
    client, module = HsmClientChannel(FRAMING, 2), HsmServerChannel(FRAMING, 2)
    assert module.decode(client.encode(Command("07", "NC"))).header == "07"
    assert client.decode(module.encode(Answer("07", "ND", "68"))).header == "07"


# A dialect with a header of its own, two bytes of routing, behind the TPDU of the link.
HEADED = """
extends = "pos"
[header]
1 = { format = "b 2", value = "0102" }
"""


@pytest.fixture(scope="module")
def headed(tmp_path_factory):
    path = tmp_path_factory.mktemp("dialects") / "headed.toml"
    path.write_text(HEADED)
    return load_dialect(str(path))


def test_both_headers_find_their_way_back(headed):
    channel = IsoChannel(headed, FRAMING, Tpdu())
    inner = b"\x0a\x0b"
    request = channel.decode(TPDU + inner + POS.pack(ECHO))
    assert request == Message(ECHO.mti, ECHO.fields, RETURN_TPDU + inner)
    assert channel.encode(request.reply("00")) == RETURN_TPDU + inner + POS.pack(ECHO.reply("00"))


def test_both_headers_have_their_default(headed):
    channel = IsoChannel(headed, FRAMING, Tpdu(origin=b"\0\1"))
    assert channel.encode(ECHO) == bytes.fromhex("6000000001 0102") + POS.pack(ECHO)
    bare = Message(ECHO.mti, ECHO.fields, b"\x0a\x0b")  # as the dialect alone reads it
    assert channel.encode(bare) == bytes.fromhex("6000000001 0A0B") + POS.pack(ECHO)


def test_without_a_header_of_the_link_that_of_the_dialect_is_kept(headed):
    channel = IsoChannel(headed, FRAMING)
    frame = b"\x0a\x0b" + POS.pack(ECHO)
    assert channel.decode(frame).header == b"\x0a\x0b"
    assert channel.encode(channel.decode(frame)) == frame


def test_the_echo_of_an_unreadable_request_carries_both_headers(headed):
    channel = IsoChannel(headed, FRAMING, Tpdu())
    with pytest.raises(DecodeError) as caught:
        channel.decode(TPDU + b"\x0a\x0b" + POS.pack(ECHO) + b"trailing")
    assert caught.value.echo.header == RETURN_TPDU + b"\x0a\x0b"
    channel.encode(caught.value.echo.reply("30"))
