"""The point of service in words: each bit of field 22 of 2003, by its part."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.review.service_words import service_words

BITS = tomllib.loads(
    (Path(__file__).parents[3] / "specs/tables/service_bits.toml").read_text("utf-8")
)


@pytest.mark.parametrize("path", ["22.1", "22.2", "22.3", "22.4"])
def test_each_bit_says_what_its_table_says(path):
    for number in range(1, 33):
        value = (1 << number - 1).to_bytes(4, "little").hex().upper()
        [word] = service_words(path, value)
        assert (word.place, word.text) == (
            f"bit {number}",
            BITS[path].get(str(number), "reserved"),
        )
    assert set(map(int, BITS[path])) <= set(range(1, 33))


# Chip after a failed try, PIN online, attended, private network.
@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("22.1", "20080000", ["chip", "chip tried and failed"]),
        ("22.2", "08000000", ["online PIN"]),
        ("22.3", "02000000", ["attended"]),
        ("22.4", "06000100", ["private network", "open network",
                              "encryption point to point managed by the acquirer"]),
        ("22.1", "00000000", []),
    ],
)  # fmt: skip
def test_known_values(path, value, words):
    assert [word.text for word in service_words(path, value)] == words


@given(st.sampled_from(["22.1", "22.5", "22", "27.1"]), st.text("0123456789ABCDEFx", max_size=10))
def test_what_is_none_of_these_parts_says_nothing(path, value):
    words = service_words(path, value)
    assert not words or (path == "22.1" and len(value) == 8 and "x" not in value)
