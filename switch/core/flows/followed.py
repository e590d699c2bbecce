"""What was captured, of which some is refunded, or to which a tip is added: which, and how much."""

from __future__ import annotations

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted
from cardswitch.specs.transactions.followed import Captured, the_captured

from ..desk import SwitchDesk
from ..legs import Leg
from ..states import CAPTURED, State


def captured_one(
    desk: SwitchDesk, request: Message, accepted: Accepted, originals: list[Leg]
) -> Leg:
    """The one of *originals* of which *request* may be a refund, or a tip on it. Declines."""
    known = [captured_of(original) for original in originals]
    leg, amount = desk.leg, accepted.amount
    rule = desk.listener.refunds
    return originals[the_captured(request, leg.kind, amount, leg.card, known, rule)]


def captured_of(leg: Leg) -> Captured:
    """What was captured by *leg*, which has its outcome."""
    onward = leg.onward
    return Captured(
        card=leg.card,
        currency=leg.currency,
        rrn=leg.rrn,
        approval_code=(leg.decision or {}).get(38, "") or (onward.get(38) if onward else ""),
        held=leg.held if leg.state in CAPTURED or leg.state is State.TAKEN else 0,
        followed=leg.followed,
    )


def note(desk: SwitchDesk, original: Leg, message: Message, amount: int) -> None:
    """Record that *amount* more of the leg's class, by *message*, has come about *original*."""
    followed = original.followed.plus(desk.leg.kind, amount)
    said = {name: str(value) for name, value in followed._asdict().items()}
    desk.of(original).record(State.FOLLOWED, message, beside=said)
