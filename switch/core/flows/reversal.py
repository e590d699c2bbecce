"""What others want undone: a reversal comes in from downstream, and is a leg of its own.

Its answer is a row of its own too, in the same transaction as what it does to the leg it names; so
its repeat is told the same, and what nobody knows stays unknown, should it come yet.
"""

from __future__ import annotations

from cardswitch.specs.codes import APPROVED, DUPLICATE, FORMAT_ERROR, MISMATCH
from cardswitch.specs.errors import Decline, DecodeError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import pan_of
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.kinds import NEVER_CAME
from cardswitch.specs.transactions.reversals import Reference, agrees, can_be_named, stays_of
from cardswitch.specs.transactions.tombstones import tombstone
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Question

from ..access.registry import require_known
from ..desk import SwitchDesk
from ..legs import Leg
from ..states import State
from .followed import note
from .reverse import begin, take_back


async def reversal(desk: SwitchDesk, request: Message, names: Reference, digest: str) -> None:
    """Undo the leg that *request* *names*; agree once that duty is durable.

    Whatever cannot be found out, or is in work the other way, makes for silence: it comes again.
    A terminal that the listener knows no more may still undo what it did.
    """
    own = desk.leg
    try:
        found = await desk.recall(Question((own.key, *names.identities), names.begins, names.rrns))
    except NoAnswer:
        return desk.forget()
    if own.decision is not None:
        desk.count("reversal_recalled")
        if own.request_digest not in ("", digest):
            return desk.tell_waiters(DUPLICATE)
        return await repeated(desk)
    named = candidates(desk, names, found)
    originals = [leg for leg in named if not leg.is_tombstone]
    if not originals:
        try:
            require_known(request, desk.listener)
        except Decline as declined:
            return answer(desk, request, declined.code)
        return unknown(desk, request, names, named)
    fitting = [leg for leg in originals if fits(desk, request, leg)]
    if len(fitting) != 1:
        return answer(desk, request, MISMATCH)
    return await undo_one(desk, request, fitting[0])


def candidates(desk: SwitchDesk, names: Reference, found: list[Leg]) -> list[Leg]:
    """What *names* may mean: what the journal *found*, and what has no row yet."""
    legs = desk.memory.legs
    here = [legs.find(name) for _, name in names.identities]
    for _, who in names.begins:
        here += legs.begun_as(who)
    for rrn, who in names.rrns:
        here += [leg for leg in legs.begun_as(who) if leg.rrn == rrn]
    known = {id(leg): leg for leg in (*found, *here) if leg is not None}
    days = {"", *(day.label for day in desk.memory.days.values())}
    return [
        leg
        for leg in known.values()
        if leg.kind.shape != "reverse" and (not names.same_day or leg.business_date in days)
    ]


def fits(desk: SwitchDesk, request: Message, leg: Leg) -> bool:
    """Whether card, amount, currency and approval code of *request* are those of *leg*."""
    if leg.kind.is_for_good or not can_be_named(leg.sent_on, desk.now):
        return False
    pan = pan_of(request)
    card_agrees = not pan or desk.memory.vault.fingerprint(pan) == leg.card
    amounts = (leg.requested, *filter(None, (leg.approved, leg.held)))
    approval_code = (leg.decision or {}).get(38, "")
    return agrees(request, card_agrees, amounts, leg.currency, approval_code)


async def undo_one(desk: SwitchDesk, request: Message, leg: Leg) -> None:
    """Undo *leg*, when it has an outcome."""
    try:
        stays = stays_of(request)
    except DecodeError:
        return answer(desk, request, FORMAT_ERROR)
    if leg.is_open:
        desk.count("reversal_of_open_leg")
        await desk.outcome_of(leg)
    if leg.is_open:
        return desk.forget()
    if leg.number in desk.memory.following:
        return desk.forget()  # An increment of it has no outcome yet.
    if leg.kind.adds and leg.is_captured:
        return await undo_increment(desk, request, leg, stays)
    if leg.kind.follows and leg.is_captured:
        return await undo_refund(desk, request, leg, stays)
    if leg.state is State.REVERSING and leg.stays != stays:
        return desk.forget()  # One after the other.
    if not may_leave(leg, stays):
        return answer(desk, request, MISMATCH, leg)
    if leg.is_captured and not is_so(leg, stays):
        try:
            begin(desk.of(leg), stays)
        except NoAnswer:
            return desk.forget()
    return answer(desk, request, APPROVED, leg)


