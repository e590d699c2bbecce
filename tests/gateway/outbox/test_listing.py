"""Pages of events: of one merchant, newest first, by an index; and an event with its deliveries."""

import pytest

from cardswitch.gateway.outbox.events import Outbox
from cardswitch.gateway.outbox.follow import Read
from cardswitch.gateway.outbox.listing import EventsReader
from tests.kit.events import endpoint, event


@pytest.fixture
def reader(tmp_path):
    url = f"sqlite:///{tmp_path}/events.db"
    outbox = Outbox(url)
    outbox.add(endpoint())
    kinds = ("charge.failed", "charge.succeeded")
    made = [
        event(n, "SHOP" if n % 2 else "KIOSK", kinds[n % 4 > 1], at=float(n), ref=f"r{n}")
        for n in range(1, 21)
    ]
    outbox.take(Read(tuple(made), 20), 30.0)
    outbox.close()
    return EventsReader(url)


def numbers(page):
    return [number for number, _ in page]


def test_a_page_goes_on_from_either_end(reader):
    assert numbers(reader.page("SHOP", 3)) == [19, 17, 15]
    assert numbers(reader.page("SHOP", 3, before=15)) == [13, 11, 9]
    assert numbers(reader.page("SHOP", 3, after=9)) == [15, 13, 11]
    assert numbers(reader.page("NONE", 3)) == []


def test_a_page_is_of_types_and_of_a_time(reader):
    assert numbers(reader.page("SHOP", 2, types=["charge.failed"])) == [17, 13]
    assert numbers(reader.page("SHOP", 9, between=(4.0, 9.0))) == [7, 5]
    assert numbers(reader.page("SHOP", 9, between=(4.0, 9.001))) == [9, 7, 5]
    assert numbers(reader.page("SHOP", 9, between=(17.0, None))) == [19, 17]


def test_the_last_ones_of_a_type_and_a_merchant_are_found_behind_all_others(reader):
    assert reader.before_last(0) == 20
    assert reader.before_last(3) == 17
    assert reader.before_last(99) == 0
    assert reader.before_last(2, ["charge.failed"], "SHOP") == 12
    assert reader.before_last(1, ["none"]) == 0


def test_an_event_is_found_and_followed(reader):
    assert reader.find("evt_7")[0] == 7
    assert reader.find("evt_99") is None
    assert reader.last() == 20
    assert numbers(reader.behind(18, 9)) == [19, 20]
    [(found, owed)] = reader.of("r7")
    assert (found.id, [each["endpoint"] for each in owed]) == ("evt_7", ["we_1"])
    assert reader.of("none") == []
    assert [each.id for each in reader.endpoints()] == ["we_1"]
