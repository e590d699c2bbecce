"""What the books have charged: sums for people, and single movements explained."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.masking import printable

from ...settlement.days import date_of
from ...store.books import BooksReader
from ..config import SettlementConfig
from .explain import Explained, explain


class Charged(Struct, frozen=True, gc=False, kw_only=True):
    """What one merchant was charged in a month, of one kind."""

    month: str  # YYYY-MM
    merchant: str
    currency: str  # ISO 4217 numeric
    kind: str
    version: str  # of the schedule
    is_invoiced: bool  # no part of deposits
    amount: int  # minor units; below zero what was given back
    interchange: int
    scheme: int


def charged(settlement: SettlementConfig, month: str = "", merchant: str = "") -> list[Charged]:
    """The sums, by month, merchant, currency, kind and version. Raises ConfigError or Error."""
    sums: Counter[tuple[tuple[str, str, str, str, str, bool], str]] = Counter()
    for each in BooksReader(settlement.books).all_charges(month, merchant):
        key = (
            date_of(each.business_date)[:7], each.merchant, each.currency, each.kind,
            each.version, not each.is_net,
        )  # fmt: skip
        for name in ("amount", "interchange", "scheme"):
            sums[key, name] += getattr(each, name)
    return [
        Charged(
            month=key[0],
            merchant=key[1],
            currency=key[2],
            kind=key[3],
            version=key[4],
            is_invoiced=key[5],
            amount=sums[key, "amount"],
            interchange=sums[key, "interchange"],
            scheme=sums[key, "scheme"],
        )
        for key in sorted({key for key, _ in sums})
    ]


def explained(settlement: SettlementConfig, rrn: str) -> list[Explained]:
    """How the fees of *rrn* came about, movement by movement. Raises ConfigError or Error."""
    found = BooksReader(settlement.books).fees_of(rrn)
    if not found:
        raise Error(
            f"nothing was charged for RRN {printable(rrn, 12)}: it is not closed yet, has no fee, "
            "or is another's; cardswitch switch journal names them"
        )
    return [explain(each) for each in found]