async def undo_increment(desk: SwitchDesk, request: Message, leg: Leg, stays: int) -> None:
    """Undo *leg*, an increment, as a whole: its original holds so much less, if it still does."""
    try:
        found = await desk.recall(Question(legs=(leg.number, leg.original)))
        increment, original = sorted(found, key=lambda each: each.number != leg.number)
        if increment.is_captured and original.is_captured:
            if stays or increment.approved > original.held:
                return answer(desk, request, MISMATCH, increment)
            if original.number in desk.memory.following:
                return desk.forget()
            take_back(desk, increment, original)
    except NoAnswer:
        return desk.forget()
    is_taken = original.state in (State.COMPLETED, State.EXCEPTION, State.RESOLVED)
    return answer(desk, request, MISMATCH if is_taken else APPROVED, increment)


async def undo_refund(desk: SwitchDesk, request: Message, leg: Leg, stays: int) -> None:
    """Undo *leg*, a refund, but for *stays*: so much more of its original may be refunded again."""
    try:
        found = await desk.recall(Question(legs=(leg.number, leg.original)))
        refund, original = sorted(found, key=lambda each: each.number != leg.number)
        if not may_leave(refund, stays):
            return answer(desk, request, MISMATCH, refund)
        if refund.state is State.REVERSING and refund.stays != stays:
            return desk.forget()
        if refund.is_captured and not is_so(refund, stays):
            undone, undoing = refund.held - stays, desk.of(refund)
            begin(undoing, stays)
            assert refund.pending is not None, "its reversal is owed"
            note(undoing, original, refund.pending, -undone)
    except NoAnswer:
        return desk.forget()
    return answer(desk, request, APPROVED, refund)


def may_leave(leg: Leg, stays: int) -> bool:
    """Whether *leg* can be what *stays*, more than which must be there.

    Not if it is left to people, or what it held is captured, refunded or tipped: of what is undone
    nothing can be given back.
    """
    if leg.state in (State.EXCEPTION, State.RESOLVED, State.COMPLETED):
        return False
    if leg.followed != Followed():
        return False
    if leg.captures:
        return stays == 0  # What is held besides what was captured is released as a whole.
    return stays == 0 or stays < leg.held or is_so(leg, stays)


def is_so(leg: Leg, stays: int) -> bool:
    """Whether *leg* was already undone but for *stays*."""
    return leg.state is State.REDUCED and leg.held == stays


def unknown(desk: SwitchDesk, request: Message, names: Reference, buried: list[Leg]) -> None:
    """Say that nobody knows it; should the original come yet, it finds that it was reversed.

    *buried*: what earlier reversals have said so of.
    """
    memory, now, own = desk.memory, desk.now, desk.leg
    may_note = memory.may_note_unknown(LinkId(own.link), now)
    if not may_note or (not names.is_exact and memory.tombstones.is_full(now)):
        desk.count("unknown_reversal_unanswered")
        return desk.forget()
    known = {leg.identity for leg in buried}
    for who in names.identities:
        if who.name not in known:
            leg = memory.open_leg(
                who, NEVER_CAME, source=own.source, serves=own.serves, link=own.link,
                acquirer=own.acquirer,
            )  # fmt: skip
            desk.of(leg).record(State.REVERSED, desk.decided(request, APPROVED))
    if not names.is_exact:
        # First: the row of the answer may bring a checkpoint, which names all that binds.
        memory.tombstones.add(own.number, tombstone(request, names, own.card, now))
    return answer(desk, request, desk.listener.unknown_reversal)


def answer(desk: SwitchDesk, request: Message, code: str, original: Leg | None = None) -> None:
    """Durably tell *code* to whoever sent the reversal, and to its repeats."""
    own = desk.leg
    if original is not None:
        own.rrn = original.rrn
    number = original.number if original is not None else 0
    desk.record(State.ANSWERED, desk.decided(request, code), original=number)
    desk.respond()


async def repeated(desk: SwitchDesk) -> None:
    """The same reversal again: the same answer, unless a person has its original in hand, or had.

    What was refused for that is done once it can be: a person told whoever sends it again.
    """
    own = desk.leg
    if own.original:
        try:
            originals = await desk.recall(Question(legs=(own.original,)))
        except NoAnswer:
            return desk.forget()
        if any(leg.state in (State.EXCEPTION, State.RESOLVED) for leg in originals):
            return desk.tell_waiters(MISMATCH)
        if (own.decision or {}).get(39) == MISMATCH:
            return await undo_now(desk, originals)
    return desk.respond()


async def undo_now(desk: SwitchDesk, originals: list[Leg]) -> None:
    """Undo what could not be undone when it was asked for, if it can be now."""
    request = next(iter(desk.leg.waiters.values()), None)
    if request is None or not all(may_leave(leg, stays_of(request)) for leg in originals):
        return desk.respond()
    [original] = originals
    return await undo_one(desk, request, original)
