"""The story of a dispute's beginning; what comes of it changes the dispute alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.wire.ports import Seconds

from ..calls import Dispute as Deny
from ..calls import Things
from ..cards import Card
from ..entries import Disputed
from ..ids import DISPUTE, id_of
from ..problems import Problem, invalid
from ..things import Thing
from ..things.disputes import ANSWER_S, FRAUD, Dispute, first_status, given_in
from .work import Work

# Test cards whose holders deny what they have paid, as their numbers are shown.
DENYING: Final = frozenset(["400000******0259"])


async def dispute(work: Work, deed: Deny) -> None:
    """A cardholder denies a payment that was received."""
    intent = work.known
    received = intent.received - intent.refunded
    if intent.paid is None or intent.paid.number != deed.number or received <= 0:
        return work.answer(problem=invalid("Only what was paid can be disputed", "charge"))
    if intent.dispute is not None:
        return work.answer(problem=invalid("It is disputed already", "charge"))
    if (deed.amount or 0) > received:
        return work.answer(problem=invalid(f"Only {received} were paid", "amount"))
    _open(work, deed.id, deed.amount or received, deed.reason)
    return work.answer(deed.number)


def deny_if_told(work: Work, card: Card) -> None:
    """Have what was paid with *card* be denied, if that is what it is to test."""
    intent = work.known
    if card.masked in DENYING and intent.received > 0 and intent.dispute is None:
        assert intent.paid is not None, "it was paid"
        id_ = id_of(DISPUTE, intent.ref, intent.paid.number)
        _open(work, id_, intent.received, FRAUD)


def unanswered(id_: str, things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
    """Nobody has answered the dispute *id_* in time."""
    known = things[id_].thing
    assert isinstance(known, Dispute), "it was looked up as one"
    then = given_in(known)
    return then if isinstance(then, Problem) else {id_: then}


def _open(work: Work, id_: str, amount: int, reason: str) -> None:
    intent, now = work.known, work.desk.now
    paid = intent.paid
    assert paid is not None, "it was paid"
    work.record(Disputed(now, paid.number, id_))
    thing = Dispute(
        ref=intent.ref,
        number=paid.number,
        amount=amount,
        currency=intent.currency,
        due_by=now + ANSWER_S,
        reason=reason,
        status=first_status(reason, paid.liable),
    )
    work.alter({id_: thing})
