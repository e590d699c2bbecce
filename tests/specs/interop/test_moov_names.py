"""specs.interop.moov_names: all that a document may name has a meaning."""

from cardswitch.specs.grammar.encodings import encoding_of
from cardswitch.specs.grammar.prefixes import PREFIX_ENCODINGS
from cardswitch.specs.interop.moov_names import BYTES, ENCODINGS, PACKED, PREFIXES, TEXTS


def test_every_encoding_is_one_of_ours():
    ours = {**TEXTS, **PACKED, **BYTES}
    assert {encoding_of(name).name for name in ours.values()} == set(ours.values())
    assert set(ENCODINGS) - set(ours) == {"BerTLVTag"}


def test_every_prefix_is_one_of_ours_or_of_none():
    assert {encoding for encoding, _ in PREFIXES.values()} - {""} <= PREFIX_ENCODINGS
    assert PREFIXES["Binary"] == ("binary", 2)
