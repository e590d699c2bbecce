"""Sessions of orders: another's is not looked at."""

import asyncio

from cardswitch.gateway.shop.paying import Paying
from tests.gateway.shop.fakes import URL


def test_a_session_that_is_of_no_order_is_not_asked_for(sample):
    paying = Paying(sample.gateway, sample.orders, URL)
    assert asyncio.run(paying.look("cs_of_another")) is None
    assert sample.gateway.asked == []
