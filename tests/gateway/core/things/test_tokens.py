"""A token is used once, within its time."""

from cardswitch.gateway.core.things.tokens import LIFETIME_S, Token, not_usable
from tests.kit.gateway import CARD


def test_a_token_is_used_once_and_soon():
    token = Token(card=CARD)
    assert not_usable(token, 0.0, LIFETIME_S - 1) is None
    for other, now in ((token, LIFETIME_S), (Token(card=CARD, is_used=True), 1.0)):
        assert not_usable(other, 0.0, now).code == "token_already_used"


def test_a_token_of_a_clock_that_was_ahead_is_not_usable_until_then():
    token = Token(card=CARD)
    assert not_usable(token, LIFETIME_S, 0.0).code == "token_already_used"
    assert not_usable(token, 1.0, 0.0) is None  # The clock was set by a second.
