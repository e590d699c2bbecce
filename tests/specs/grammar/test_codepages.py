"""specs.grammar.codepages: the table of IBM-1047 is that of others."""

import tomllib
from pathlib import Path

import pytest

from cardswitch.specs.grammar.codepages import CODECS

VECTORS = Path(__file__).parents[2] / "vectors" / "codepages.toml"
KNOWN = "".join(
    chr(int(point, 16)) for point in tomllib.loads(VECTORS.read_text())["ibm1047"].split()
)


def test_every_byte_of_1047_is_the_known_character():
    assert len(KNOWN) == 256
    assert bytes(range(256)).decode(CODECS["ebcdic-1047"]) == KNOWN
    assert KNOWN.encode(CODECS["ebcdic-1047"]) == bytes(range(256))


def test_what_1047_does_not_have_is_refused():
    with pytest.raises(UnicodeEncodeError):
        "€".encode(CODECS["ebcdic-1047"])


@pytest.mark.parametrize("page", ["ebcdic-037", "ebcdic-500", "ebcdic-1047"])
def test_digits_and_letters_are_the_same_everywhere(page):
    assert "0189AZaz ".encode(CODECS[page]).hex() == "f0f1f8f9c1e981a940"


@pytest.mark.parametrize(("page", "wire"), [("037", "ba"), ("500", "4a"), ("1047", "ad")])
def test_where_the_pages_differ(page, wire):
    assert "[".encode(CODECS[f"ebcdic-{page}"]).hex() == wire
