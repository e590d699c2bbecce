"""Payment links: who may open one, and how often."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.problems import Problem
from cardswitch.gateway.core.things.links import Link, opened
from cardswitch.gateway.core.things.sessions import Item, Session

ORDER = Session(
    mode="payment",
    items=(Item(name="Tea", amount=700, quantity=1),),
    currency="eur",
    success_url="https://shop.localhost/",
    expires_at=0.0,
)
LINK = Link(order=ORDER, url="https://pay.localhost/l/plink_1")
ONCE = replace(LINK, is_once=True)


@pytest.mark.parametrize(
    ("link", "before", "is_opened"),
    [
        (LINK, None, True),
        (replace(LINK, session="cs_1"), None, True),
        (ONCE, None, True),
        (replace(ONCE, session="cs_1"), "cs_1", True),
        (replace(ONCE, session="cs_1"), None, False),  # another tab was quicker
        (replace(LINK, is_active=False), None, False),
    ],
)
def test_a_link_is_opened(link, before, is_opened):
    then = opened(link, "cs_2", before)
    assert isinstance(then, Problem) is not is_opened
    assert not is_opened or then.session == "cs_2"
