"""What is asked too often is held back, and what is tried too often is not asked of the issuer."""

import pytest

from cardswitch.lab.house.topology import free_ports, make_lab
from tests.gateway.pages.test_sessions import Visitor
from tests.kit.shop import Shop

LIMITS = """[gateway.limits]
address_per_s = 0
key_per_s = 2
card_declines = 2
"""


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strict") / "lab"
    path = make_lab(folder, free_ports())[0]
    text = path.read_text("utf-8")
    begin = text.index("[gateway.limits]")
    path.write_text(text[:begin] + LIMITS + text[text.index("\n[gateway.webhooks]") :], "utf-8")
    with Shop(folder) as shop:
        yield shop


def test_a_card_that_is_asked_about_no_more_leaves_the_order_to_another(strict):
    for _ in range(2):
        strict.create(payment_method="pm_card_chargeDeclinedInsufficientFunds")
    visitor = Visitor(strict)
    assert "Too many tries" in visitor.pay(number="4000000000009995").text
    assert visitor.pay().status == 303
    assert visitor.told()["status"] == "complete"


def test_a_key_that_asks_too_often_is_told_when_to_come_back(strict):
    answers = [strict.ask("GET", "/v1/payment_intents", {"limit": 1}) for _ in range(40)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert refused[0].body["error"]["code"] == "rate_limit"
    assert int(refused[0].headers["retry-after"]) >= 1
    assert strict.ask("GET", "/v1/payment_intents", key=strict.other).status == 200


def test_a_card_that_is_declined_again_and_again_is_not_asked_about(strict):
    codes = [
        strict.create(key=strict.other, payment_method="pm_card_visa_chargeDeclined").body["error"]
        for _ in range(3)
    ]
    assert [each.get("network_decline_code") for each in codes] == ["05", "05", None]
    assert codes[2]["decline_code"] == "card_velocity_exceeded"
