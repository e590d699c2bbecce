"""Reasons of banks are words, also those that we do not know."""

import pytest

from cardswitch.switch.settlement.formats.reasons import REASONS, in_words


@pytest.mark.parametrize("code", REASONS)
def test_every_code_has_its_words(code):
    assert len(code) == 4
    assert in_words(code) == REASONS[code]
    assert in_words(code)[0].islower()
