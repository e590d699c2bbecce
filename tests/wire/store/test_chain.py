"""Every value of a row, its place and its kind are in its checksum, and so is the row before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.wire.store.chain import START, chained

ROW = (7, 3, 1764363134.25, "approved", "", "978", -1250)
VALUES = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text())
ROWS = st.lists(VALUES, max_size=5).map(tuple)


@given(ROWS, ROWS)
def test_two_rows_share_no_checksum(one, other):
    same = [*map(repr, one)] == [*map(repr, other)]
    assert (chained("x", one) == chained("x", other)) is same


@pytest.mark.parametrize(
    "other",
    [
        (7, 3, 1764363134.25, "approved", "978", "", -1250),
        (7, 3, 1764363134.25, "approved978", "", "", -1250),
        (7, 3, 1764363134.25, "approved", "", "979", -1250),
        (7, 3, 1764363134.25, "approved", "", "978", -1251),
        (7, 3, 1764363134.25, "approved", "", "978", "-1250"),
        (7, 3, 1764363134.25, "approved", "", b"978", -1250),
        (7, 3, 1764363134.25, "approved", None, "978", -1250),
        (7, 3, 1764363134.2500002, "approved", "", "978", -1250),
    ],
)
def test_whatever_flips_is_seen(other):
    assert chained(START, other) != chained(START, ROW)


def test_the_row_before_is_in_it():
    assert len({chained(START, ROW), chained("0" * 32, ROW), chained("1" * 32, ROW)}) == 3


def test_it_stays_what_it_is():
    # A journal is read by later versions too.
    assert chained(START, ROW) == "ef06c99c5d40ef952293876b65d7dc83"
