"""How one sale stands, as a value: made when it is sent, and after every answer anew."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.additional import AdditionalAmount, cash_of, read_additional
from cardswitch.specs.transactions.captures import left_after, part_of
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.ports import Seconds

SWIPE: Final = "02"  # The first two digits of field 22: how the card was read.


class SaleState(StrEnum):
    """How a sale stands."""

    BEGUN = "begun"  # sent perhaps, not answered yet
    APPROVED = "approved"
    DECLINED = "declined"
    PENDING = "pending"  # a reversal must still be acknowledged
    REVERSED = "reversed"
    REDUCED = "reduced"  # reversed in part: the rest stays paid
    EXCEPTION = "exception"  # the reversal was refused: a person must look
    PART_COMPLETED = "part_completed"  # likewise, and what stays of it can be taken yet
    COMPLETED = "completed"  # of a pre-authorisation: what was taken of it is a sale of its own
    ABANDONED = "abandoned"  # a person ended its reversal: it may stay charged
    UNANSWERED = (
        "unanswered"  # of a repeat: the sale stands as it stood; or no money can have moved
    )


TIP: Final = "tip"  # its row in the table of transactions
PAID: Final = frozenset({SaleState.APPROVED, SaleState.REDUCED})  # a person may reverse it
SET_ASIDE: Final = PAID | {SaleState.PART_COMPLETED}  # Of a pre-authorisation some can be taken.


class Outcome(Struct, frozen=True, kw_only=True):
    """How one sale stands: what a receipt says and a test looks at. All of it may be shown."""

    kind: SaleState
    transaction: str = ""  # the name of its row in the table of transactions
    at: Seconds  # of the last change
    stan: str
    amount: int  # minor units: what was approved and stays, or else asked
    asked: int
    cash: int = 0  # minor units of what was asked that are paid out
    capture: str = ""  # of a completion that is not the only one: which one, as in field 48.70
    captures: int = 0  # of a pre-authorisation: how many completions were taken of it
    followed: Followed = Followed()  # what was refunded of it, and what tip was added to it
    sold: int = 0  # of a tip: minor units of the sale that it is on
    offered: int = 0  # minor units of an approval in part that was not taken
    reversed: int = 0  # minor units of an approval that were undone; if pending, that will be
    currency: str  # numeric
    terminal: str
    merchant: str
    card: str  # masked
    is_swipe: bool
    batch: int
    time: str  # hhmmss and ...
    date: str  # ... MMDD at the terminal
    code: str = ""  # field 39 of the last answer
    approval_code: str = ""
    rrn: str = ""
    is_repeat: bool = False
    is_owed: bool = False  # approved here, and the switch must still be told
    because: str = ""  # of an abandoned one: what the person said
    amounts: tuple[AdditionalAmount, ...] = ()  # what the issuer told of the account

    @property
    def is_declined(self) -> bool:
        """Whether it was refused: by the issuer, or by the till, which does not take less."""
        was_refused_here = self.kind is SaleState.REVERSED and self.offered > 0
        return self.kind is SaleState.DECLINED or was_refused_here

    @property
    def moves_money(self) -> bool:
        """Whether an approval of it does anything that may have to be undone."""
        return KINDS.named(self.transaction).moves_money


def words_for(kind: SaleState | None) -> str:
    """What there is to say of the last sale where nothing can be done with it.

    >>> words_for(SaleState.DECLINED)
    'the last sale is declined'
    """
    match kind:
        case None:
            return "there was no sale yet"
        case SaleState.ABANDONED:
            return "the reversal of the last sale was abandoned; ask whoever runs the switch"
        case SaleState.EXCEPTION:
            return "the reversal of the last sale was refused; ask whoever runs the switch"
        case SaleState.REVERSED:
            return "the last sale is reversed already"
    return f"the last sale is {kind}"


def line_of(outcome: Outcome, kind: SaleState | None = None) -> str:
    """The line of a batch's totals that *outcome* is counted in, as it stands or as *kind*."""
    return f"{outcome.transaction} {kind or outcome.kind}"


def begun_outcome(at: Seconds, request: Message, card: str, batch: int) -> Outcome:
    """How a sale stands whose *request* is about to leave; *card* is masked."""
    asked, row = int(request.get(4) or 0), KINDS.of(request)
    return Outcome(
        kind=SaleState.BEGUN,
        transaction=row.name,
        at=at,
        stan=request[11],
        amount=asked,
        asked=asked,
        cash=cash_of(request.get(54), request.get(49)),
        capture=str(part_of(request)) if row.money == "capture" else "",
        currency=request.get(49),
        terminal=request[41].rstrip(" "),
        merchant=request[42].rstrip(" "),
        card=card,
        is_swipe=request[22].startswith(SWIPE),
        batch=batch,
        time=request[12],
        date=request[13],
        approval_code=request.get(38),
        rrn=request.get(37),
    )


def kept_outcome(outcome: Outcome, at: Seconds, answer: Message) -> Outcome:
    """*outcome*, approved at the terminal itself, after the switch was told of it."""
    return replace(told(outcome, kind_of(answer), at, answer), is_owed=False)


def outcome_after(outcome: Outcome, kind: SaleState, at: Seconds, answer: Message) -> Outcome:
    """*outcome* after the answer to the sale, or to its repeat."""
    approved = kind is SaleState.APPROVED
    return replace(
        told(outcome, kind, at, answer),
        amount=int(answer.get(4) or outcome.asked) if approved else outcome.asked,
        approval_code=answer.get(38, outcome.approval_code) if approved else "",
        amounts=read_additional(answer.get(54)),
    )


def outcome_of_hold(outcome: Outcome, at: Seconds, completion: Message) -> Outcome:
    """How a pre-authorisation stands of which *completion* was taken."""
    left = left_after(outcome.amount, completion)
    return replace(
        outcome,
        kind=SaleState.PART_COMPLETED if left > 0 else SaleState.COMPLETED,
        at=at,
        amount=left if left > 0 else outcome.amount,
        captures=outcome.captures + 1,
    )


def told(outcome: Outcome, kind: SaleState, at: Seconds, answer: Message) -> Outcome:
    """*outcome* after any *answer* about it, which makes it *kind*; its amounts stay."""
    rrn = answer.get(37, outcome.rrn)
    return replace(outcome, kind=kind, at=at, code=answer[39], rrn=rrn)


def kind_of(answer: Message) -> SaleState:
    """What the *answer* to a sale makes of it."""
    return SaleState.APPROVED if answer.approved else SaleState.DECLINED
