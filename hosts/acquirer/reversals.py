"""A reversal: which purchase it names, whether both agree, and the same in the network.

It is a leg of its own. Its answer is one row, written when all is done; so its repeat is told the
same, or asked again while it is not done.
"""

from __future__ import annotations

from typing import Final

from cardswitch.specs.codes import APPROVED, DUPLICATE, MISMATCH, UNKNOWN_ORIGINAL
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import card_number
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import (
    Reference,
    agrees,
    can_be_named,
    reversal_digest,
    stays_of,
)
from cardswitch.specs.transactions.tombstones import Tombstone, tombstone
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Question

from .desk import NETWORK, AcquirerDesk
from .entries import (
    AuthorisationAdjusted,
    PurchaseAnswered,
    PurchaseReduced,
    PurchaseUndone,
    ReversalAnswered,
    ReversalForwarded,
)
from .followed import note
from .legs import Booking, Leg, Reversal, leg_of
from .states import HOLDS_MONEY, State

NOT_ANSWERED: Final = PurchaseAnswered("")


def card_of(desk: AcquirerDesk, request: Message) -> str:
    """The fingerprint of the card that *request* names, or ``""``. Raises FormatError."""
    pan = card_number(request)
    return desk.fingerprint(pan) if pan else ""


async def reversal(desk: AcquirerDesk, own: Reversal, request: Message, names: Reference) -> None:
    """Undo the purchase that *request* *names*, in whole or down to what field 95 says.

    Silence where nothing can be known, or something else is in work: the front will ask again.
    """
    question = Question((own.identity, *names.identities), names.begins, names.rrns)
    try:
        found = await desk.recall(question)
    except NoAnswer:
        return desk.count("forgotten")
    if own.answer is not None:
        is_same = own.answer.said == reversal_digest(request, own.card)
        return desk.tell_waiters(own, own.answer.code if is_same else DUPLICATE)
    bookings = candidates(desk, names, found)
    if not bookings:
        return unknown(desk, own, request, names)
    if any(booking.state is None for booking in bookings):
        return desk.count("reversal_in_the_way")  # Its own look-up, or first row, comes first.
    begun = [booking for booking in bookings if booking.reversed_by(own.identity)]
    # What it was taken to mean once, it goes on to mean, though others have come that fit it too.
    fitting = begun or [booking for booking in bookings if fits(desk, own, request, booking)]
    if len(fitting) != 1:
        return answer(desk, own, request, MISMATCH)
    return await undo(desk, own, request, fitting[0])


def candidates(desk: AcquirerDesk, names: Reference, found: list[Leg]) -> list[Booking]:
    """What *names* may mean: what the journal *found*, and what has no row yet."""
    books = desk.books
    here = [books.find(who.name) for who in names.identities]
    for on, begin in names.begins:
        here += [leg for leg in books.begun_as(begin) if leg.identity.sent_on == on]
    for rrn, begin in names.rrns:
        here += [booking for booking in books.begun_as(begin) if booking.rrn == rrn]
    known = {id(leg): leg for leg in (*found, *here) if isinstance(leg, Booking)}
    return [booking for booking in known.values() if not booking.is_tombstone]


def fits(desk: AcquirerDesk, own: Reversal, request: Message, booking: Booking) -> bool:
    """Whether card, amount, currency and approval code of *request* are those of *booking*."""
    asked = booking.asked
    if asked is None:
        return True
    is_for_good = KINDS.named(asked.kind).is_for_good
    if is_for_good or not can_be_named(booking.identity.sent_on, desk.now):
        return False
    card_agrees = own.card in ("", asked.card)
    said = booking.answer or NOT_ANSWERED
    amounts = (asked.amount, *filter(None, (said.amount, booking.held)))
    return agrees(request, card_agrees, amounts, asked.currency, said.approval_code)


def unknown(desk: AcquirerDesk, own: Reversal, request: Message, names: Reference) -> None:
    """Say that nobody knows it; should the original come yet, it finds that it was reversed."""
    if not names.is_exact and desk.books.tombstones.is_full(desk.now):
        return desk.count("unknown_reversal_unanswered")
    for who in names.identities:
        if desk.books.find(who.name) is None:
            buried = leg_of(who)
            desk.books.hold(buried)
            desk.write(buried, PurchaseUndone())
            desk.books.let_go(buried, desk.now)
    binds = None if names.is_exact else tombstone(request, names, own.card, desk.now)
    return answer(desk, own, request, UNKNOWN_ORIGINAL, binds=binds)


