"""Lists of bytes: in hex, in decimal, or what may be either."""

import pytest

from cardswitch.lab.messages.pasted.lists import read_lists

ECHO = bytes.fromhex("0800822000")


@pytest.mark.parametrize(
    "text",
    [
        "0x08, 0x00, 0x82, 0x20, 0x00",
        "0x08 0x00 0x82 0x20 0x00",
        "{ 0x08, 0x00, (byte)0x82, 0x20, 0x0 }",
        "[]byte{0x8, 0x0, 0x82, 0x20, 0x0}",
        "new byte[] { 0x08, 0x00, (byte) 0x82, 0x20, 0x00 };",
        "bytes([8, 0, 130, 32, 0])",
        "byte[] m = {(byte)0x08, (byte)0x00, (byte)0x82, (byte)0x20, (byte)0x00};",
        "private static byte[] m = new byte[5] { 8, 0, 130, 32, 0 };",
        "unsigned char m_bin[] = {\n  0x08, 0x00, 0x82,\n  0x20, 0x00\n};\n"
        "unsigned int m_bin_len = 5;\n",
        "char peer0_0[] = { /* Packet 4 */\n0x08, 0x00, 0x82,\n0x20, 0x00 };",
        "const data = Buffer.from([8, 0, 130, 32, 0]);",
        "Uint8Array(5) [ 8, 0, 130, 32, 0 ]",
        "[8, 0, -126, 32, 0]",
        "8,0,130,32,0",
        "[08 00 82 20 00]",
        "08:00:82:20:00",
        "08-00-82-20-00",
        "<Buffer 08 00 82 20 00>",
        "0x0800822000",
        "X'0800822000'",
        'h"0800822000"',
    ],
)
def test_every_list(text):
    assert [piece.data for piece in read_lists(text)] == [ECHO]


def test_numbers_that_may_be_either_are_read_both_ways():
    kinds = {piece.kind: piece.data for piece in read_lists("[30, 38, 30, 30]")}
    assert kinds == {
        "a list of bytes in hex": b"0800",
        "a list of bytes in decimal": bytes([30, 38, 30, 30]),
    }


@pytest.mark.parametrize("text", ["", "08", "0800", "[300, 1]", "[-200, 1]", "a, b", "12 13", "{}"])
def test_what_is_no_list(text):
    assert read_lists(text) == []


def test_a_buffer_that_was_cut_says_so():
    [piece] = read_lists("<Buffer 08 00 ... 14 more bytes>")
    assert (piece.data, piece.kind) == (
        b"\x08\x00",
        "a Buffer of Node.js, cut where it was printed",
    )
