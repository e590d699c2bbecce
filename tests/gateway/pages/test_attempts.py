"""An attempt has one key, and another where nothing came of that."""

import asyncio

import pytest

from cardswitch.gateway.core.calls import Reply
from cardswitch.gateway.core.flows import payments
from cardswitch.gateway.pages.attempts import SPENT_MAX, attempted
from tests.gateway.pages.test_desk import sent
from tests.gateway.pages.test_sessions import Visitor
from tests.kit.gateway import intent, order, played
from tests.kit.play import answered

PLAY = (played() >> order()).skip()
PAYING = intent(PLAY)
DECLINED = intent((PLAY >> answered("switch", "05")).skip())


@pytest.mark.parametrize(
    ("stands", "attempt", "is_replayed", "calls"),
    [
        (DECLINED, 0, True, 1),  # It was tried with this key.
        (DECLINED, 1, True, SPENT_MAX),  # The last card was tried with the key before.
        (DECLINED, 1, False, 1),
        (PAYING, 1, True, 1),
        (None, 0, True, 1),
    ],
)
def test_a_key_by_which_no_card_was_tried_is_followed_by_another(
    stands, attempt, is_replayed, calls
):
    keys = []

    async def call(key):
        keys.append(key)
        return Reply(ticket=1, intent=stands, is_replayed=is_replayed)

    asyncio.run(attempted(call, "SHOP0001|checkout|cs_1", attempt))
    assert len(set(keys)) == len(keys) == calls


async def dies(*_):
    raise RuntimeError("it ended while it asked about the cardholder")


def test_what_came_to_nothing_is_paid_by_the_same_form(shop, monkeypatch):
    visitor = Visitor(shop)
    by_fields = shop.create(payment_method=None, confirm=None).body["client_secret"]
    with monkeypatch.context() as patch:
        patch.setattr(payments, "authenticate", dies)
        assert visitor.pay().status == 503
        assert sent(shop, "confirm", secret=by_fields)[0] == 500
    assert visitor.pay().status == 303
    assert visitor.told()["status"] == "complete"
    assert sent(shop, "confirm", secret=by_fields)[1]["intent"]["status"] == "succeeded"
