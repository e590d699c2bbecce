"""What terminals do in a mix: sales, amounts set aside and taken, refunds, and sales undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Final

from cardswitch.specs.message import Message
from cardswitch.terminal.core.messages import (
    Order,
    TerminalIdentity,
    following_request,
    request_for,
    reversal_request,
)
from cardswitch.terminal.customer.card import Card

AMOUNT: Final = 100  # Minor units: one euro, which is no magic amount.
SALES: Final = {"sale": 1}
MIX: Final = {"sale": 70, "capture": 20, "refund": 5, "reversal": 5}  # of a hundred
# The requests of each, one behind the answer to the other.
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "sale": ("sale",),
    "capture": ("authorisation", "completion"),
    "refund": ("refund",),
    "reversal": ("sale", "reversal"),
}
_BEGIN: Final = ("sale", "authorisation", "refund")


def stories(shares: Mapping[str, int], seed: int = 1) -> Iterator[tuple[str, ...]]:
    """Without end, what is done next, in the *shares* that each has; the order is *seed*'s."""
    deck = [STEPS[name] for name, share in shares.items() for _ in range(share)]
    chance = Random(seed)
    while True:
        chance.shuffle(deck)
        yield from deck


def templates(card: Card, merchant: str, pin_block: str) -> Mapping[str, Message]:
    """By class, the requests that begin something, without their numbers and times."""
    order = Order(amount=AMOUNT, currency="EUR", card=card)
    place = TerminalIdentity("", merchant)
    made = {kind: request_for(place, order, None, 0.0, kind) for kind in _BEGIN}
    pin = {22: "021", 52: pin_block}  # A refund takes none.
    return {
        kind: request if kind == "refund" else request.with_fields(pin)
        for kind, request in made.items()
    }


def follows(step: str, request: Message, answer: Message, now: float) -> Message:
    """What comes, as *step*, behind the *answer* to *request*; without its trace number."""
    if step == "reversal":
        return reversal_request(request, now, answer[37])
    said = {number: answer[number] for number in (37, 38)}
    return following_request(TerminalIdentity("", ""), step, request, said, AMOUNT, now)
