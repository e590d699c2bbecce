"""Paper: what fits, what does not, and a picture that another program reads."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.terminal.face.paper import BLANK, COLUMNS, Left, Middle, Pair, pictured, printed

WORDS = st.text("ABCdef 123.,*", min_size=1, max_size=60).map(str.strip).filter(bool)
ROWS = st.one_of(
    st.builds(Pair, WORDS, WORDS), st.builds(Middle, WORDS), st.builds(Left, WORDS), st.just(BLANK)
)


@given(st.lists(ROWS), st.sampled_from(COLUMNS))
def test_nothing_is_lost_and_nothing_is_too_wide(rows, columns):
    lines = printed(rows, columns).splitlines()
    assert all(len(line) <= columns for line in lines)
    said = "".join("".join(row) for row in rows)
    assert "".join("".join(lines).split()) == "".join(said.split())


def test_what_is_on_the_right_stays_there():
    [line] = printed([Pair("AMOUNT", "EUR 12.50")], 24).splitlines()
    assert (line.startswith("AMOUNT "), line.endswith(" EUR 12.50"), len(line)) == (True, True, 24)
    lines = printed([Pair("Approved, not taken", "EUR 1250.00")], 24).splitlines()
    assert lines == ["Approved, not taken", "             EUR 1250.00"]


@pytest.mark.parametrize("columns", COLUMNS)
def test_a_picture_says_the_same(columns):
    rows = [Middle("Fish & <Chips>"), BLANK, Pair("AMOUNT", "EUR 12.50")]
    svg = ElementTree.fromstring(pictured(rows, columns))
    texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [line for line in printed(rows, columns).splitlines() if line]
    width, height = float(svg.get("width")), float(svg.get("height"))
    assert columns * 7 < width < columns * 9
    assert height > 3 * 16
