"""Disputes: a cardholder denies a payment, and the merchant answers with evidence, or gives in.

They live here alone: no money moves in the books for them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ..cards import Metadata
from ..problems import Problem, invalid

ANSWER_S: Final[Seconds] = 7 * 86_400.0  # how long the merchant has for his evidence


class DisputeStatus(StrEnum):
    """The words are those of the API."""

    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    LOST = "lost"


# From where it goes to where.
STEPS: Final = frozenset(
    {
        (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.NEEDS_RESPONSE),  # evidence that is not sent
        (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW),
        (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.LOST),
    }
)


class Dispute(Struct, frozen=True, kw_only=True, tag="dispute"):
    """Of payment *number* of the intent *ref*."""

    ref: str
    number: int
    amount: int
    currency: str
    due_by: Seconds
    reason: str = "fraudulent"
    network_reason_code: str | None = None
    evidence: Metadata = {}
    metadata: Metadata = {}
    submissions: int = 0
    status: DisputeStatus = DisputeStatus.NEEDS_RESPONSE


def answered(
    dispute: Dispute, evidence: Metadata, metadata: Metadata, *, is_submitted: bool
) -> Dispute | Problem:
    """*dispute* with that evidence; if it *is_submitted*, whoever decides looks at it."""
    then = DisputeStatus.UNDER_REVIEW if is_submitted else DisputeStatus.NEEDS_RESPONSE
    if (dispute.status, then) not in STEPS:
        return invalid(f"A dispute that is {dispute.status} takes no evidence", "id")
    return replace(
        dispute,
        evidence=evidence,
        metadata=metadata,
        submissions=dispute.submissions + is_submitted,
        status=then,
    )


def given_in(dispute: Dispute) -> Dispute | Problem:
    """*dispute* when the merchant does not fight it."""
    if (dispute.status, DisputeStatus.LOST) not in STEPS:
        return invalid(f"A dispute that is {dispute.status} cannot be closed", "id")
    return replace(dispute, status=DisputeStatus.LOST)
