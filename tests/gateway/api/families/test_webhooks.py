"""Endpoints and events over HTTPS: made, told, changed and gone, and nobody else's."""

import pytest
import stripe

from tests.kit.receiver import Receiver

URL = "https://127.0.0.1:9/hook"


def made(shop, key=None, idempotency=None, **params):
    headers = {"Idempotency_Key": idempotency} if idempotency else {}
    asked = {"url": URL, "enabled_events[]": "*", **params}
    return shop.ask("POST", "/v1/webhook_endpoints", asked, key, **headers)


@pytest.fixture
def receiver(shop):
    with Receiver(shop.lab.lab.folder / "tls" / "gateway") as receiver:
        endpoint = made(shop, url=receiver.url).body
        receiver.secret, receiver.id = endpoint["secret"], endpoint["id"]
        yield receiver
        shop.ask("DELETE", f"/v1/webhook_endpoints/{receiver.id}")


def events(receiver):
    """What it was told, as the SDK of somebody else reads it."""
    told = [(t.body, t.headers["Stripe-Signature"]) for t in receiver.told]
    return [stripe.Webhook.construct_event(*each, receiver.secret) for each in told]


def test_a_payment_is_told_signed_and_listed(shop, receiver):
    paid = shop.create().body
    receiver.wait_for(lambda told: len(told) >= 3)
    told = {event.type: event for event in events(receiver)}
    assert set(told) == {"payment_intent.created", "payment_intent.succeeded", "charge.succeeded"}
    assert told["payment_intent.succeeded"].data.object.id == paid["id"]
    assert told["charge.succeeded"].data.object.id == paid["latest_charge"]
    listed = shop.ask("GET", "/v1/events", {"limit": 3}).body
    assert {each["id"] for each in listed["data"]} == {event.id for event in told.values()}
    one = shop.ask("GET", f"/v1/events/{told['charge.succeeded'].id}").body
    assert one["data"] == told["charge.succeeded"].data.to_dict()
    page = shop.ask("GET", "/v1/events", {"type": "charge.succeeded", "limit": 1}).body["data"]
    assert [each["id"] for each in page] == [one["id"]]
    newer = shop.ask("GET", "/v1/events", {"ending_before": listed["data"][-1]["id"]}).body
    assert [each["id"] for each in newer["data"]] == [e["id"] for e in listed["data"][:-1]]


def test_of_a_payment_before_it_an_endpoint_is_not_told(shop, request):
    shop.create(amount=100051)
    receiver = request.getfixturevalue("receiver")
    paid = shop.create().body
    receiver.wait_for(lambda told: len(told) >= 3)
    succeeded = [e.data.object.id for e in events(receiver) if e.type == "payment_intent.succeeded"]
    assert succeeded == [paid["id"]]
    assert "charge.failed" not in {event.type for event in events(receiver)}


def test_an_event_is_sent_again_by_hand(shop, receiver):
    shop.create()
    receiver.wait_for(lambda told: len(told) >= 3)
    event = events(receiver)[0]
    path = f"/v1/x/events/{event.id}/resend"
    assert shop.ask("POST", path, {"webhook_endpoint": receiver.id}).status == 200
    receiver.wait_for(lambda told: len(told) >= 4)
    assert [e.id for e in events(receiver)].count(event.id) == 2
    assert shop.ask("POST", path, key=shop.other).status == 404
    assert shop.ask("POST", path, {"webhook_endpoint": "we_x"}).status == 404


def test_a_rolled_secret_signs_beside_the_one_before(shop, receiver):
    path = f"/v1/x/webhook_endpoints/{receiver.id}/roll"
    rolled = [shop.ask("POST", path, Idempotency_Key="roll").body["secret"] for _ in range(2)]
    assert rolled[0] == rolled[1] != receiver.secret
    shop.create()
    receiver.wait_for(lambda told: len(told) >= 3)
    assert len(events(receiver)) >= 3
    receiver.secret = rolled[0]
    assert len(events(receiver)) >= 3


def test_a_roll_that_is_asked_for_late_again_rolls_nothing(shop):
    one = made(shop).body
    path = f"/v1/x/webhook_endpoints/{one['id']}/roll"
    answers = [shop.ask("POST", path, Idempotency_Key=key) for key in ("r1", "r2", "r1", "r2")]
    secrets = [each.body["secret"] for each in answers]
    assert secrets[:2] == secrets[2:]
    assert len({*secrets, one["secret"]}) == 3
    assert [each.headers.get("idempotent-replayed") for each in answers[1:3]] == [None, "true"]
    shop.ask("DELETE", f"/v1/webhook_endpoints/{one['id']}")


