"""A purchase: known already, refused, or forwarded into the network; its answer comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.codes import (
    DUPLICATE,
    INVALID_TRANSACTION,
    MERCHANT_UNKNOWN,
    NOT_PERMITTED,
    UNAVAILABLE,
)
from cardswitch.specs.errors import Decline
from cardswitch.specs.masking import kept_fields
from cardswitch.specs.message import Message, first_mti, repeat_mti
from cardswitch.specs.testcards import is_test_card
from cardswitch.specs.transactions.accepted import NOTHING, Terms, pan_of, require_pin
from cardswitch.specs.transactions.answers import brought_back, fits
from cardswitch.specs.transactions.identity import is_of_now
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.specs.transactions.settled import settlement_date
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Question

from .desk import NETWORK, AcquirerDesk
from .entries import PurchaseAnswered, PurchaseForwarded, PurchaseRefused
from .legs import Booking
from .states import State

OPEN_MAX: Final = 10_000  # More without an outcome, or owed a reversal, and purchases are declined.


async def purchase(desk: AcquirerDesk, booking: Booking, request: Message, asked: Terms) -> None:
    """Answer *request*, a purchase or the repeat of one, and whoever else waits for *booking*.

    Silence where nothing can be known: the front will repeat or reverse.
    """
    if booking.state is None:
        try:
            await desk.recall(Question(identities=(booking.identity,)))
        except NoAnswer:
            return desk.count("forgotten")
    if booking.asked not in (None, asked):
        return desk.tell_waiters(booking, DUPLICATE)
    if booking.state is None and (code := refusal(desk, booking, request, asked)):
        desk.write(booking, PurchaseRefused(asked, code))
    elif not booking.is_decided:
        brought = await forward(desk, booking, request)
        return respond(desk, booking, brought)
    return respond(desk, booking)


def respond(desk: AcquirerDesk, booking: Booking, brought: Mapping[int, str] | None = None) -> None:
    """Tell whoever waits what is decided; nothing, if nothing is.

    *brought* has what else the network has said; a repeat hears of it what a journal may keep.
    """
    if booking.is_decided:
        for link, request in booking.waiters.items():
            answer = booking.reply(request)
            desk.send(link, answer.with_fields(brought) if brought else answer)


def refusal(desk: AcquirerDesk, booking: Booking, request: Message, asked: Terms) -> str:
    """Why the acquirer itself declines *request*, which is new, or ``""``."""
    now = desk.now
    try:
        require_pin(request, kind_of(booking))
    except Decline as declined:
        return declined.code
    if not is_of_now(request, now):
        return INVALID_TRANSACTION
    if desk.books.tombstones.binds(
        booking.identity.name,
        request[37],
        now,
        card=asked.card,
        amount=asked.amount,
        currency=asked.currency,
    ):
        desk.count("reversed_before")
        return INVALID_TRANSACTION
    currencies = desk.sells(request[42].rstrip(" "))
    if not currencies:
        return MERCHANT_UNKNOWN
    is_exposed = desk.test_cards_only and not is_test_card(pan_of(request))
    if request.get(49, currencies[0]) not in currencies or is_exposed:
        return NOT_PERMITTED
    is_overloaded = len(desk.books.open) >= OPEN_MAX
    return "" if desk.is_up(NETWORK) and not is_overloaded else UNAVAILABLE


async def forward(desk: AcquirerDesk, booking: Booking, request: Message) -> dict[int, str]:
    """Into the network, and the answer back, if there is one that can be believed.

    Returns what is said there besides code and amount.
    """
    try:
        forwarded = into_network(desk, booking, request)
        answer = await desk.ask_network(forwarded)
    except NoAnswer:
        unknown(desk, booking)
        return {}
    if booking.is_decided:
        return {}  # It was reversed in the meantime.
    brought = take_answer(desk, booking, answer, forwarded)
    if brought is None:
        unknown(desk, booking)
        return {}
    return brought


def take_answer(
    desk: AcquirerDesk, booking: Booking, answer: Message, asked: Message
) -> dict[int, str] | None:
    """Keep the network's *answer* to what was *asked* of it; None if it cannot be that.

    Returns what it says besides code and amount.
    """
    if not fits(answer, asked, kind_of(booking)):
        desk.count("unfit_answer")
        return None
    brought = brought_back(answer, desk.config.brings_back)
    desk.write(booking, answered(answer, asked, brought))
    return brought


def kind_of(booking: Booking) -> Kind:
    """The class of what is asked for."""
    assert booking.asked is not None, "who asks, asks for something"
    return KINDS.named(booking.asked.kind)


def unknown(desk: AcquirerDesk, booking: Booking) -> None:
    """No answer can be believed: the front repeats or reverses, unless no money can have moved."""
    if booking.state is State.FORWARDED and not kind_of(booking).moves_money:
        desk.write(booking, PurchaseAnswered(UNAVAILABLE))


def into_network(
    desk: AcquirerDesk, booking: Booking, request: Message, names: str = "", of: int = 0
) -> Message:
    """What is asked as we send it: for the first time, or as a repeat with the same number.

    *names*: field 90, if it names an original; *of*: the leg that it adds to.
    """
    merchant = request[42].rstrip(" ")
    fields = {**request.fields, **desk.acquirer_fields(merchant, request)}
    if names:
        fields[90] = names
    if booking.forwarded:
        return Message(repeat_mti(request.mti), {**fields, 11: booking.forwarded.trace})
    assert booking.asked is not None, "who asks, asks for something"
    first = desk.stamp(NETWORK, Message(first_mti(request.mti), fields))
    entry = PurchaseForwarded(
        asked=booking.asked,
        merchant=merchant,
        trace=first[11],
        original=original_data(first),
        names=names,
        of=of,
        date=settlement_date(request, desk.now),
    )
    desk.write(booking, entry)
    return first


def answered(answer: Message, asked: Message, brought: Mapping[int, str]) -> PurchaseAnswered:
    """*answer* as the journal keeps it, with what may be kept of what is *brought* back."""
    amount = int(answer.get(4) or asked.get(4, NOTHING)) if answer.approved else 0
    said = kept_fields(brought)
    approval_code = said.pop(38, "") if answer.approved else ""
    return PurchaseAnswered(answer[39], amount, approval_code, said)
