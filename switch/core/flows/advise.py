"""An advice: it has happened, so whoever keeps it says yes, and owes it onward.

Nobody declines one. It is refused only if it cannot be true: what it names is not there, is not
what it says, or holds less. What cannot be found out makes for silence: it comes again.
"""

from __future__ import annotations

from typing import Final

from cardswitch.specs.dates import transmission_at
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted
from cardswitch.specs.transactions.captures import Hold, holds_for_s, left_after, the_one
from cardswitch.specs.transactions.reversals import Reference, can_be_named
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Question, Seconds

from ..access.registry import require_known
from ..desk import SwitchDesk
from ..legs import Leg
from ..row import storable
from ..states import CAPTURED, State
from .ask import is_new, tell_known
from .followed import captured_one, note
from .owed import pursue
from .reversal import candidates

LATER_S: Final[Seconds] = 3_600.0  # The issuer's clock decides: we refuse an hour later.


async def advise(desk: SwitchDesk, request: Message, accepted: Accepted, names: Reference) -> None:
    """Keep *request*, which tells that *accepted* was done with what it *names*; say yes."""
    leg = desk.leg
    digest = leg.request_digest
    try:
        found = await desk.recall(Question((leg.key, *names.identities), names.begins, names.rrns))
    except NoAnswer:
        return desk.forget()
    if leg.state is not None:
        return tell_known(desk, digest)
    originals, now = originals_of(desk, accepted, names, found), desk.now
    for original in originals:
        if original.is_open:
            await desk.outcome_of(original)
            return await again(desk, request, accepted, names, original)
        if is_in_the_way(desk, original):
            return desk.forget()
    try:
        require_known(request, desk.listener)
        if leg.kind.follows:
            original = captured_one(desk, request, accepted, originals)
        else:
            holds = [hold_of(original, now) for original in originals]
            original = originals[the_one(request, accepted.amount, leg.card, holds, now)]
    except Decline as declined:
        return desk.decline(request, declined.code)
    return take(desk, request, original)


async def keep(desk: SwitchDesk, request: Message, accepted: Accepted) -> None:
    """Keep *request*, which tells that *accepted* was done without asking anybody; say yes.

    It has happened, however long ago, and whether its upstream can be reached or not.
    """
    if not await is_new(desk):
        return None
    try:
        require_known(request, desk.listener)
        link, _ = desk.destination(accepted)
    except Decline as declined:
        return desk.decline(request, declined.code)
    try:
        onward = storable(desk.speak(link, request, {}), accepted.pan)
    except NoAnswer:
        return desk.forget()
    return owe(desk, onward)


def owe(desk: SwitchDesk, onward: Message, original: Leg | None = None) -> None:
    """Say yes, durably, and owe *onward*, which is about *original*."""
    if not has_room(desk):
        desk.count("advice_no_room")
        return desk.forget()
    if original is not None and desk.leg.kind.follows:
        note(desk, original, onward, int(onward[4]))
    elif original is not None:
        left = left_after(original.held, onward)
        done = State.PART_COMPLETED if left else State.COMPLETED
        desk.of(original).record(done, onward, stays=left)
    desk.record(State.TAKEN, onward, original=original.number if original is not None else 0)
    desk.respond()
    return pursue(desk, onward)


def originals_of(
    desk: SwitchDesk, accepted: Accepted, names: Reference, found: list[Leg]
) -> list[Leg]:
    """What *names* may mean of what *accepted* can be about; *found* is what the journal has."""
    return [
        other
        for other in candidates(desk, names, found)
        if other.kind.name in accepted.kind.original and can_be_named(other.sent_on, desk.now)
    ]


async def again(
    desk: SwitchDesk, request: Message, accepted: Accepted, names: Reference, original: Leg
) -> None:
    """From the beginning, if *original* has its outcome now: meanwhile others may have moved on."""
    if original.is_open:
        return desk.forget()
    return await advise(desk, request, accepted, names)


def is_in_the_way(desk: SwitchDesk, original: Leg) -> bool:
    """Whether a reversal of a part of *original*, or an increment, must have its outcome first.

    The reversal is owed, or a person has it in hand: until it is done nobody knows what stays.
    """
    is_reduced = original.state in (State.REVERSING, State.EXCEPTION) and original.stays > 0
    return is_reduced or original.number in desk.memory.following


def has_room(desk: SwitchDesk) -> bool:
    """Whether one more may be owed.

    What acquirers send on has a room of its own: merchants' advices end only when theirs are kept,
    and of those there may be more than the bound, where people have retried many.
    """
    memory, serves = desk.memory, desk.leg.serves
    owed = memory.owed if serves == "merchants" else memory.owed_of[serves]
    return owed < desk.settings.pending_reversals_max


def take(desk: SwitchDesk, request: Message, original: Leg) -> None:
    """Durably capture of *original* what *request* says; it is owed to wherever that went."""
    leg = desk.leg
    leg.rrn, leg.card, leg.upstream = original.rrn, original.card, original.upstream
    leg.acquirer = original.acquirer
    try:
        onward = desk.advice(request, original)
    except NoAnswer:
        return desk.forget()
    return owe(desk, onward, original)


def hold_of(leg: Leg, now: Seconds) -> Hold:
    """What *leg*, an authorisation that has its outcome, holds."""
    is_held, forwarded = leg.state in CAPTURED, leg.forwarded
    ends_at = 0.0
    if forwarded is not None:
        ends_at = transmission_at(forwarded[7], now) + holds_for_s(forwarded) + LATER_S
    return Hold(
        card=leg.card,
        currency=leg.currency,
        rrn=leg.rrn,
        approval_code=(leg.decision or {}).get(38, ""),
        left=leg.held if is_held else 0,
        is_captured=leg.state is State.COMPLETED,
        captures=leg.captures,
        ends_at=ends_at,
    )
