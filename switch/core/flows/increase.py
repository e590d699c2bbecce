"""What is asked for about something before it, where that went: an increment, or a refund.

What is approved of an increment, its pre-authorisation holds too; of a refund, what was captured is
less to give back. While it has no outcome, whatever else is about the same original waits.
"""

from __future__ import annotations

from cardswitch.specs.codes import UNAVAILABLE
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted
from cardswitch.specs.transactions.captures import the_one
from cardswitch.specs.transactions.reversals import Reference
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Question

from ..desk import SwitchDesk
from ..legs import Leg
from ..states import CAPTURED, State
from .advise import hold_of, is_in_the_way, originals_of
from .ask import answered, refuse_late, tell_known
from .followed import captured_one, note
from .reverse import undo


async def increase(
    desk: SwitchDesk, link: LinkId, request: Message, accepted: Accepted, names: Reference
) -> None:
    """Ask for it about what it *names*; silence if that is in work the other way."""
    leg = desk.leg
    digest = leg.request_digest
    try:
        found = await desk.recall(Question((leg.key, *names.identities), names.begins, names.rrns))
    except NoAnswer:
        return desk.forget()
    if leg.state is not None:
        return tell_known(desk, digest)
    originals, now = originals_of(desk, accepted, names, found), desk.now
    if any(each.is_open or is_in_the_way(desk, each) for each in originals):
        return desk.forget()
    try:
        refuse_late(desk, link, request)
        if leg.kind.follows:
            original = captured_one(desk, request, accepted, originals)
        else:
            holds = [hold_of(original, now) for original in originals]
            original = originals[the_one(request, 0, leg.card, holds, now)]
        require_ready(desk, original)
        leg.rrn, leg.card, leg.upstream = original.rrn, original.card, original.upstream
        leg.acquirer = original.acquirer
        forwarded = desk.following(request, original)
    except Decline as declined:
        return desk.decline(request, declined.code)
    except NoAnswer:
        return desk.decline(request, UNAVAILABLE)
    desk.record(State.FORWARDED, forwarded, original=original.number)
    return await added(desk, forwarded)


def require_ready(desk: SwitchDesk, original: Leg) -> None:
    """Declines if nothing can be asked where *original* went."""
    is_full = desk.memory.owed >= desk.settings.pending_reversals_max
    is_unheard = original.state is State.TAKEN  # there
    if is_full or is_unheard or LinkId(original.upstream) not in desk.memory.ready:
        raise Decline(UNAVAILABLE)


async def added(desk: SwitchDesk, forwarded: Message) -> None:
    """The answer to what was *forwarded*; an approval changes its original."""
    answer = await answered(desk, forwarded)
    if answer is None:
        return undo(desk)
    message, brought = answer
    if not message.approved:
        desk.record(State.DECLINED, message)
        return desk.respond(brought)
    original = await original_of(desk)
    if original is None or original.state not in CAPTURED:
        desk.count("nothing_to_follow")
        return undo(desk)
    desk.record(State.APPROVED, message)
    if desk.leg.kind.follows:
        note(desk, original, message, desk.leg.approved)
    else:
        held = original.held + desk.leg.approved
        desk.of(original).record(State.ADJUSTED, message, stays=held)
    return desk.respond(brought)


async def original_of(desk: SwitchDesk) -> Leg | None:
    """What the leg of *desk* is about; None if the journal is silent."""
    try:
        found = await desk.recall(Question(legs=(desk.leg.original,)))
    except NoAnswer:
        return None
    return found[0] if found else None
