"""What a shopper reads."""

import pytest

from cardswitch.gateway.core.problems import away, blocked, declined, undone
from cardswitch.gateway.pages.words import money, why_not
from cardswitch.specs.codes import REASONS


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_is_a_sentence_that_helps_and_no_code(code):
    text = why_not(declined(code, 1))
    assert text.endswith("No money was taken.")
    assert text.count(".") >= 2
    for word in ("lost", "stolen", "fraud", "pick up", "suspect"):
        assert word not in text.lower()


def test_what_nobody_must_be_told_reads_like_any_decline():
    assert (
        len({why_not(declined(code, 1)) for code in ("04", "05", "07", "34", "41", "43", "59")})
        == 1
    )


def test_what_was_not_sent_and_what_was_undone_are_said_too():
    assert why_not(away("Nothing was sent")).startswith("Nothing was sent.")
    assert why_not(undone(1)).startswith("Try again in a moment")


def test_what_a_rule_of_the_merchant_declines_can_be_typed_again():
    assert why_not(blocked("postal_code", 1)).startswith("Postal code wrong. Check what you typed")


@pytest.mark.parametrize(
    ("minor", "code", "text"),
    [
        (1, "EUR", "EUR\u00a00.01"),
        (100000000, "jpy", "JPY\u00a0100,000,000"),
        (5, "KWD", "KWD\u00a00.005"),
    ],
)
def test_money_has_the_decimals_of_its_currency(minor, code, text):
    assert money(minor, code) == text
