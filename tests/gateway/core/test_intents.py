"""An intent is what its entries make of it; what cannot follow is an assertion."""

import pytest

from cardswitch.gateway.core.entries import (
    Answered,
    Canceled,
    Created,
    Owed,
    Refused,
    Sent,
    Undone,
)
from cardswitch.gateway.core.exchanges import Stand
from cardswitch.gateway.core.intents import created
from cardswitch.gateway.core.states import Status
from cardswitch.specs.message import Message
from tests.kit.gateway import CARD

ASKED = Message("0200", {4: "000000001000", 11: "000001"})
REVERSAL = Message("0420", {11: "000002"})


def begun(**changes):
    entry = {"at": 1.0, "merchant": "SHOP", "secret": "s", "amount": 1000, "currency": "eur"}
    return created("r" * 22, 1, Created(**{**entry, **changes}))


def sent(number=1, asked="sale", amount=1000):
    return Sent(at=1.0, number=number, asked=asked, amount=amount, request=ASKED, card=CARD)


def said(code, number=1):
    return Answered(1.0, number, ASKED.reply(code))


def after(*entries):
    intent = begun(card=CARD)
    for entry in entries:
        intent = intent.with_entry(entry)
    return intent


OWED = Owed(1.0, 1, REVERSAL, "no_answer")
UNDONE = Undone(1.0, 1, REVERSAL.reply("00"))


def test_with_a_card_it_wants_a_confirmation_and_without_one_a_method():
    assert begun().status is Status.NEEDS_METHOD
    assert begun(card=CARD).status is Status.NEEDS_CONFIRMATION


@pytest.mark.parametrize(
    ("entries", "status", "received"),
    [
        ([sent()], Status.PROCESSING, 0),
        ([sent(), said("00")], Status.SUCCEEDED, 1000),
        ([sent(), said("11")], Status.SUCCEEDED, 1000),
        ([sent(), said("05")], Status.NEEDS_METHOD, 0),
        ([sent(), said("10")], Status.NEEDS_METHOD, 0),
        ([sent(), OWED], Status.PROCESSING, 0),
        ([sent(), OWED, UNDONE], Status.NEEDS_METHOD, 0),
        ([sent(), OWED, Refused(1.0, 1, REVERSAL.reply("64"))], Status.PROCESSING, 0),
        ([sent(), said("10"), OWED, UNDONE], Status.NEEDS_METHOD, 0),
        ([sent(), said("05"), sent(2), said("00", 2)], Status.SUCCEEDED, 1000),
        ([Canceled(1.0, None)], Status.CANCELED, 0),
    ],
)
def test_how_it_stands(entries, status, received):
    intent = after(*entries)
    assert (intent.status, intent.received) == (status, received)
    assert intent.is_open == any(each.stand is Stand.SENT for each in intent.exchanges)


def test_a_refund_without_outcome_counts_and_one_that_failed_does_not():
    paid = after(sent(), said("00"), sent(2, "refund", 400))
    assert (paid.refunded, paid.status) == (400, Status.SUCCEEDED)
    assert paid.with_entry(said("05", 2)).refunded == 0
    owed = paid.with_entry(Owed(1.0, 2, REVERSAL, "no_answer"))
    assert owed.refunded == 400
    assert owed.with_entry(Undone(1.0, 2, REVERSAL.reply("00"))).refunded == 0
    assert owed.status is Status.SUCCEEDED


@pytest.mark.parametrize(
    "entries",
    [
        [sent(2)],
        [sent(), sent(2)],
        [sent(), said("00"), said("00")],
        [sent(), said("00"), OWED],
        [sent(), UNDONE],
        [sent(), said("00"), Canceled(1.0, None)],
    ],
)
def test_what_cannot_follow_is_an_assertion(entries):
    with pytest.raises(AssertionError):
        after(*entries)


def test_a_capture_tries_no_card():
    held = after(sent(asked="authorisation"), said("00"))
    assert held.tries == 1
    parts = held.with_entry(sent(2, "completion", 400)).with_entry(said("00", 2))
    assert (parts.tries, len(parts.exchanges)) == (1, 2)
    assert after(sent(), said("51"), sent(2), said("00", 2)).tries == 2
