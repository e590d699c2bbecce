"""Parameters of events: which seconds a page is of."""

import pytest

from cardswitch.gateway.api.event_params import EventsParams
from cardswitch.gateway.api.params import read


@pytest.mark.parametrize(
    ("created", "first", "last"),
    [
        ({}, 0, 10**11),
        ({"gte": "5"}, 5, 10**11),
        ({"gt": "5", "gte": "3"}, 6, 10**11),
        ({"lt": "9", "lte": "9"}, 0, 8),
        ({"lte": "0"}, 0, 0),
    ],
)
def test_bounds_are_the_narrower_ones_and_whole_seconds(created, first, last):
    low, high = read(EventsParams, {"created": created}).created.seconds()
    assert (low, int(high)) == (first, last)
