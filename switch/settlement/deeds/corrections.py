"""Journals that people have booked: further ones, with a reason; no row is ever changed.

All of such a journal stands in its entry, which the journal of the switch keeps: from that alone it
is made again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from cardswitch.specs.errors import Error

from ..entries import BankEntry, BankSheet
from ..ledger import Posting, transfer
from .chart import require_bookable

AMOUNT_MAX: Final = (
    10**15
)  # Minor units: more than any bank moves at once, and far from where sums end.


def require_correction(debit: str, credit: str, amount: int, merchants: Collection[str]) -> None:
    """Raise Error unless *amount* may be moved from *credit* to *debit*, by the chart."""
    for name in (debit, credit):
        require_bookable(name, merchants)
    if debit == credit:
        raise Error(f"{debit}: debit and credit are one account, so nothing would move")
    if not 0 < amount <= AMOUNT_MAX:
        raise Error(f"the amount is {amount} minor units, expected 1 to {AMOUNT_MAX}")


def deed_postings(entry: BankEntry, business_date: str) -> tuple[Posting, ...]:
    """What the deed *entry* does to the accounts; *business_date* is that of the last close."""
    if not entry.amount:
        return ()
    return transfer(
        deed_journal(entry), business_date, entry.debit, entry.credit, entry.currency, entry.amount
    )


def deed_journal(entry: BankEntry) -> str:
    """The name of its journal. A movement is taken out of suspense once, since its name is one."""
    return f"clear:{entry.reference}" if entry.kind == "clear" else f"correction:{entry.number}"


def deed_sheet(entry: BankEntry, business_date: str) -> BankSheet:
    """*entry*, which a person has made, with all that follows from it."""
    return BankSheet(entry=entry, postings=deed_postings(entry, business_date))
