"""What a merchant's testers see is theirs alone, newest first, and bounded."""

import re

import pytest

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
