"""Journal entries: each kind comes back from the row that it was written in."""

import pytest

from cardswitch.hosts.acquirer.entries import (
    AcquirerEntry,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseReduced,
    PurchaseRefused,
    PurchaseUndone,
    ReversalAnswered,
    ReversalForwarded,
)
from cardswitch.hosts.acquirer.states import State
from cardswitch.hosts.row import Rows
from cardswitch.specs.transactions.accepted import Terms

ASKED = Terms(kind="sale", processing="000000", amount=1_210, currency="978", card="print:14")
FORWARDED = PurchaseForwarded(asked=ASKED, merchant="SHOP", trace="000002", original="0" * 42)


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (FORWARDED, State.FORWARDED),
        (PurchaseRefused(ASKED, "03"), State.REFUSED),
        (PurchaseAnswered("00", 1_210, "000001"), State.APPROVED),
        (PurchaseAnswered("10", 600, "000001"), State.APPROVED),
        (PurchaseAnswered("51"), State.DECLINED),
        (ReversalForwarded("by", "000009", "0329010000", 400), State.REVERSING),
        (PurchaseUndone(), State.UNDONE),
        (PurchaseReduced(400), State.REDUCED),
        (ReversalAnswered("4|37|90|95|", "64"), State.ANSWERED),
    ],
)
def test_round_trip(entry: AcquirerEntry, state: State) -> None:
    rows: Rows[AcquirerEntry] = Rows(AcquirerEntry)
    row = rows.row(entry, 1.5)
    assert row.state == type(entry).__name__
    assert rows.read(row) == entry
    assert entry.state is state
