"""Events as they are shown: the object as it was then, and whose it is."""

from types import SimpleNamespace

from cardswitch.gateway.api.events import event_object, subject_of
from cardswitch.gateway.core.calls import Refund
from cardswitch.gateway.outbox.follow import follow
from tests.kit.events import PlayReader
from tests.kit.gateway import REF, call, order, played
from tests.kit.play import answered


def shown():
    play = played()
    for step in (order(), answered("switch", "00"), call(Refund(amount=5))):
        play = (play.skip() >> step).skip()
    reader = PlayReader((play >> answered("switch", "00")).skip())
    events = follow(SimpleNamespace(rows_behind=reader.rows_behind, rows=reader.rows), 0).events
    assert {subject_of(event) for event in events} == {f"pi_{REF}00"}
    return {event.type: event_object(event, reader, 3) for event in events}


def test_an_object_is_as_it_was_when_the_event_was_made():
    events = shown()
    created = events["payment_intent.created"]
    assert created["data"]["object"]["status"] == "requires_confirmation"
    assert created["pending_webhooks"] == 3
    assert events["payment_intent.succeeded"]["data"]["object"]["status"] == "succeeded"
    assert events["charge.succeeded"]["data"]["object"]["amount_refunded"] == 0
    refunded = events["charge.refunded"]["data"]["object"]
    assert (refunded["object"], refunded["amount_refunded"]) == ("charge", 5)
    assert events["refund.created"]["data"]["object"]["status"] == "pending"
    assert events["refund.updated"]["data"]["object"]["status"] == "succeeded"


def test_every_field_is_there():
    event = shown()["charge.succeeded"]
    assert set(event) == {
        "id", "object", "api_version", "created", "data", "livemode", "pending_webhooks",
        "request", "type",
    }  # fmt: skip
    assert event["request"] == {"id": None, "idempotency_key": None}
