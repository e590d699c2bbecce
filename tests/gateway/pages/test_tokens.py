"""A token is good for one browser, session and attempt."""

from cardswitch.gateway.pages.tokens import Tokens


def test_a_token_holds_for_its_browser_session_and_attempt_alone():
    tokens = Tokens()
    token = tokens.token("cookie", "cs_1", 0)
    assert tokens.holds(token, "cookie", "cs_1", 0)
    for others in (("other", "cs_1", 0), ("cookie", "cs_2", 0), ("cookie", "cs_1", 1)):
        assert not tokens.holds(token, *others)
    assert not tokens.holds("", "cookie", "cs_1", 0)
    assert not Tokens().holds(token, "cookie", "cs_1", 0)
