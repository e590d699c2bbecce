"""What was asked for on the wire for an intent, each numbered within it, and what came of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.codes import PARTLY_APPROVED
from cardswitch.specs.merchants import Check
from cardswitch.specs.message import Message
from cardswitch.specs.three_ds.outcomes import Party
from cardswitch.wire.ports import Seconds

from .authentication import Authentication
from .cards import Card, Metadata
from .checks import FAIL, cavv_check, failed_of
from .entries import (
    Answered,
    Asked,
    Because,
    Ended,
    Lack,
    Lapsed,
    Outcome,
    Owed,
    Refused,
    Resolved,
    Spent,
    Undone,
)
from .problems import (
    Problem,
    approved_in_part,
    blocked,
    declined,
    unanswered,
    undone,
    unproven,
)

PAYMENTS: Final[frozenset[Asked]] = frozenset({"sale", "authorisation", "verification"})


class Stand(StrEnum):
    """How it stands."""

    SENT = "sent"  # perhaps; no answer yet
    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"  # no answer in time: its reversal is pending
    UNDONE = "undone"  # it was unknown, and is reversed
    RELEASED = "released"  # what it held, and was not captured, is free again
    EXCEPTION = "exception"  # its reversal was refused, or spent: a person must look


# The entries about an exchange, and how it must stand for each. A partial approval that nobody
# asked for is declined, and its reversal owed; so is that of what was held and is not wanted.
_FOLLOWS: Final[dict[type, frozenset[Stand]]] = {
    Answered: frozenset({Stand.SENT}),
    Owed: frozenset({Stand.SENT, Stand.DECLINED, Stand.APPROVED}),
    Lapsed: frozenset({Stand.SENT}),
    Undone: frozenset({Stand.UNKNOWN, Stand.DECLINED, Stand.RELEASED}),
    Refused: frozenset({Stand.UNKNOWN, Stand.DECLINED, Stand.RELEASED}),
    Spent: frozenset({Stand.UNKNOWN, Stand.DECLINED, Stand.RELEASED}),
    Resolved: frozenset({Stand.EXCEPTION}),
}
_OWED: Final = {Stand.SENT: Stand.UNKNOWN, Stand.APPROVED: Stand.RELEASED}


class Exchange(Struct, frozen=True, kw_only=True):
    """One payment, capture or refund: what was asked for, and what came of it."""

    number: int
    asked: Asked
    amount: int
    at: Seconds
    request: Message  # less what may not be stored
    card: Card
    stand: Stand = Stand.SENT
    answer: Message | None = None
    reversal: Message | None = None  # pending
    owed_at: Seconds = 0.0  # since when
    decided: Outcome | None = None  # by a person
    reason: str | None = None  # of a refund
    metadata: Metadata = {}
    takes_part: bool = False  # whether an approval of less than was asked for stands
    declines_failed: tuple[Check, ...] = ()  # checks that an approval may not have failed
    is_final: bool = True  # of a capture: nothing more is captured
    authentication: Authentication | None = None
    lacks: Lack | None = None

    @property
    def is_payment(self) -> bool:
        """Whether it asks for the money of the intent, at once or to be captured."""
        return self.asked in PAYMENTS

    @property
    def approved(self) -> int:
        """How much of the amount was approved."""
        if self.decided == "paid":
            return self.amount
        if self.answer is None or self.stand not in (Stand.APPROVED, Stand.RELEASED):
            return 0
        return int(self.answer[4]) if self.answer[39] == PARTLY_APPROVED else self.amount

    @property
    def problem(self) -> Problem | None:
        """Why it is not approved, if it is known that it is not."""
        if self.stand is Stand.UNDONE:
            lapsed = self.asked == "verification"
            return (unanswered if lapsed else undone)(self.number)
        if self.stand is not Stand.DECLINED or self.answer is None:
            return None
        match self.unwanted:
            case "check_failed":
                check = self.blocked_by
                assert check is not None, "that is why"
                return blocked(check, self.number)
            case "approved_in_part":
                return approved_in_part(self.number)
        return (declined if self.lacks is None else unproven)(self.answer[39], self.number)

    @property
    def liable(self) -> Party:
        """Who bears it if the cardholder denies it: the merchant, unless his bank was sure.

        A CAVV that the issuer finds wrong proves nothing, though it may have approved.
        """
        said = self.authentication
        is_proven = said is not None and cavv_check(self.answer) != FAIL
        return said.liable if said is not None and is_proven else "merchant"

    @property
    def blocked_by(self) -> Check | None:
        """The failed check for which its merchant does not want an approval."""
        answer = self.answer
        if not self.declines_failed or answer is None or not answer.approved:
            return None
        return failed_of(answer, self.declines_failed)

    @property
    def unwanted(self) -> Because | None:
        """Why it counts as declined though it was approved, if it does."""
        if self.blocked_by is not None:
            return "check_failed"
        is_part = self.answer is not None and self.answer[39] == PARTLY_APPROVED
        return "approved_in_part" if is_part and not self.takes_part else None

    def owed(self, entry: Owed) -> Stand:
        """How it stands after *entry*."""
        return _OWED.get(self.stand, self.stand)

    def resolved(self, outcome: Outcome) -> Stand:
        """How it stands after a person's decision: what was answered stays as it was answered."""
        if self.answer is None:
            return Stand.APPROVED if outcome == "paid" else Stand.UNDONE
        return Stand.RELEASED if self.is_approval(self.answer) else Stand.DECLINED

    def is_approval(self, answer: Message) -> bool:
        """Whether *answer* is an approval that stands."""
        return answer.approved and replace(self, answer=answer).unwanted is None

    def require(self, entry: Answered | Owed | Lapsed | Ended) -> None:
        """An AssertionError if *entry* cannot follow."""
        follows = self.stand in _FOLLOWS[type(entry)]
        if self.stand is Stand.APPROVED and self.asked != "authorisation":
            follows = False  # What was paid is given back by a refund.
        assert follows, f"{self.stand}, then {entry!r}"
