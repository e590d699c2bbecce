"""Which entry of the terminal's journal may follow which: the whole table is here."""

from __future__ import annotations

from typing import Final

from .entries import (
    AdviceKept,
    ApprovalHeard,
    BatchClosed,
    BatchSettled,
    BatchSettling,
    ItemsNumbered,
    KeyProven,
    KeyTaken,
    KsnUsed,
    ReversalRefused,
    SaleAbandoned,
    SaleAnswered,
    SaleBegun,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
    SettlingRefused,
    SoldOffline,
    TerminalEntry,
    Unanswered,
)
from .outcome import PAID, SET_ASIDE, SaleState

# An approval of such a sale, or of more than stays of it, is reversed.
NOT_PAID: Final = frozenset({SaleState.DECLINED, SaleState.REVERSED, SaleState.REDUCED})
_AT_REST: Final = (
    SET_ASIDE
    | NOT_PAID
    | {None, SaleState.COMPLETED, SaleState.EXCEPTION, SaleState.ABANDONED, SaleState.UNANSWERED}
)
_ANY: Final = frozenset({None, *SaleState})  # A key may come while a sale is under way.
# The entries, and how the sale that they are about must stand for each.
FOLLOWS: Final[dict[type[TerminalEntry], frozenset[SaleState | None]]] = {
    SaleBegun: _AT_REST,
    SoldOffline: _AT_REST | {SaleState.PENDING},
    AdviceKept: frozenset({SaleState.APPROVED}),
    SaleAnswered: frozenset({SaleState.BEGUN}),
    Unanswered: frozenset({SaleState.BEGUN}),
    SaleRepeated: PAID | {SaleState.DECLINED},
    SaleReversing: SET_ASIDE | NOT_PAID | {SaleState.BEGUN},
    SaleReversed: frozenset({SaleState.PENDING}),
    ReversalRefused: frozenset({SaleState.PENDING}),
    ApprovalHeard: NOT_PAID | {SaleState.BEGUN},
    SaleAbandoned: NOT_PAID | {SaleState.APPROVED, SaleState.BEGUN, SaleState.PENDING},
    BatchSettling: _AT_REST,
    ItemsNumbered: _AT_REST,
    BatchSettled: _AT_REST,
    SettlingRefused: _AT_REST,
    BatchClosed: _AT_REST,
    KeyTaken: _ANY,
    KeyProven: _ANY,
    KsnUsed: _ANY,
}