async def undo(desk: AcquirerDesk, own: Reversal, request: Message, booking: Booking) -> None:
    """Undo *booking* in the network, if money may be held for it."""
    stays = stays_of(request)
    if booking.added:
        try:
            original = await original_of(desk, booking)
        except NoAnswer:
            return desk.count("forgotten")
        too_much = original is not None and booking.added > original.held
        if booking.state is State.APPROVED and (stays or too_much):
            return answer(desk, own, request, MISMATCH, booking)
    if is_in_the_way(booking, stays):
        return desk.count("reversal_in_the_way")
    is_so = booking.state is State.REDUCED and booking.held == stays
    is_captured = booking.state is State.COMPLETED or booking.followed != Followed()
    # Of what was captured in part, all that is still held is released, or nothing.
    if is_captured or (stays and not is_so and (stays >= booking.held or booking.captures)):
        return answer(desk, own, request, MISMATCH, booking)
    if is_so or not booking.may_hold_money:
        return answer(desk, own, request, APPROVED, booking)
    own.original = booking
    booking.is_reversal_asked = True
    desk.books.hold(booking)
    return await undo_in_network(desk, own, request, booking, stays)


def is_in_the_way(booking: Booking, stays: int) -> bool:
    """Whether something must come first: its outcome, or another reversal of it."""
    if booking.is_reversal_asked:
        return True
    if booking.state is State.REVERSING:
        return booking.stays != stays
    return booking.state is State.FORWARDED and stays > 0


async def undo_in_network(
    desk: AcquirerDesk, own: Reversal, request: Message, booking: Booking, stays: int
) -> None:
    """Without an answer stay silent: the front will ask again. A refusal is handed on as it is."""
    try:
        asked = into_network(desk, own, request, booking, stays)
        said = await desk.ask_network(asked)
        is_about_another = booking.added or (booking.follows and booking.held)
        original = await original_of(desk, booking) if is_about_another else None
    except NoAnswer:
        return None
    code = said.get(39)
    if code == APPROVED or (code == UNKNOWN_ORIGINAL and not stays):
        undone = booking.held - stays
        desk.write(booking, PurchaseReduced(stays) if stays else PurchaseUndone())
        if original is not None and booking.follows and booking.asked is not None:
            note(desk, original, booking.asked, -undone)
        elif original is not None:
            desk.write(original, AuthorisationAdjusted(original.held - booking.added))
        return answer(desk, own, request, APPROVED, booking)
    # Of what the network does not know nothing can stay: a person must look.
    return desk.tell_waiters(own, MISMATCH if code == UNKNOWN_ORIGINAL else code) if code else None


async def original_of(desk: AcquirerDesk, increment: Booking) -> Booking | None:
    """What *increment*, or a refund, is about, if anything of it is held yet. Raises NoAnswer."""
    assert increment.forwarded is not None, "what is about something was forwarded"
    for leg in await desk.recall(Question(legs=(increment.forwarded.of,))):
        if isinstance(leg, Booking) and leg.state in HOLDS_MONEY:
            return leg
    return None


def into_network(
    desk: AcquirerDesk, own: Reversal, request: Message, booking: Booking, stays: int
) -> Message:
    """0420 at first, 0421 whenever it may have been sent before; always the same numbers."""
    purchase = booking.forwarded
    assert purchase is not None, "what may hold money was forwarded"
    mti, numbers = "0421", booking.reversal
    if numbers is None or booking.state is not State.REVERSING:
        mti = "0420"
        stamped = desk.stamp(NETWORK, Message(mti, request.fields))
        sent = request.get(7) or transmission_time(desk.now)
        numbers = ReversalForwarded(own.identity.name, stamped[11], sent, stays)
        desk.write(booking, numbers)
    fields = {**request.fields, **desk.acquirer_fields(purchase.merchant, request)}
    numbered = {7: numbers.sent, 11: numbers.trace, 37: booking.rrn, 90: purchase.original}
    return Message(mti, {**fields, **numbered})


def answer(
    desk: AcquirerDesk,
    own: Reversal,
    request: Message,
    code: str,
    original: Booking | None = None,
    *,
    binds: Tombstone | None = None,
) -> None:
    """Durably tell *code* to whoever sent the reversal, and to its repeats."""
    number = original.number if original else 0
    desk.write(own, ReversalAnswered(reversal_digest(request, own.card), code, number, binds))
    desk.tell_waiters(own, code)
