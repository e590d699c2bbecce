"""Has an event of a type happen: by a real payment with a test card."""

from __future__ import annotations

from typing import Any, Final

from cardswitch.specs.errors import Error

from .api.given.cards import Sealing, named_card
from .api.ids import SECRET_LENGTH, new_ref, random_text
from .core.calls import Cancel, Capture, Create, Deed, Pay, Refund, Source
from .core.entries import Details, Terms
from .core.ids import INTENT, id_of
from .front import Front

_CARD: Final = "pm_card_visa"
_DENIED: Final = "pm_card_createDispute"  # whose holder denies what he has paid
_DETAILS: Final = Details(description="made by `cardswitch gateway events trigger`")
_AMOUNT: Final = 1_250
_DECLINED: Final = 100_051  # what ends so is declined by the issuer emulator ...
_UNANSWERED: Final = 100_069  # ... or not answered
_PART: Final = 500

# By type: the amount, whether it is paid, captured by hand, and what is asked for afterwards.
_STORIES: Final[dict[str, tuple[int, bool, bool, tuple[Deed, ...]]]] = {
    "payment_intent.created": (_AMOUNT, False, False, ()),
    "payment_intent.canceled": (_AMOUNT, False, False, (Cancel(),)),
    "payment_intent.succeeded": (_AMOUNT, True, False, ()),
    "charge.succeeded": (_AMOUNT, True, False, ()),
    "payment_intent.payment_failed": (_DECLINED, True, False, ()),
    "charge.failed": (_DECLINED, True, False, ()),
    "payment_intent.processing": (_UNANSWERED, True, False, ()),
    "payment_intent.amount_capturable_updated": (_AMOUNT, True, True, ()),
    "charge.captured": (_AMOUNT, True, True, (Capture(),)),
    "charge.updated": (_AMOUNT, True, True, (Capture(amount=_PART, is_final=False),)),
    "refund.created": (_AMOUNT, True, False, (Refund(amount=_PART),)),
    "refund.updated": (_AMOUNT, True, False, (Refund(amount=_PART),)),
    "charge.refunded": (_AMOUNT, True, False, (Refund(amount=_PART),)),
    "charge.dispute.created": (_AMOUNT, True, False, ()),
}


async def trigger(front: Front, vault: Sealing, merchant: str, type_: str) -> dict[str, Any]:
    """Have an event of *type_* happen; the intent that it is about. Raises Error."""
    if type_ not in _STORIES:
        raise Error(f"type: {type_[:80]}: expected one of {', '.join(sorted(_STORIES))}")
    amount, is_paid, is_manual, steps = _STORIES[type_]
    name = _DENIED if type_.startswith("charge.dispute") else _CARD
    ref, card = new_ref(), named_card(name, vault)
    assert card is not None, "it is a test card"
    first = Create(
        secret=random_text(SECRET_LENGTH),
        amount=amount,
        currency="eur",
        source=Source(id=card.id, card=card),
        details=_DETAILS,
        terms=Terms(capture="manual" if is_manual else "automatic"),
        pay=Pay() if is_paid else None,
    )
    for deed in (first, *steps):
        reply = await front.call(merchant, ref, deed)
        intent, problem = reply.intent, reply.problem
        if intent is None:
            raise Error(problem.message if problem else "nothing was done")
        status = str(intent.status)
    return {"id": id_of(INTENT, ref), "status": status}
