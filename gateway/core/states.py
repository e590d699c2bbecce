"""How a payment intent stands, and every step from one state to the next: all of them are here."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """The words are those of the API."""

    NEEDS_METHOD = "requires_payment_method"
    NEEDS_CONFIRMATION = "requires_confirmation"
    NEEDS_ACTION = "requires_action"  # the shopper is asked by his bank
    PROCESSING = "processing"  # asked, and no outcome yet; or the outcome is unknown
    NEEDS_CAPTURE = "requires_capture"  # the money is set aside
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


class Step(StrEnum):
    """What happens to an intent."""

    CREATE = "create"
    UPDATE = "update"
    CONFIRM = "confirm"
    CHALLENGE = "to be authenticated"
    FAIL = "not authenticated"
    APPROVE = "approved"
    HOLD = "approved, to be captured"
    DECLINE = "declined"
    WANT = "declined until authenticated"
    UNDO = "unknown, and reversed"
    INCREASE = "increased"
    CAPTURE_PART = "captured in part"
    CAPTURE = "captured"
    CANCEL = "cancel"
    EXPIRE = "not captured in time"


# From where, what happens, and where to. None: there is no intent yet.
STEPS: Final[tuple[tuple[Status | None, Step, Status], ...]] = (
    (None, Step.CREATE, Status.NEEDS_METHOD),
    (None, Step.CREATE, Status.NEEDS_CONFIRMATION),
    (Status.NEEDS_METHOD, Step.UPDATE, Status.NEEDS_METHOD),
    (Status.NEEDS_METHOD, Step.UPDATE, Status.NEEDS_CONFIRMATION),
    (Status.NEEDS_CONFIRMATION, Step.UPDATE, Status.NEEDS_CONFIRMATION),
    (Status.NEEDS_METHOD, Step.CONFIRM, Status.PROCESSING),
    (Status.NEEDS_CONFIRMATION, Step.CONFIRM, Status.PROCESSING),
    (Status.NEEDS_METHOD, Step.CHALLENGE, Status.NEEDS_ACTION),
    (Status.NEEDS_CONFIRMATION, Step.CHALLENGE, Status.NEEDS_ACTION),
    (Status.NEEDS_ACTION, Step.CHALLENGE, Status.NEEDS_ACTION),
    (Status.NEEDS_ACTION, Step.CONFIRM, Status.PROCESSING),
    (Status.NEEDS_METHOD, Step.FAIL, Status.NEEDS_METHOD),
    (Status.NEEDS_CONFIRMATION, Step.FAIL, Status.NEEDS_METHOD),
    (Status.NEEDS_ACTION, Step.FAIL, Status.NEEDS_METHOD),
    (Status.PROCESSING, Step.APPROVE, Status.SUCCEEDED),
    (Status.PROCESSING, Step.HOLD, Status.NEEDS_CAPTURE),
    (Status.PROCESSING, Step.DECLINE, Status.NEEDS_METHOD),
    (Status.PROCESSING, Step.WANT, Status.NEEDS_CONFIRMATION),
    (Status.PROCESSING, Step.UNDO, Status.NEEDS_METHOD),
    (Status.NEEDS_CAPTURE, Step.INCREASE, Status.NEEDS_CAPTURE),
    (Status.NEEDS_CAPTURE, Step.CAPTURE_PART, Status.NEEDS_CAPTURE),
    (Status.NEEDS_CAPTURE, Step.CAPTURE, Status.SUCCEEDED),
    (Status.NEEDS_METHOD, Step.CANCEL, Status.CANCELED),
    (Status.NEEDS_CONFIRMATION, Step.CANCEL, Status.CANCELED),
    (Status.NEEDS_ACTION, Step.CANCEL, Status.CANCELED),
    (Status.NEEDS_CAPTURE, Step.CANCEL, Status.CANCELED),
    (Status.NEEDS_CAPTURE, Step.EXPIRE, Status.CANCELED),
)
_ALLOWED: Final = frozenset(STEPS)
_MAY: Final = frozenset((status, step) for status, step, _ in STEPS)


def may(status: Status | None, step: Step) -> bool:
    """Whether *step* can follow where an intent is *status*.

    >>> may(Status.NEEDS_METHOD, Step.CANCEL), may(Status.SUCCEEDED, Step.CANCEL)
    (True, False)
    """
    return (status, step) in _MAY


def step_to(status: Status | None, step: Step, then: Status) -> Status:
    """*then*, which *step* leads to; an AssertionError if the table has no such step."""
    assert (status, step, then) in _ALLOWED, f"{status or 'nothing'}: {step} leads not to {then}"
    return then


def mermaid() -> str:
    """The diagram of the states, for the manual."""
    lines = ["stateDiagram-v2"]
    for status, step, then in STEPS:
        lines.append(f"    {status or '[*]'} --> {then}: {step}")
    ends = [status for status in Status if not any(status == before for before, _, _ in STEPS)]
    return "\n".join([*lines, *(f"    {status} --> [*]" for status in ends)])
