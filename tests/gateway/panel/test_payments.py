"""What a merchant's testers see is theirs alone, newest first, and bounded."""

import re

import pytest

from cardswitch.gateway.api import paging
from cardswitch.gateway.panel import payments
from cardswitch.gateway.panel.payments import LISTED_MAX
from tests.kit.panel import PanelUser
from tests.kit.shop import Shop, card

LOST = "4000000000009987"
STORY = re.compile(r'href="/story/(pi_[^"]+)"')


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with Shop(tmp_path_factory.mktemp("panel") / "lab") as shop:
        yield shop


def listed(panel):
    """The ids of the payments that are listed, and what stands there."""
    page = panel.visitor.get(f"{panel.url}/")
    return STORY.findall(page.html), page.text


def test_payments_are_listed_with_what_the_network_said(shop):
    shop.create(**card(LOST))
    of_other = shop.create(key=shop.other).body["id"]
    paid = shop.create(currency="eur").body["id"]
    held = shop.create(capture_method="manual").body["id"]
    ids, text = listed(PanelUser(shop))
    assert ids[:2] == [held, paid]
    assert of_other not in ids
    for said in ("requires_capture", "00 Approved", "41 Lost card, pick up", "EUR\u00a012.50"):
        assert said in text


def test_a_list_is_bounded(shop):
    for _ in range(LISTED_MAX + 1):
        shop.create(confirm="false")
    assert len(listed(PanelUser(shop))[0]) == LISTED_MAX


def test_an_open_session_is_listed_behind_those_that_are_over(shop, monkeypatch):
    monkeypatch.setattr(paging, "LOOKED_AT", 2)
    monkeypatch.setattr(payments, "LISTED_MAX", 1)
    asked = {
        "mode": "payment",
        "success_url": "https://shop.localhost/thanks",
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": 500,
        "line_items[0][price_data][product_data][name]": "Tea",
    }
    first, *others = (shop.ask("POST", "/v1/checkout/sessions", asked).body["id"] for _ in range(6))
    for each in others:
        shop.ask("POST", f"/v1/checkout/sessions/{each}/expire")
    panel = PanelUser(shop)
    assert first in panel.visitor.get(f"{panel.url}/").html
