"""specs.dialect.toml_lines: the line of a key."""

import pytest

from cardswitch.specs.dialect.toml_lines import line_of

TEXT = """\
version = "0"
[encodings]
n = "bcd"
[fields]
3 = { format = "n 6" }
48 = { name = "x", format = "q 6" }
[parts."127.25"]
layout = "ber-tlv"
[fields.99]  # ours
format = "n 1"
"""


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("version", 1),
        ("encodings.n", 3),
        ("fields.3.format", 5),
        ("fields.48", 6),
        ("parts.127.25.layout", 8),
        ("parts.127.25.fields", 7),
        ("fields.99.format", 10),
        ("layout", 8),
        ("name", 6),
        ("encodings.mti", 0),
        ("messages.0200", 0),
        ("title", 0),
        ("", 0),
    ],
)
def test_lines(where, line):
    assert line_of(TEXT, where) == line


ARRAYS = """\
[[cards]]
pan = "1"
[[cards]]
pan = "2"
[cards.address]
zip = "3"
[[cards]]
pin = "4"
[bank]
peers = [{ host = "a" }]
"""


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("cards[0].pan", 2),
        ("cards[1].pan", 4),
        ("cards[1].address.zip", 6),
        ("cards[2].pin", 8),
        ("cards[2].address", 0),
        ("bank.peers[0].host", 10),
    ],
)
def test_lines_in_arrays_of_tables(where, line):
    assert line_of(ARRAYS, where) == line
