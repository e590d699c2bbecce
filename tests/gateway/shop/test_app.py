"""Events: signed ones are a reason to ask, all others are refused."""

import asyncio

import pytest

from tests.gateway.shop.fakes import NOW, FakeShop


def standing(sample):
    return asyncio.run(sample.orders.order(1)).standing


@pytest.fixture
def ordered(tmp_path):
    sample = FakeShop(tmp_path)
    sample.order()
    sample.gateway.pay("cs_1")
    return sample


def test_an_event_makes_the_shop_ask(ordered):
    assert (
        ordered.tell(
            "checkout.session.completed", {"object": "checkout.session", "id": "cs_1"}
        ).status
        == 204
    )
    assert standing(ordered) == "paid"


def test_an_event_of_the_payment_finds_its_order(ordered):
    ordered.tell("checkout.session.completed", {"object": "checkout.session", "id": "cs_1"})
    ordered.gateway.pay("cs_1", refunded=1290)
    about = {"object": "charge", "payment_intent": "pi_1"}
    assert ordered.tell("charge.refunded", about, "evt_2").status == 204
    assert standing(ordered) == "refunded"


def test_an_event_that_comes_twice_is_kept_once(ordered):
    for _ in range(2):
        ordered.tell("checkout.session.completed", {"object": "checkout.session", "id": "cs_1"})
    notices = asyncio.run(ordered.orders.notices("cs_1"))
    assert [each.type for each in notices] == ["checkout.session.completed"]


@pytest.mark.parametrize(
    "forged", [{"secret": "whsec_other"}, {"at": NOW - 301}, {"at": NOW + 301}]
)
def test_an_event_that_is_forged_or_old_is_refused(ordered, forged):
    about = {"object": "checkout.session", "id": "cs_1"}
    assert ordered.tell("checkout.session.completed", about, **forged).status == 400
    assert standing(ordered) == "new"


def test_what_an_event_says_is_not_believed(ordered):
    ordered.gateway.sessions["cs_1"] |= {"status": "open", "payment_intent": None}
    about = {"object": "checkout.session", "id": "cs_1", "payment_status": "paid"}
    ordered.tell("checkout.session.completed", about)
    assert standing(ordered) == "new"


def test_while_the_gateway_is_away_an_event_is_to_come_again(ordered):
    ordered.gateway.is_away = True
    about = {"object": "checkout.session", "id": "cs_1"}
    assert ordered.tell("checkout.session.completed", about).status == 503
    ordered.gateway.is_away = False
    assert ordered.tell("checkout.session.completed", about).status == 204
    assert standing(ordered) == "paid"


def test_an_event_about_nothing_of_ours_is_kept_and_that_is_all(ordered):
    assert ordered.tell("payout.paid", {"object": "payout", "id": "po_1"}).status == 204


def test_a_body_beyond_the_bound_is_refused(ordered):
    assert ordered.browser.ask("POST", "/events", b"x" * 300_000, {}).status == 413
