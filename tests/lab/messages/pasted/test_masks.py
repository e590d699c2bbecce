"""Hex of which some digits are masked."""

import pytest

from cardswitch.lab.messages.pasted.masks import MASKS, read_masked
from cardswitch.specs.errors import FormatError


@pytest.mark.parametrize("mask", MASKS)
def test_masked_bytes_are_told_apart_from_zeros(mask):
    piece = read_masked(f"4100{mask}{mask}1{mask}")
    assert (piece.data, piece.masked) == (b"\x41\x00\x00\x00", {2, 3})
    assert piece.kind == "hex, 2 bytes masked"


@pytest.mark.parametrize(("text", "at"), [("410", None), ("41g0", 2), ("", "")])
def test_what_is_no_hex_is_refused_with_its_place(text, at):
    if at == "":
        assert read_masked(text).data == b""
        return
    with pytest.raises(FormatError) as refused:
        read_masked(text)
    assert refused.value.offset == at


def test_a_piece_shows_no_bytes():
    assert repr(read_masked("0800")) == "<hex (2)>"
