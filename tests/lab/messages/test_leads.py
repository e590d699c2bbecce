"""What stands before the MTI: headers, lengths, and both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.leads import begins, find_lead
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message

POS, ASCII = load_dialect("pos"), load_dialect("iso87-ascii")
ECHO = Message("0800", {7: "1123130500", 11: "000001", 70: "301"})


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        (bytes.fromhex("6000010000"), "a header of 5 bytes"),
        (b"ISO025000", "a header of 9 bytes"),
        (len(POS.pack(ECHO)).to_bytes(2), "a length of 2 bytes"),
        ((len(POS.pack(ECHO)) + 2).to_bytes(2), "a length of 2 bytes"),
        (b"%04d" % len(POS.pack(ECHO)), "a length of 4 ASCII digits"),
        (bytes([0, len(POS.pack(ECHO)) + 5]) + bytes.fromhex("6000010000"),
         "a length of 2 bytes, a header of 5 bytes"),
    ],
)  # fmt: skip
def test_leads(lead, words):
    found = find_lead(POS, lead + POS.pack(ECHO))
    assert (found.size, found.words, found.missing) == (len(lead), words, 0)


def test_a_length_that_says_more_than_there_is():
    wire = ASCII.pack(ECHO)
    found = find_lead(ASCII, b"%04d" % len(wire) + wire[:-7])
    assert (found.words, found.missing) == ("a length of 4 ASCII digits", 7)


def test_where_no_message_is_there_is_no_lead():
    assert find_lead(POS, b"") is None
    assert find_lead(POS, bytes(90)) is None
    assert not begins(POS, bytes.fromhex("0800 0000000000000000"))


@given(st.binary(max_size=90))
def test_any_bytes_have_one_or_none(data):
    found = find_lead(ASCII, data)
    assert found is None or 0 < found.size <= len(data)
