"""Parameters of events: which a page is of, and what is to be another of an endpoint."""

import pytest
from msgspec import UNSET

from cardswitch.gateway.api.event_params import EndpointUpdate, EventsParams
from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.paging import times_of
from cardswitch.gateway.api.params import read


@pytest.mark.parametrize(
    ("created", "since", "before"),
    [
        ({}, 0, None),
        ({"gte": "5"}, 5, None),
        ({"gt": "5", "gte": "3"}, 6, None),
        ({"lt": "9", "lte": "9"}, 0, 9),
        ({"lte": "0"}, 0, 1),
        ("7", 7, 8),
    ],
)
def test_bounds_are_the_narrower_ones_and_whole_seconds(created, since, before):
    given = read(EventsParams, {"created": created, "type": "charge.failed"})
    assert times_of(given.created) == (since, before)


def test_what_is_left_out_of_an_update_stays_and_what_is_empty_goes():
    given = read(EndpointUpdate, {"description": "", "metadata": {"a": "", "b": "c"}}, unsets=True)
    assert (given.description, given.metadata) == (None, {"a": None, "b": "c"})
    given = read(EndpointUpdate, {"disabled": "true"}, unsets=True)
    assert (given.url, given.description, given.metadata) == (None, UNSET, UNSET)
    with pytest.raises(Fault):
        read(EndpointUpdate, {"generation": "1"}, unsets=True)
