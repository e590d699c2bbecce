"""What was captured, of which some is refunded, or to which a tip is added."""

from __future__ import annotations

from collections.abc import Sequence

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.followed import Captured, RefundRule, the_captured
from cardswitch.specs.transactions.kinds import KINDS

from ..entries import SaleFollowed
from ..legs import Purchase


def captured_one(
    request: Message,
    terms: Terms,
    originals: Sequence[Purchase],
    rule: RefundRule = "captured",
) -> Purchase:
    """The one of *originals* of which *request* may be a refund, or a tip on it. Declines."""
    kind, known = KINDS.named(terms.kind), [captured_of(each) for each in originals]
    return originals[the_captured(request, kind, terms.amount, terms.card, known, rule)]


def captured_of(original: Purchase) -> Captured:
    """What was captured by *original*, which is decided."""
    terms, decided = original.terms, original.decided
    assert terms is not None, "it is known what it asked for"
    return Captured(
        card=terms.card,
        currency=terms.currency,
        rrn=original.rrn,
        approval_code=decided.approval_code if decided else "",
        held=original.held,
        followed=original.followed,
    )


def followed_by(original: Purchase, terms: Terms, amount: int) -> SaleFollowed:
    """The entry of *original* once *amount* more of what *terms* ask for has come about it."""
    return SaleFollowed(followed=original.followed.plus(KINDS.named(terms.kind), amount))
