"""Ids: made and read back; whatever is none leads nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.gateway.core.ids import ALPHABET, CHARGE, INTENT, PARTS_MAX, id_of, parts_of


@given(st.text(ALPHABET, min_size=22, max_size=22), st.integers(0, PARTS_MAX))
def test_what_is_made_is_read(ref, number):
    assert parts_of(CHARGE, id_of(CHARGE, ref, number)) == (ref, number)
    assert parts_of(INTENT, id_of(CHARGE, ref, number)) is None


@pytest.mark.parametrize("tail", ["", "x", "a" * 22, "a" * 22 + "0x", "ä" * 22 + "01", "a" * 25])
def test_what_is_no_id_leads_nowhere(tail):
    assert parts_of(CHARGE, f"ch_{tail}") is None


@given(st.text(max_size=40))
def test_no_text_breaks_it(text):
    parts_of(INTENT, text)
