"""Challenges of 3-D Secure: a cardholder whom his bank asks, found by the transaction's number."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.three_ds.outcomes import Outcome


class Authentication(Struct, frozen=True, kw_only=True, tag="x.authentication"):
    """For the intent *intent*, a ref; *outcome* once the access control server has told it."""

    intent: str
    acs_url: str  # where the browser is sent to
    acs_transaction: str
    ds_transaction: str
    is_mastercard: bool
    is_setup: bool = False  # The intent has no money: the card is to be kept.
    outcome: Outcome | None = None


def ended(authentication: Authentication, outcome: Outcome) -> Authentication:
    """*authentication* after its result was told, which is told once."""
    assert authentication.outcome is None, "it has a result"
    return replace(authentication, outcome=outcome)
