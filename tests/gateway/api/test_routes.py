"""The table of routes: one line for each call, and browsers where they may."""

import pytest

from cardswitch.gateway.api.routes import ROUTES, Routing

ROUTING = Routing(ROUTES)


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


def test_every_line_is_found_with_its_ids():
    for line in ROUTES:
        path = line.path.replace("{id}", "a b").replace("{second}", "c")
        found = ROUTING.find(line.method, path)
        names = {name for name in ("id", "second") if f"{{{name}}}" in line.path}
        assert found.line is line
        assert found.ids == {name: {"id": "a b", "second": "c"}[name] for name in names}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/v1/payment_intents/pi_1", 200),
        ("PUT", "/v1/payment_intents/pi_1", 405),
        ("PUT", "/v1/payment_intents", 405),
        ("POST", "/v1/payment_intents//confirm", 404),
        ("GET", "/v1/payment_intents/", 404),
        ("GET", "/v1/payment_intents/pi_1/", 404),
        ("GET", "/v1/payment_intents/pi_1/confirm/x", 404),
        ("GET", "v1/payment_intents", 404),
        ("GET", "/v1/{id}/payment_intents", 404),
        ("GET", "", 404),
    ],
)
def test_what_leads_nowhere_is_told_from_what_takes_another_method(method, path, status):
    assert ROUTING.find(method, path).status == status


def test_an_id_may_be_anything():
    assert ROUTING.find("GET", "/v1/payment_intents/{}").ids == {"id": "{}"}
