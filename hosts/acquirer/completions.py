"""A completion: what it names is captured, and the network is told until it has kept that.

It is passed on and not kept for others: the front, which owes it, sends it again until the network
has said yes.
"""

from __future__ import annotations

from cardswitch.specs.codes import APPROVED, DUPLICATE
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.captures import Hold, left_after, part_of, the_one
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import Reference, can_be_named
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Question

from .desk import AcquirerDesk
from .entries import AuthorisationCompleted, PurchaseRefused
from .followed import captured_one, note
from .legs import Booking, Leg
from .purchases import into_network, respond, take_answer
from .reversals import candidates
from .states import OPEN, State


async def completion(
    desk: AcquirerDesk, own: Booking, request: Message, asked: Terms, names: Reference
) -> None:
    """Capture what *request* says of what it *names*, and pass it on; silence if that is unknown.

    What the network says but yes is handed on as it is, and asked again whenever it comes again.
    """
    try:
        found = await desk.recall(
            Question((own.identity, *names.identities), names.begins, names.rrns)
        )
    except NoAnswer:
        return desk.count("forgotten")
    if own.asked not in (None, asked):
        return desk.tell_waiters(own, DUPLICATE)
    if own.is_decided:
        return respond(desk, own)
    original = None
    if own.forwarded is None:
        originals = originals_of(desk, asked, names, found)
        if any(booking.state in (None, *OPEN) for booking in originals):
            return desk.count("completion_in_the_way")  # What it names has no outcome yet.
        try:
            if KINDS.named(asked.kind).follows:
                original = captured_one(desk, request, asked, originals)
            else:
                holds = [hold_of(booking) for booking in originals]
                original = originals[the_one(request, asked.amount, asked.card, holds, desk.now)]
        except Decline as declined:
            desk.write(own, PurchaseRefused(asked, declined.code))
            return respond(desk, own)
    return await pass_on(desk, own, request, original)


async def advice(desk: AcquirerDesk, own: Booking, request: Message, asked: Terms) -> None:
    """Pass *request* on, which tells of a sale that was done without asking anybody."""
    try:
        await desk.recall(Question((own.identity,)))
    except NoAnswer:
        return desk.count("forgotten")
    if own.asked not in (None, asked):
        return desk.tell_waiters(own, DUPLICATE)
    if own.is_decided:
        return respond(desk, own)
    return await pass_on(desk, own, request, None)


async def pass_on(
    desk: AcquirerDesk, own: Booking, request: Message, original: Booking | None
) -> None:
    """Into the network, naming *original*, which is captured; None: as before, or none."""
    try:
        names = own.forwarded.names if own.forwarded else ""
        if original is not None:
            assert original.forwarded is not None, "what is approved was forwarded"
            names = original.forwarded.original
        forwarded = into_network(desk, own, request, names)
        if original is not None and own.asked is not None and own.follows:
            note(desk, original, own.asked, own.asked.amount)
        elif original is not None:
            left, capture = left_after(original.held, request), part_of(request).sequence
            desk.write(original, AuthorisationCompleted(left, capture))
        answer = await desk.ask_network(forwarded)
    except NoAnswer:
        return None
    code = answer.get(39)
    if code != APPROVED:
        return desk.tell_waiters(own, code) if code else None
    take_answer(desk, own, answer, forwarded)
    return respond(desk, own)


def originals_of(
    desk: AcquirerDesk, asked: Terms, names: Reference, found: list[Leg]
) -> list[Booking]:
    """What *names* may mean of what *asked* can be about; *found* is what the journal has."""
    kinds = KINDS.named(asked.kind).original
    return [
        booking
        for booking in candidates(desk, names, found)
        if booking.asked is not None
        and booking.asked.kind in kinds
        and can_be_named(booking.identity.sent_on, desk.now)
    ]


def hold_of(booking: Booking) -> Hold:
    """What *booking*, an authorisation that has its outcome, holds."""
    assert booking.asked is not None, "it is known what it asked for"
    return Hold(
        card=booking.asked.card,
        currency=booking.asked.currency,
        rrn=booking.rrn,
        approval_code=booking.answer.approval_code if booking.answer else "",
        left=booking.held,
        is_captured=booking.state is State.COMPLETED,
        captures=booking.captures,
    )