@pytest.mark.parametrize("is_first", [True, False])
def test_a_key_is_of_an_endpoint_or_of_a_payment(shop, is_first):
    key = f"either-{is_first}"
    asks = [
        lambda: made(shop, idempotency=key),
        lambda: shop.ask("POST", "/v1/customers", {"name": "A"}, Idempotency_Key=key),
    ]
    first, second = [ask() for ask in (asks if is_first else asks[::-1])]
    assert (first.status, second.status) == (200, 400)
    assert second.body["error"]["type"] == "idempotency_error"


def test_an_update_says_what_is_to_be_another_and_no_more(shop):
    one = made(shop, description="d", **{"metadata[a]": "b"}).body
    path = f"/v1/webhook_endpoints/{one['id']}"
    then = shop.ask("POST", path, {"metadata[c]": "d"}).body
    assert (then["description"], then["metadata"]) == ("d", {"a": "b", "c": "d"})
    then = shop.ask("POST", path, {"description": "", "metadata[a]": ""}).body
    assert (then["description"], then["metadata"]) == (None, {"c": "d"})
    assert shop.ask("POST", path, {"metadata": ""}).body["metadata"] == {}
    rolled = shop.ask("POST", f"/v1/x/webhook_endpoints/{one['id']}/roll").body["secret"]
    shop.ask("POST", path, {"disabled": "true"})
    again = shop.ask("POST", f"/v1/x/webhook_endpoints/{one['id']}/roll").body["secret"]
    assert len({one["secret"], rolled, again}) == 3
    shop.ask("DELETE", path)
    assert shop.ask("POST", path, {"description": "e"}).status == 404


def test_the_secret_is_in_the_first_answer_alone_and_in_its_copy(shop):
    first = made(shop, idempotency="endpoint-1").body
    assert first["secret"].startswith("whsec_")
    again = made(shop, idempotency="endpoint-1")
    assert (again.body, again.headers["idempotent-replayed"]) == (first, "true")
    other = made(shop, idempotency="endpoint-1", description="other")
    assert other.body["error"]["type"] == "idempotency_error"
    path = f"/v1/webhook_endpoints/{first['id']}"
    read = shop.ask("GET", path).body
    assert read == {name: value for name, value in first.items() if name != "secret"}
    assert first["secret"] not in str(shop.ask("GET", "/v1/webhook_endpoints").body)
    for method in ("GET", "POST", "DELETE"):
        assert shop.ask(method, path, key=shop.other).status == 404
    changed = shop.ask("POST", path, {"disabled": "true", "enabled_events[]": "charge.failed"})
    assert (changed.body["status"], changed.body["enabled_events"]) == (
        "disabled",
        ["charge.failed"],
    )
    assert shop.ask("DELETE", path).body == {
        "id": first["id"], "object": "webhook_endpoint", "deleted": True,
    }  # fmt: skip
    assert shop.ask("GET", path).status == 404


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "https://192.0.2.1/"}, "url"),
        ({"url": "https://a:b@127.0.0.1/"}, "url"),
        ({"url": None}, "url"),
        ({"enabled_events[]": "charge.nothing"}, "enabled_events[0]"),
        ({"enabled_events[]": None}, "enabled_events"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"description": "4242424242424242"}, "description"),
    ],
)
def test_what_cannot_be_an_endpoint_says_where(shop, params, param):
    said = made(shop, **params)
    assert (said.status, said.body["error"]["param"]) == (400, param)


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"limit": 0}, 400),
        ({"starting_after": "evt_x"}, 404),
        ({"starting_after": "a", "ending_before": "b"}, 400),
        ({"created[gte]": "x"}, 400),
    ],
)
def test_a_page_that_cannot_be_says_so(shop, params, status):
    assert shop.ask("GET", "/v1/events", params).status == status


def test_a_page_is_of_a_time_and_browsers_see_none(shop):
    shop.create()
    late = {"created[gte]": 99_999_999_999}
    assert shop.ask("GET", "/v1/events", late).body["data"] == []
    assert shop.ask("GET", "/v1/events", {"created[lt]": 99_999_999_999}).body["data"]
    assert shop.ask("GET", "/v1/events", key=shop.public).status == 403
    assert shop.ask("GET", "/v1/webhook_endpoints", key=shop.public).status == 403
    page = shop.ask("GET", "/v1/webhook_endpoints", {"starting_after": "we_x"})
    assert page.status == 404
