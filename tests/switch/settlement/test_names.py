"""Names that a bank prints: spelled by a table, never empty, never too long."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cardswitch.switch.settlement.names import NAME_MAX, SEPA_CHARACTERS, has_letter, sepa_text


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Café Müller & Söhne", "Cafe Muller + Sohne"),
        ("Łódź", "Lodz"),
        ("Đorđe Ødegård", "Dorde Odegard"),
        ("日’s Shop", ".'s Shop"),
        ("Καφέ Ωραίο Θέα", "Kafe Oraio Thea"),
        ("Щедрый Жук", "Shtedryi Zhuk"),
        ("Straße – 24/7…", "Strasse - 24/7..."),
        ("„Zum Bären“ [neu]", "'Zum Baren' (neu)"),
        ("a;b|c\\d", "a,b/c/d"),
        ("=cmd", ".cmd"),
    ],
)
def test_how_it_is_spelled(name, printed):
    assert sepa_text(name) == printed


@example("ﬁ" * NAME_MAX)
@given(st.text(min_size=1, max_size=NAME_MAX))
def test_names_are_in_the_characters_that_banks_carry(name):
    assert SEPA_CHARACTERS.issuperset(sepa_text(name))
    assert len(sepa_text(name)) <= NAME_MAX
    assert len(sepa_text(name, 5)) <= 5


@pytest.mark.parametrize("name", ["漢字店", "24/7", "...", "店 7"])
def test_a_name_without_a_letter(name):
    assert not has_letter(name)
