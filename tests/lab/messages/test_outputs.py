"""lab.messages.outputs: messages for other tools."""

import pytest

from cardswitch.lab.messages.outputs import write_messages
from cardswitch.wire.capture.pcap import read_capture
from cardswitch.wire.capture.reassembly import streams_of


def test_lines():
    assert write_messages([b"\x02\x00", b"\x02\x10"], "hex") == b"0200\n0210\n"
    assert write_messages([b"\x02\x00"], "base64") == b"AgA=\n"
    assert write_messages([b"\x02\x00", b"\n"], "raw") == b"\x02\x00\n"


@pytest.mark.parametrize("sizes", [[1], [3, 5000, 70]])
def test_a_capture_has_a_length_before_each(sizes):
    messages = [bytes(size) for size in sizes]
    [stream] = streams_of(read_capture(write_messages(messages, "pcap")).packets).streams
    data = b"".join(piece.data for piece in stream.pieces)
    assert data == b"".join(len(one).to_bytes(2, "big") + one for one in messages)
