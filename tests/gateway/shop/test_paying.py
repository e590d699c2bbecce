"""Between orders and adapters: what is asked of whom, and what is not."""

import asyncio

import pytest

from cardswitch.gateway.shop.client import GatewayError
from cardswitch.gateway.shop.notices import SignedEvent
from cardswitch.gateway.shop.paying import Paying
from cardswitch.gateway.shop.types.chooser import adapters
from tests.gateway.shop.fakes import PLACES


@pytest.fixture
def paying(sample):
    return Paying(sample.gateway, sample.orders, adapters(sample.gateway, PLACES))


def test_an_order_that_has_no_payment_yet_is_asked_of_nobody(sample, paying):
    sample.gateway.is_away = True
    sample.order()
    order = sample.made()
    assert asyncio.run(paying.look(order)) == order
    asyncio.run(paying.give_up(order))
    assert asyncio.run(paying.resume(order, {})).url == f"/pay/{order.ticket}"


@pytest.mark.parametrize(
    ("about", "is_found"),
    [
        ({"object": "checkout.session", "id": "cs_1"}, True),
        ({"object": "checkout.session", "id": "cs_of_another"}, False),
        ({"object": "payout", "id": "po_1"}, False),
    ],
)
def test_an_event_is_about_the_order_whose_payment_it_names(sample, paying, about, is_found):
    sample.order()
    found = asyncio.run(paying.heard(SignedEvent("evt_1", "x", about)))
    assert (found == sample.made()) is is_found


def test_giving_up_what_is_over_changes_nothing_and_silence_is_told(sample, paying):
    sample.order()

    async def refused(*_, **__):
        raise GatewayError("complete", "", 400)

    sample.gateway.post = refused
    asyncio.run(paying.give_up(sample.made()))
    sample.gateway.is_away = True

    async def silent(*_, **__):
        raise GatewayError("away")

    sample.gateway.post = silent
    with pytest.raises(GatewayError):
        asyncio.run(paying.give_up(sample.made()))


def test_an_order_is_as_it_was_last_seen_while_the_gateway_is_away(sample, paying):
    sample.order()
    order = sample.made()
    sample.gateway.is_away = True
    with pytest.raises(GatewayError):
        asyncio.run(paying.look(order))
    assert asyncio.run(paying.last_seen(order)) == order
