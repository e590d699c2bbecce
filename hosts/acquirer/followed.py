"""What was captured, of which some is refunded, or to which a tip is added."""

from __future__ import annotations

from collections.abc import Sequence

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.followed import Captured, the_captured
from cardswitch.specs.transactions.kinds import KINDS

from .desk import AcquirerDesk
from .entries import SaleFollowed
from .legs import Booking


def captured_one(
    desk: AcquirerDesk, request: Message, asked: Terms, originals: Sequence[Booking]
) -> Booking:
    """The one of *originals* of which *request* may be a refund, or a tip on it. Declines."""
    kind, known = KINDS.named(asked.kind), [captured_of(each) for each in originals]
    rule = desk.config.refunds
    return originals[the_captured(request, kind, asked.amount, asked.card, known, rule)]


def captured_of(booking: Booking) -> Captured:
    """What was captured by *booking*, which has its outcome."""
    assert booking.asked is not None, "it is known what it asked for"
    return Captured(
        card=booking.asked.card,
        currency=booking.asked.currency,
        rrn=booking.rrn,
        approval_code=booking.answer.approval_code if booking.answer else "",
        held=booking.held,
        followed=booking.followed,
    )


def note(desk: AcquirerDesk, original: Booking, asked: Terms, amount: int) -> None:
    """Journal that *amount* more of what *asked* is has come about *original*."""
    desk.write(original, SaleFollowed(original.followed.plus(KINDS.named(asked.kind), amount)))
