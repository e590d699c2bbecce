"""What is asked for about something before it: an increment, or a refund.

What is approved of an increment, its authorisation holds too; of a refund, there is so much less of
what was captured to give back.
"""

from __future__ import annotations

from cardswitch.specs.codes import DUPLICATE
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.captures import the_one
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import Reference
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Question

from .completions import hold_of, originals_of
from .desk import AcquirerDesk
from .entries import AuthorisationAdjusted, PurchaseRefused
from .followed import captured_one, note
from .legs import Booking
from .purchases import into_network, respond, take_answer
from .reversals import original_of
from .states import OPEN, State


async def increment(
    desk: AcquirerDesk, own: Booking, request: Message, asked: Terms, names: Reference
) -> None:
    """Ask the network about what *request* *names*; silence where nothing can be known."""
    question = Question((own.identity, *names.identities), names.begins, names.rrns)
    try:
        found = await desk.recall(question)
    except NoAnswer:
        return desk.count("forgotten")
    if own.asked not in (None, asked):
        return desk.tell_waiters(own, DUPLICATE)
    if own.is_decided:
        return respond(desk, own)
    of, named = 0, ""
    if own.forwarded is None:
        originals = originals_of(desk, asked, names, found)
        if any(booking.state in (None, *OPEN) for booking in originals):
            return desk.count("increment_in_the_way")
        try:
            if KINDS.named(asked.kind).follows:
                original = captured_one(desk, request, asked, originals)
            else:
                holds = [hold_of(booking) for booking in originals]
                original = originals[the_one(request, 0, asked.card, holds, desk.now)]
        except Decline as declined:
            desk.write(own, PurchaseRefused(asked, declined.code))
            return respond(desk, own)
        assert original.forwarded is not None, "what is approved was forwarded"
        of, named = original.number, original.forwarded.original
    return await ask(desk, own, request, named, of)


async def ask(desk: AcquirerDesk, own: Booking, request: Message, names: str, of: int) -> None:
    """Into the network, and its answer: an approval changes what its original is."""
    try:
        if own.forwarded is not None:
            names = own.forwarded.names
        asked = into_network(desk, own, request, names, of)
        answer = await desk.ask_network(asked)
        original = await original_of(desk, own)
    except NoAnswer:
        return None
    if own.is_decided or take_answer(desk, own, answer, asked) is None:
        return None
    if own.state is State.APPROVED and original is not None and own.follows:
        assert own.asked is not None, "what was asked for is known"
        note(desk, original, own.asked, own.held)
    elif own.state is State.APPROVED and original is not None:
        desk.write(original, AuthorisationAdjusted(original.held + own.added))
    return respond(desk, own)
