"""Events out of a journal: each once, in order, whoever is asked from where."""

import pytest

from cardswitch.gateway.api.events import event_object
from cardswitch.gateway.core.calls import Alter, Create, Origin, Use
from cardswitch.gateway.core.things.customers import Customer
from cardswitch.gateway.outbox import follow as module
from cardswitch.gateway.outbox.follow import follow
from tests.kit.events import PlayReader
from tests.kit.gateway import SOURCE, call, order, played
from tests.kit.play import after, answered

ORIGIN = Origin(request="req_1", method="POST", path="/v1/payment_intents", came=1.0, key="k1")


def test_an_event_says_which_request_made_it_and_what_nobody_asked_for_says_none():
    play = played() >> order(origin=ORIGIN, key="k", digest="d")
    play = (play.skip() >> after(4.0)).skip() >> answered("switch", "00")
    events = follow(PlayReader(play.skip()), 0).events
    made = {event.type: (event.request, event.key) for event in events}
    assert made["payment_intent.created"] == ("req_1", "k1")
    assert made["payment_intent.processing"] == ("req_1", "k1")
    assert made["payment_intent.payment_failed"] == ("", "")


def test_events_of_things_are_read_like_those_of_orders():
    play = played()
    for thing in (Customer(), Customer(name="N")):
        deed = Alter(lambda known, now, thing=thing: {"cus_1": thing})
        used = (Use(kind="customer", id="cus_1"),) if thing.name else ()
        play = (play >> call(deed, "cus_1", kind="customer", uses=used)).skip()
    first, second = follow(PlayReader(play), 0).events
    assert (first.type, first.ref, first.merchant, second.type) == (
        "customer.created", "cus_1", "SHOP0001", "customer.updated",
    )  # fmt: skip
    assert event_object(second, PlayReader(play), 0)["data"]["object"]["name"] == "N"
    assert event_object(first, PlayReader(play), 0)["data"]["object"]["name"] is None


def orders():
    """Five orders that are only made, and five that are paid, each by a request of its own."""
    play = played()
    for number in range(5):
        origin = Origin(
            request=f"req_{number}", method="POST", path="/", came=1.0, key=f"k{number}"
        )
        made = Create(secret="s", amount=1, currency="eur", source=SOURCE)
        play = (play.skip() >> call(made, f"{number}" * 22, origin=origin)).skip()
        paid = order(ref="abcde"[number] * 22, origin=origin, key=f"k{number}", digest="d")
        play = ((play >> paid).skip() >> answered("switch", "00")).skip()
    return play


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7])
def test_read_in_pieces_they_are_the_same(monkeypatch, size):
    reader = PlayReader(orders())
    whole = follow(reader, 0).events
    assert {event.request for event in whole} == {f"req_{number}" for number in range(5)}
    monkeypatch.setattr(module, "ROWS_AT_ONCE", size)
    events, position = [], 0
    while (read := follow(reader, position)).last > position:
        events += read.events
        position = read.last
    assert events == list(whole)
    assert len({event.id for event in events}) == 20
    assert follow(reader, position).events == ()


def test_what_began_in_a_piece_is_not_looked_up_again():
    play = (played() >> order()).skip()
    reader = PlayReader(play)
    asked = []
    known, reader.rows = reader.rows, lambda question: asked.append(question) or known(question)
    first = follow(reader, 0)
    assert (len(first.events), asked) == (1, [])
    play = (play >> answered("switch", "00")).skip()
    types = {event.type for event in follow(reader, first.last).events}
    assert types == {"payment_intent.succeeded", "charge.succeeded"}
    assert len(asked) == 1


def test_what_keys_were_answered_is_not_looked_at(monkeypatch):
    play = (played() >> order(key="k", digest="d", origin=ORIGIN)).skip()
    reader = PlayReader(play)
    first = follow(reader, 0)
    play = (play >> answered("switch", "00")).skip()
    looked, known = [], reader.rows
    monkeypatch.setattr(reader, "rows", lambda asked: looked.extend(asked.legs) or known(asked))
    assert follow(reader, first.last).events
    keys = {row.leg for row in play.entries if row.state == "KeyTaken"}
    assert keys
    assert not keys & set(looked)
