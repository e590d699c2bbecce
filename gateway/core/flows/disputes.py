"""The story of a dispute's beginning; what comes of it changes the dispute alone."""

from __future__ import annotations

from ..calls import Dispute as Deny
from ..entries import Disputed
from ..problems import invalid
from ..things.disputes import ANSWER_S, Dispute
from .work import Work


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
    now = work.desk.now
    work.record(Disputed(now, deed.number, deed.id))
    thing = Dispute(
        ref=intent.ref,
        number=deed.number,
        amount=deed.amount or received,
        currency=intent.currency,
        due_by=now + ANSWER_S,
        reason=deed.reason,
    )
    work.alter({deed.id: thing})
    return work.answer(deed.number)
