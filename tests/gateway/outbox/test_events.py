"""The database of events: taken in once, owed to whoever wants them, bounded, kept a while."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.outbox import events as module
from cardswitch.gateway.outbox.events import KEPT_S, Outbox, Outcome
from cardswitch.gateway.outbox.follow import Read
from cardswitch.gateway.outbox.tables import DELIVERED, PENDING
from cardswitch.specs.errors import Error
from tests.kit.events import endpoint, event


@pytest.fixture
def outbox(tmp_path):
    outbox = Outbox(f"sqlite:///{tmp_path}/events.db")
    yield outbox
    outbox.close()


def took(outbox, *numbers, now=100.0, **more):
    outbox.take(Read(tuple(event(n, **more) for n in numbers), max(numbers)), now)


def told(number, state=DELIVERED, due=0.0):
    """How the first try to tell we_1 of *number* ended."""
    return Outcome(
        number=number, endpoint="we_1", first=100.0, tries=1, said="x", state=state, due=due
    )


def numbers(deliveries):
    return [each.number for each in deliveries]


def test_events_are_owed_to_endpoints_of_their_merchant_that_want_them(outbox):
    outbox.add(endpoint("we_all"))
    outbox.add(endpoint("we_off", is_enabled=False))
    outbox.add(endpoint("we_other", types=("charge.failed",)))
    outbox.add(endpoint("we_kiosk", merchant="KIOSK"))
    took(outbox, 1, 2)
    took(outbox, 3, type_="charge.failed")
    assert outbox.position() == 3
    due = {id_: numbers(outbox.due(id_, 100.0, 9)) for id_ in ("we_all", "we_other")}
    assert due == {"we_all": [1, 2, 3], "we_other": [3]}
    for id_ in ("we_off", "we_kiosk"):
        assert outbox.next_due(id_) is None
    assert outbox.pending([1, 2, 3]) == {1: 1, 2: 1, 3: 2}


def test_of_what_was_written_before_it_was_made_an_endpoint_is_not_told(outbox):
    outbox.add(endpoint("we_1"), after=2)
    took(outbox, 1, 2, 3)
    assert numbers(outbox.due("we_1", 100.0, 9)) == [3]


def test_what_was_delivered_is_not_due_and_can_be_sent_again(outbox):
    made = outbox.add(endpoint())
    took(outbox, 1, 2)
    outbox.settle(
        [
            told(1),
            Outcome(
                number=2,
                endpoint="we_1",
                first=100.0,
                tries=1,
                said="500",
                state=PENDING,
                due=105.0,
            ),
        ]
    )
    assert outbox.due("we_1", 104.0, 9) == []
    assert outbox.next_due("we_1") == 105.0
    outbox.resend(1, [made], 104.5)
    [again] = outbox.due("we_1", 104.5, 9)
    assert (again.number, again.tries, again.first) == (1, 0, 104.5)


def test_a_clock_that_was_set_back_keeps_nothing_longer_than_its_pause(outbox):
    outbox.add(endpoint("we_1"))
    took(outbox, 1, 2, 3)
    outbox.settle([told(1, PENDING, due=105.0), told(2, DELIVERED)])
    outbox.bring_forward(20.0, (5.0, 30.0))
    assert numbers(outbox.due("we_1", 24.0, 10)) == [3]
    assert numbers(outbox.due("we_1", 25.0, 10)) == [3, 1]
    outbox.bring_forward(99.0, (5.0, 30.0))
    assert outbox.next_due("we_1") == 20.0


def test_what_is_owed_anew_while_it_is_tried_stays_owed(outbox):
    made = outbox.add(endpoint())
    took(outbox, 1)
    outbox.resend(1, [made], 100.5)
    done = told(1)
    outbox.settle([done])
    assert numbers(outbox.due("we_1", 101.0, 9)) == [1]
    assert outbox._backlog["we_1"] == 1


def test_more_than_the_backlog_is_given_up_and_can_be_sent_again(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BACKLOG_MAX", 2)
    url = f"sqlite:///{tmp_path}/events.db"
    outbox = Outbox(url)
    made = outbox.add(endpoint())
    took(outbox, 1, 2, 3)
    outbox.close()
    outbox = Outbox(url)  # The bound holds after a start, too.
    took(outbox, 4)
    assert numbers(outbox.due("we_1", 100.0, 9)) == [1, 2]
    outbox.settle([told(1)])
    took(outbox, 5)
    assert numbers(outbox.due("we_1", 100.0, 9)) == [2, 5]
    outbox.resend(4, [made], 100.0)
    assert numbers(outbox.due("we_1", 100.0, 9)) == [2, 4, 5]
    outbox.close()


def test_old_events_are_forgotten_with_what_was_owed(outbox):
    outbox.add(endpoint())
    took(outbox, 1, 2)
    took(outbox, 3, at=100.0 + KEPT_S, now=101.0 + KEPT_S)
    assert numbers(outbox.due("we_1", 1e12, 9)) == [3]
    assert outbox.find("evt_1") is None


def test_a_token_makes_one_endpoint_and_a_merchant_has_so_many(outbox, monkeypatch):
    first = outbox.add(endpoint("we_1", token="t", digest="d"))
    assert outbox.add(endpoint("we_2", token="t", digest="d")) == first
    monkeypatch.setattr(module, "ENDPOINTS_MAX", 2)
    outbox.add(endpoint("we_3"))
    with pytest.raises(Error, match="At most 2"):
        outbox.add(endpoint("we_4"))
    outbox.add(endpoint("we_5", merchant="KIOSK"))


def test_an_endpoint_that_is_gone_is_owed_nothing(outbox):
    made = outbox.add(endpoint())
    took(outbox, 1)
    assert outbox.change("we_1", lambda known: replace(known, url="https://[::1]/")) is not None
    assert outbox.endpoints("SHOP")[0].url == "https://[::1]/"
    outbox.remove(made.id)
    assert outbox.endpoints() == []
    assert outbox.due("we_1", 1e12, 9) == []
    assert outbox.change("we_1", lambda known: known) is None


def test_an_endpoint_that_goes_while_events_are_taken_in_is_owed_none_of_them(outbox):
    made = outbox.add(endpoint())
    took(outbox, 1)
    known = outbox.endpoints()
    outbox.remove(made.id)
    outbox._known = known  # as the other thread knew them before
    took(outbox, 2)
    outbox.resend(1, [made], 100.0)
    assert outbox.pending([1, 2]) == {}


def test_whoever_changes_an_endpoint_changes_what_it_is_by_then(outbox):
    outbox.add(endpoint())

    def described(known):
        return replace(known, description="d")

    outbox.change("we_1", lambda known: replace(known, generation=known.generation + 1))
    then = outbox.change("we_1", described)
    assert (then.generation, then.description) == (1, "d")
    assert outbox.endpoints() == [then]


def test_what_endpoints_there_are_is_known_without_asking_and_always_true(outbox):
    first, second = endpoint("we_1"), endpoint("we_2", merchant="KIOSK")
    outbox.add(first)
    assert outbox.endpoints() == [first]
    outbox.add(second)
    assert {each.id for each in outbox.endpoints()} == {"we_1", "we_2"}
    assert outbox.endpoints("KIOSK") == [second]
    outbox.change("we_2", lambda known: replace(known, url="https://127.0.0.1:2/"))
    assert outbox.endpoints("KIOSK")[0].url == "https://127.0.0.1:2/"
    outbox.remove("we_1")
    assert [each.id for each in outbox.endpoints()] == ["we_2"]
