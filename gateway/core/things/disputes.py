"""Disputes: a cardholder denies a payment, and the merchant answers with evidence, or gives in.

They live here alone: no money moves in the books for them. Who is liable decides one for fraud, at
once; all others are decided by the evidence, or by the time that none came in.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.three_ds.outcomes import Party
from cardswitch.wire.ports import Seconds

from ..cards import Metadata
from ..problems import Problem, invalid

ANSWER_S: Final[Seconds] = 7 * 86_400.0  # how long the merchant has for his evidence
FRAUD: Final = "fraudulent"


class DisputeStatus(StrEnum):
    """The words are those of the API."""

    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"  # by the merchant
    LOST = "lost"


Decision = Literal["won", "lost"]
OVER: Final = (DisputeStatus.WON, DisputeStatus.LOST)
# From where it goes to where.
STEPS: Final = frozenset(
    {
        (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.NEEDS_RESPONSE),  # evidence that is not sent
        (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW),
        (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.LOST),
        (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.WON),
        (DisputeStatus.UNDER_REVIEW, DisputeStatus.WON),
        (DisputeStatus.UNDER_REVIEW, DisputeStatus.LOST),
    }
)
# What is tried with a test card is decided at once by a text of these, as clients know them.
DECIDING: Final = "uncategorized_text"
_DECIDED: Final[dict[str, DisputeStatus]] = {
    "winning_evidence": DisputeStatus.WON,
    "losing_evidence": DisputeStatus.LOST,
}


class Dispute(Struct, frozen=True, kw_only=True, tag="dispute"):
    """Of payment *number* of the intent *ref*."""

    ref: str
    number: int
    amount: int
    currency: str
    due_by: Seconds
    reason: str = FRAUD
    network_reason_code: str | None = None
    evidence: Metadata = {}
    metadata: Metadata = {}
    submissions: int = 0
    status: DisputeStatus = DisputeStatus.NEEDS_RESPONSE

    @property
    def ends_by_itself(self) -> Seconds | None:
        """When it is lost, if the merchant does not answer."""
        return self.due_by if self.status is DisputeStatus.NEEDS_RESPONSE else None


def first_status(reason: str, liable: Party) -> DisputeStatus:
    """How a dispute begins: one for fraud of what the issuer answers for is won already.

    >>> str(first_status("fraudulent", "issuer")), str(first_status("duplicate", "issuer"))
    ('won', 'needs_response')
    """
    is_won = reason == FRAUD and liable == "issuer"
    return DisputeStatus.WON if is_won else DisputeStatus.NEEDS_RESPONSE


def answered(
    dispute: Dispute, evidence: Metadata, metadata: Metadata, *, is_submitted: bool
) -> Dispute | Problem:
    """*dispute* with that evidence; if it *is_submitted*, whoever decides looks at it."""
    then = DisputeStatus.NEEDS_RESPONSE
    if is_submitted:
        then = _DECIDED.get(evidence.get(DECIDING, ""), DisputeStatus.UNDER_REVIEW)
    if dispute.status is not DisputeStatus.NEEDS_RESPONSE:
        return invalid(f"A dispute that is {dispute.status} takes no evidence", "id")
    return replace(
        dispute,
        evidence=evidence,
        metadata=metadata,
        submissions=dispute.submissions + is_submitted,
        status=then,
    )


def given_in(dispute: Dispute) -> Dispute | Problem:
    """*dispute* when the merchant does not fight it, or lets the time for it pass."""
    if dispute.status is not DisputeStatus.NEEDS_RESPONSE:
        return invalid(f"A dispute that is {dispute.status} cannot be closed", "id")
    return replace(dispute, status=DisputeStatus.LOST)


def decided(dispute: Dispute, then: Decision) -> Dispute | Problem:
    """*dispute* when whoever looked at the evidence has decided."""
    status = DisputeStatus(then)
    if (dispute.status, status) not in STEPS:
        return invalid(f"A dispute that is {dispute.status} is decided already", "id")
    return replace(dispute, status=status)
