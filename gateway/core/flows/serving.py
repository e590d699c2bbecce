"""How each call is served: looked up, told anew or done; `payments` and `captures` are stories."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from msgspec.structs import replace

from cardswitch.wire.machine.waits import NoAnswer

from ..calls import (
    NOBODY,
    Alter,
    Authenticated,
    Call,
    Cancel,
    Capture,
    Claim,
    Create,
    Dispute,
    Expire,
    Increase,
    Pay,
    Read,
    Refund,
    Reply,
    Resolve,
    Update,
)
from ..desk import GatewayDesk
from ..entries import Called, Sent
from ..intents import Intent
from ..problems import Problem, away, missing, other_request
from ..row import GatewayRow, Legs, legs_of, read
from ..things.customers import is_deleted
from .captures import cancel, capture, expire, increase, refund, resolve
from .disputes import dispute
from .payments import authenticated_then_paid, create, pay, update
from .work import NoPlace, Work

_SAYING: Final = (Called.__name__, Sent.__name__)
_JOURNAL_AWAY: Final = "The journal cannot be read: nothing was done"


async def serve(desk: GatewayDesk, call: Call, work: Work) -> None:
    """Do *call*, or say what it was answered when it came first."""
    try:
        legs = await desk.legs(*desk.names_of(call))
        if call.key in legs.keys:
            return await _replay(desk, call, legs)
    except NoAnswer:
        return desk.reply(Reply(ticket=call.ticket, problem=away(_JOURNAL_AWAY)))
    if isinstance(call.deed, Read):
        return _tell(desk, call, legs)
    problem = _take(work, legs)
    if problem is not None:
        return work.answer(problem=problem)
    try:
        await _FLOWS[type(call.deed)](work, call.deed)
    except NoPlace as error:
        problem = away(f"Nothing was sent: {error}")
        return work.answer(problem=replace(problem, is_retried=not work.has_written))


def _tell(desk: GatewayDesk, call: Call, legs: Legs) -> None:
    """How what *call* asks for stands."""
    intent = desk.intents.get(call.ref) or legs.intents.get(call.ref)
    thing = legs.things.get(call.ref)
    problem = None
    found = intent or thing
    if found is None or found.merchant != call.merchant:
        intent, thing, problem = None, None, missing(call.kind, call.named, "id")
    desk.reply(Reply(ticket=call.ticket, intent=intent, thing=thing, problem=problem))


def _take(work: Work, legs: Legs) -> Problem | None:
    """Have *work* be about what its call names, all of which must be there and the caller's."""
    call = work.call
    for use in call.uses:
        record = legs.things.get(use.id)
        if record is None or not _may(call, record.merchant) or is_deleted(record.thing):
            return missing(use.kind, use.id, use.param)
        work.things[use.id] = record
    intent = work.desk.intents.get(call.ref) or legs.intents.get(call.ref)
    if intent is not None and _may(call, intent.merchant):
        work.take(intent)
    elif not isinstance(call.deed, Create | Alter | Claim):
        return missing(call.kind, call.named, "id")
    return None


def _may(call: Call, merchant: str) -> bool:
    """Whether *call* may be about what is that merchant's; what ends by itself, nobody asks for."""
    return call.ticket == NOBODY or call.merchant == merchant


async def _replay(desk: GatewayDesk, call: Call, legs: Legs) -> None:
    """The first request with this key decides; a copy is told what it was told."""
    taken, answered = legs.keys[call.key]
    if taken.digest != call.digest:
        return desk.reply(Reply(ticket=call.ticket, problem=other_request()))
    rows = await desk.rows_of((taken.kind, taken.intent))
    found = legs_of(rows, answered.through if answered else None)
    intent = found.intents.get(taken.intent)
    number = answered.number if answered else _sent_by(rows, call) or _last(intent)
    return desk.reply(
        Reply(
            ticket=call.ticket,
            intent=intent,
            thing=found.things.get(taken.intent),
            number=number,
            problem=answered.problem if answered else None,
            is_replayed=True,
        )
    )


def _sent_by(rows: Iterable[GatewayRow], call: Call) -> int:
    """The number of what the call with that idempotency key has sent; 0 if that is not known.

    After a crash it was not answered, and other calls may have sent more since.
    """
    is_its = False
    for row in rows:
        if row.state in _SAYING:
            entry = read(row)
            if isinstance(entry, Called):
                is_its = call.origin is not None and entry.key == call.origin.key
            elif isinstance(entry, Sent) and is_its:
                return entry.number
    return 0


def _last(intent: Intent | None) -> int:
    return len(intent.exchanges) if intent is not None else 0


async def _alter(work: Work, deed: Alter) -> None:
    changed = deed.change(work.things, work.desk.now)
    if isinstance(changed, Problem):
        return work.answer(problem=changed)
    work.alter(changed)
    return work.answer()


async def _claim(work: Work, deed: Claim) -> None:
    work.claim()
    return work.answer()


_Flow = Callable[[Work, Any], Coroutine[Any, Any, None]]
_FLOWS: Final[dict[type, _Flow]] = {
    Alter: _alter,
    Claim: _claim,
    Create: create,
    Update: update,
    Pay: pay,
    Authenticated: authenticated_then_paid,
    Capture: capture,
    Increase: increase,
    Cancel: cancel,
    Expire: expire,
    Refund: refund,
    Dispute: dispute,
    Resolve: resolve,
}
