"""The table of routes: one line for each call, and browsers where they may."""

from cardswitch.gateway.api.routes import ROUTES


def test_no_call_stands_there_twice():
    assert len({(line.method, line.path) for line in ROUTES}) == len(ROUTES)


def test_a_browser_may_hand_in_a_card_read_and_confirm_one_intent_and_nothing_else():
    public = {(line.method, line.path) for line in ROUTES if line.is_public}
    one, setup = "/v1/payment_intents/{id}", "/v1/setup_intents/{id}"
    assert public == {
        ("POST", "/v1/tokens"),
        ("POST", "/v1/payment_methods"),
        *(("GET", each) for each in (one, setup)),
        *(("POST", f"{each}/confirm") for each in (one, setup)),
    }


def test_what_an_endpoint_says_of_itself_is_its_line():
    for line in ROUTES:
        said = (line.endpoint.__doc__ or "").replace("{method}", "{second}")
        assert said.startswith(f"{line.method} {line.path}"), line.path
