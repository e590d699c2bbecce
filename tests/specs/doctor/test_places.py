"""Places: the MTI is found behind lengths and headers."""

import pytest

from cardswitch.specs.doctor.diagnose import PLACES_MAX
from cardswitch.specs.doctor.places import find_places
from tests.kit.samples.doctor import HEADER_12, TPDU, framed, wire


@pytest.mark.parametrize("name", ["iso87-ascii", "iso87-binary", "iso87-ebcdic"])
@pytest.mark.parametrize("header", [b"", TPDU, HEADER_12])
@pytest.mark.parametrize("kind", ["", "binary2", "ascii4"])
def test_the_right_place_is_among_the_most_plausible(name, header, kind):
    places = find_places([framed(kind, header + wire(name))])
    right = [
        place
        for place in places[:PLACES_MAX]
        if bool(place.envelope.kind) == bool(kind) and place.size == len(header)
    ]
    assert right
    assert {place.bodies() for place in right} == {(wire(name),)}
    assert {tuple(place.headers()) for place in right} == {(header,)}
    assert header == HEADER_12 or places[0] == right[0]


def test_a_header_of_the_dialect_stays_with_the_message():
    places = find_places([HEADER_12 + wire("iso87-ascii")])
    place = next(place for place in places if place.size == len(HEADER_12))
    assert place.headers(10) == [HEADER_12[:2]]
    assert place.bodies(10)[0].startswith(HEADER_12[2:])


@pytest.mark.parametrize("data", [[], [b"\xff" * 80], [b"0"], [b"0200"]])
def test_where_there_is_no_mti_there_is_no_place(data):
    assert find_places(data) == []
