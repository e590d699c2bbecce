"""Everything with an answer to wait for: look it up, route, translate the PIN, ask, answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.codes import (
    DUPLICATE,
    FORMAT_ERROR,
    INVALID_TRANSACTION,
    UNAVAILABLE,
    UNKNOWN_ORIGINAL,
)
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted, require_pin
from cardswitch.specs.transactions.answers import BROUGHT_BACK, brought_back, fits
from cardswitch.specs.transactions.identity import is_of_now
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Question

from ..access.registry import require_known, sender_of
from ..desk import SwitchDesk
from ..settings import Upstream
from ..states import State
from ..translate import translated_pin
from .reverse import undo

# What the journal keeps of no answer: the card, and what nobody is to hear of.
_LEFT_OUT: Final = frozenset({2, 35, *BROUGHT_BACK})


async def ask(desk: SwitchDesk, link: LinkId, request: Message, accepted: Accepted) -> None:
    """Take *request*, which came in on *link* and asks for *accepted*, through one side."""
    if not await is_new(desk):
        return None
    try:
        refuse_late(desk, link, request)
        towards, upstream = desk.route(accepted)
        pin = await translated_pin(desk, request, accepted.pan, upstream)
        forwarded = desk.speak(towards, request, pin)
        require(forwarded, upstream)
    except Decline as declined:
        return desk.decline(request, declined.code, declined.field)
    except NoAnswer:
        return desk.decline(request, UNAVAILABLE)
    return await forward(desk, towards, upstream, forwarded)


async def is_new(desk: SwitchDesk) -> bool:
    """Whether the journal knows nothing of the leg; if it does, whoever waits hears what.

    A journal that cannot say makes for silence.
    """
    leg = desk.leg
    digest = leg.request_digest
    try:
        found = await desk.recall(Question(identities=(leg.key,)))
    except NoAnswer:
        desk.forget()
        return False
    if not found and leg.state is None:
        return True
    tell_known(desk, digest)
    return False


def tell_known(desk: SwitchDesk, digest: str) -> None:
    """Tell whoever waits what the journal knows of the leg, if it is what has this *digest*."""
    desk.count("repeat_recalled")
    if desk.leg.request_digest in ("", digest):
        desk.respond()
    else:
        desk.tell_waiters(DUPLICATE)


def refuse_late(desk: SwitchDesk, link: LinkId, request: Message) -> None:
    """Declines what is new and yet must not be performed."""
    leg, now, listener = desk.leg, desk.now, desk.listener
    require_known(request, listener)
    require_pin(request, leg.kind)
    if not is_of_now(request, now, listener.clock_apart_s):
        raise Decline(INVALID_TRANSACTION)
    require_signed_on(desk, link, request)
    if request.mti[3] == "1" and listener.repeat_of_unknown == "refuse":
        raise Decline(UNKNOWN_ORIGINAL)
    if desk.memory.tombstones.binds(
        leg.identity,
        request.get(37),
        now,
        card=leg.card,
        amount=leg.requested,
        currency=leg.currency,
    ):
        desk.count("reversed_before")
        raise Decline(INVALID_TRANSACTION)


def require_signed_on(desk: SwitchDesk, link: LinkId, request: Message) -> None:
    """Declines *request* of one who has signed off, or must sign on and has not."""
    sender, may_be_silent = sender_of(request, desk.listener), desk.listener.sign_on == "optional"
    if not desk.memory.sessions.is_on(link, sender, unsaid=may_be_silent):
        raise Decline(UNAVAILABLE)


def require(forwarded: Message, upstream: Upstream) -> None:
    """Declines what *upstream* would not take, naming the field that is missing."""
    for number in upstream.requires:
        if number not in forwarded.fields:
            raise Decline(FORMAT_ERROR, str(number))


async def forward(desk: SwitchDesk, link: LinkId, upstream: Upstream, forwarded: Message) -> None:
    """Ask upstream, durably; what cannot be known for sure is undone, if money may have moved."""
    desk.record(State.FORWARDED, forwarded)
    answer = await answered(desk, forwarded)
    if answer is None:
        return undo(desk)
    message, brought = answer
    desk.record(State.APPROVED if message.approved else State.DECLINED, message)
    return desk.respond(brought)


async def answered(
    desk: SwitchDesk, forwarded: Message
) -> tuple[Message, Mapping[int, str]] | None:
    """Upstream's answer as the journal keeps it, and what else it brings; None: nothing to believe.

    That includes an approval of money that nobody would hear of any more.
    """
    link = LinkId(desk.leg.upstream)
    try:
        answer = await desk.ask(link, forwarded, desk.settings.upstreams[link].timeout_s)
    except NoAnswer:
        return None
    if not fits(answer, forwarded, desk.leg.kind):
        desk.count("unfit_answer")
        return None
    if answer.approved and desk.leg.kind.moves_money and not desk.is_deliverable():
        desk.count("undeliverable")
        return None
    brought = brought_back(answer, desk.listener.brings_back)
    return settled(answer, forwarded, brought), brought


def settled(answer: Message, forwarded: Message, brought: Mapping[int, str]) -> Message:
    """*answer* as the journal keeps it: with what it may leave out, without the card.

    *brought* is what whoever asked shall hear of what is said besides.
    """
    asked = forwarded.fields
    fields = {n: asked[n] for n in (4, 37, 41, 42, 49) if n in asked}
    fields.update(answer.fields)
    for number in _LEFT_OUT.intersection(fields):
        if number not in brought:
            del fields[number]
    return Message(answer.mti, fields)
