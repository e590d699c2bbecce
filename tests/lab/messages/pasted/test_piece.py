"""A piece may be a card's: it shows what it is, not what it says."""

from cardswitch.lab.messages.pasted.piece import Piece


def test_only_kind_and_size_are_shown():
    assert repr(Piece(kind="hex", data=b"9999990000000014")) == "<hex (16)>"
