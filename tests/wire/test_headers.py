"""A TPDU is taken off and given back with its addresses exchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import EncodeError
from cardswitch.wire.framing import FramingError
from cardswitch.wire.headers import Tpdu


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=20))
def test_an_answer_goes_back_to_the_origin(addresses, payload):
    header, stripped = Tpdu().strip(b"\x60" + addresses + payload)
    assert stripped == payload
    answer = Tpdu().prepend(header, b"answer")
    assert answer == b"\x60" + addresses[2:] + addresses[:2] + b"answer"
    assert Tpdu().strip(answer)[0] == b"\x60" + addresses


def test_what_we_send_unasked_has_our_addresses():
    assert Tpdu(b"\x00\x01", b"\x80\x02").prepend(b"", b"x") == bytes.fromhex("600001800278")


@pytest.mark.parametrize(
    "frame", [b"", b"\x60", b"\x60\0\1\0", b"\x61\0\1\0\2x", b"0800", b"\x08\0\0\0\0\0"]
)
def test_anything_else_cannot_be_of_this_link(frame):
    with pytest.raises(FramingError, match="TPDU"):
        Tpdu().strip(frame)


@pytest.mark.parametrize("header", [b"\x60", b"\x61\0\0\0\0", b"\x60\0\0\0\0\0"])
def test_a_header_of_another_link_is_not_sent(header):
    with pytest.raises(EncodeError, match="field header"):
        Tpdu().prepend(header, b"x")


def test_an_address_is_two_bytes():
    with pytest.raises(ValueError, match="two bytes"):
        Tpdu(destination=b"\0")
