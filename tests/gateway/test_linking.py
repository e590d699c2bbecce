"""The operator's verbs of links: what is wrong is refused before anything is made."""

import asyncio

import pytest

from cardswitch.gateway.linking import link_verbs
from cardswitch.specs.errors import Error


@pytest.mark.parametrize(
    ("verb", "told", "match"),
    [
        ("links", {"merchant": "X"}, "expected one of SHOP"),
        ("links", {"merchant": 1}, "expected one of SHOP"),
        ("links", {"last": "many"}, "limit"),
        ("link_deactivate", {"id": 1}, "id: expected text"),
        ("link_create", {"name": "4242424242424242"}, "card"),
        ("link_create", {"name": "Tea", "amount": "x"}, "unit_amount"),
    ],
)
def test_what_is_wrong_is_named(verb, told, match):
    with pytest.raises(Error, match=match):
        asyncio.run(link_verbs(None, ("SHOP",))[verb](told))
