"""Entries go into a row and come back the same."""

import msgspec
import pytest

from cardswitch.gateway.core.entries import (
    Answered,
    Became,
    Began,
    Called,
    Canceled,
    Created,
    Details,
    Disputed,
    GatewayEntry,
    KeyAnswered,
    KeyTaken,
    Lapsed,
    Owed,
    Refused,
    Resolved,
    Sent,
    Spent,
    Terms,
    Undone,
    Updated,
)
from cardswitch.gateway.core.problems import declined
from cardswitch.gateway.core.things.customers import Customer
from cardswitch.gateway.core.things.methods import Method
from cardswitch.gateway.core.things.tokens import Token
from cardswitch.specs.message import Message
from tests.kit.gateway import CARD

ASKED = Message("0200", {4: "000000001250", 11: "000001"})
ENTRIES = [
    Created(at=1.0, merchant="SHOP", secret="s", amount=1, currency="eur", card=CARD),
    Sent(at=1.0, number=1, asked="sale", amount=1, request=ASKED, card=CARD),
    Answered(1.0, 1, ASKED.reply("00")),
    Owed(1.0, 1, Message("0420", {11: "000002"}), "restart"),
    Undone(1.0, 1, Message("0430", {39: "00"})),
    Refused(1.0, 1, Message("0430", {39: "64"})),
    Spent(1.0, 1),
    Resolved(at=1.0, number=1, outcome="paid", because="b", who="w"),
    Called(at=1.0, came=0.5, request="req_1", method="POST", path="/v1/x", key="k", key_leg=3),
    Canceled(1.0, "duplicate"),
    Updated(
        at=1.0,
        amount=2,
        currency="eur",
        card=None,
        details=Details(),
        terms=Terms(capture="manual"),
    ),
    Lapsed(1.0, 1),
    Disputed(1.0, 1, "dp_1"),
    Began(at=1.0, merchant="SHOP", thing=Method(card=CARD, metadata={"a": "b"})),
    Became(at=2.0, thing=Customer(email="e@x", methods=("pm_1",))),
    Became(at=2.0, thing=Token(card=CARD, is_used=True)),
    KeyTaken(at=1.0, digest="d", intent="r"),
    KeyAnswered(at=1.0, through=3, number=1, problem=declined("51", 1)),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_what_is_written_is_read(entry):
    assert msgspec.json.decode(msgspec.json.encode(entry), type=GatewayEntry) == entry
