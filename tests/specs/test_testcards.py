"""Which cards are known to be nobody's."""

import pytest

from cardswitch.specs.testcards import TEST_CARDS, is_test_card
from cardswitch.specs.tracks import is_luhn_valid


@pytest.mark.parametrize(
    ("pan", "is_one"),
    [
        ("9999990000000014", True),
        ("999999", True),
        ("9999980000000015", False),
        ("4111111111111111", True),
        ("41111111111111111", False),
        ("4111111111111112", False),
        ("", False),
    ],
)
def test_the_project_s_own_and_those_that_are_published(pan, is_one):
    assert is_test_card(pan) is is_one


def test_those_that_are_published_are_card_numbers():
    assert all(map(is_luhn_valid, TEST_CARDS))
