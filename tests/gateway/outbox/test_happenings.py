"""Which entries make which events: a table, played by a gateway."""

import pytest

from cardswitch.gateway.core.calls import Cancel, Capture, Create, Pay, Refund, Resolve
from cardswitch.gateway.core.row import SETUP
from cardswitch.gateway.core.things.customers import Customer
from cardswitch.gateway.core.things.methods import Method
from cardswitch.gateway.core.things.tokens import Token
from cardswitch.gateway.outbox.follow import follow
from cardswitch.gateway.outbox.happenings import TYPES, event_id, happened_to
from tests.kit.events import PlayReader
from tests.kit.gateway import CARD, REF, SOURCE, call, held, order, played
from tests.kit.play import after, answered

NEW = Create(secret="s", amount=1, currency="eur", source=SOURCE)
CREATED = "payment_intent.created"
PAID = [CREATED, "payment_intent.succeeded", "charge.succeeded"]
FAILED = ["payment_intent.payment_failed", "charge.failed"]

CANCELED = "payment_intent.canceled"
CAPTURABLE = "payment_intent.amount_capturable_updated"
HELD = [CREATED, CAPTURABLE, "charge.succeeded"]
PART = [CAPTURABLE, "charge.updated"]
TWICE = [*HELD, *PART, "payment_intent.succeeded", "charge.captured"]
LOST = [CREATED, "payment_intent.processing", "x.payment.exception"]
HOLDS_S = 7 * 86_400


def resolve(outcome):
    return call(Resolve(number=1, outcome=outcome, because="b", who="w"))


def yes(code="00", **fields):
    return answered("switch", code, **fields)


@pytest.mark.parametrize(
    ("steps", "types"),
    [
        ([call(NEW)], [CREATED]),
        ([call(NEW), call(Cancel())], [CREATED, CANCELED]),
        ([order(), yes()], PAID),
        ([order(), yes("51")], [CREATED, *FAILED]),
        ([held(), yes()], HELD),
        ([held(), yes(), call(Capture(amount=500, is_final=False)), yes()], [*HELD, *PART]),
        (
            [
                held(),
                yes(),
                call(Capture(amount=500, is_final=False)),
                yes(),
                call(Capture(amount=750)),
                yes(),
            ],
            TWICE,
        ),
        ([held(), yes(), call(Cancel()), yes()], [*HELD, CANCELED, "charge.refunded"]),
        ([held(), yes(), after(HOLDS_S + 3_600), yes()], [*HELD, CANCELED, "charge.expired"]),
        # Approved in part is declined; its reversal, once acknowledged, is no news.
        ([order(), answered("switch", "10", {4: "000000000001"}), yes()], [CREATED, *FAILED]),
        (
            [order(), yes(), call(Refund(amount=5)), yes()],
            [*PAID, "refund.created", "refund.updated", "charge.refunded"],
        ),
        (
            [order(), yes(), call(Refund(amount=5)), yes("51")],
            [*PAID, "refund.created", "refund.failed"],
        ),
        (
            [order(), yes(), call(Refund(amount=5)), after(4.0), yes()],
            [*PAID, "refund.created", "refund.failed"],
        ),
        ([order(), after(4.0), yes()], [CREATED, "payment_intent.processing", *FAILED]),
        (
            [order(), after(4.0), yes("64")],
            [CREATED, "payment_intent.processing", "x.payment.exception"],
        ),
        ([order(), after(4.0), yes("64"), resolve("reversed")], [*LOST, *FAILED]),
        ([order(), after(4.0), yes("64"), resolve("paid")], [*LOST, *PAID[1:]]),
    ],
)
def test_the_events_of_a_story(steps, types):
    play = played()
    for step in steps:
        play = (play.skip() >> step).skip()
    assert [event.type for event in follow(PlayReader(play), 0).events] == types
    assert set(types) <= set(TYPES)


SETUP_NEW = Create(secret="s", amount=0, currency="", source=SOURCE, is_setup=True, pay=Pay())
SETUP_MADE = "setup_intent.created"


@pytest.mark.parametrize(
    ("steps", "type_"),
    [
        ([yes("85")], "setup_intent.succeeded"),
        ([yes("41")], "setup_intent.setup_failed"),
        ([after(4.0)], "setup_intent.setup_failed"),
        ([yes("41"), call(Cancel(), kind=SETUP)], "setup_intent.canceled"),
    ],
)
def test_the_events_of_a_setup(steps, type_):
    play = (played() >> call(SETUP_NEW, kind=SETUP)).skip()
    for step in steps:
        play = (play >> step).skip()
    types = [event.type for event in follow(PlayReader(play), 0).events]
    assert (types[0], types[-1]) == (SETUP_MADE, type_)
    assert set(types) <= set(TYPES)


KEPT = Method(card=CARD, customer="cus_1")


@pytest.mark.parametrize(
    ("before", "after", "types"),
    [
        (None, Customer(), ["customer.created"]),
        (Customer(), Customer(name="N"), ["customer.updated"]),
        (Customer(), Customer(is_deleted=True), ["customer.deleted"]),
        (None, Method(card=CARD), []),
        (None, KEPT, ["payment_method.attached"]),
        (Method(card=CARD), KEPT, ["payment_method.attached"]),
        (KEPT, Method(card=CARD), ["payment_method.detached"]),
        (
            KEPT,
            Method(card=CARD, customer="cus_1", metadata={"a": "b"}),
            ["payment_method.updated"],
        ),
        (None, Token(card=CARD), []),
    ],
)
def test_the_events_of_a_thing(before, after, types):
    assert [each.type for each in happened_to(before, after)] == types
    assert set(types) <= set(TYPES)


def test_an_id_is_the_same_for_the_same_and_no_other():
    ids = {event_id(REF, sequence, place) for sequence in range(9) for place in range(3)}
    assert len(ids) == 27
    assert event_id(REF, 1, 0) in ids
