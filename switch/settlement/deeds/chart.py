"""The chart of accounts: what each is, and which of them a person may book to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.errors import Error

from ..fees.charges import INCOME, INTERCHANGE, RECEIVABLE, RESERVE, SCHEME_FEES, SCHEME_OWED
from ..ledger import ACQUIRER_CASH, MERCHANT_PAYABLE, SCHEME_SETTLEMENT, SUSPENSE

Root = Literal["Assets", "Liabilities", "Income", "Expenses", "Equity"]


class Account(Struct, frozen=True, gc=False):
    """One account of each currency; of each merchant too, where its name ends in a colon."""

    root: Root
    text: str


CHART: Final[Mapping[str, Account]] = {
    SCHEME_SETTLEMENT: Account("Assets", "what issuers, by way of the scheme, owe us"),
    ACQUIRER_CASH: Account("Assets", "the account that deposits are paid from"),
    MERCHANT_PAYABLE: Account("Liabilities", "what a merchant is owed: the next close pays it"),
    RESERVE: Account("Liabilities", "what is kept of a merchant, and given back by closes"),
    RECEIVABLE: Account("Assets", "fees that a merchant is invoiced"),
    INCOME: Account("Income", "what merchants pay us for each sale"),
    INTERCHANGE: Account("Expenses", "what issuers get of it"),
    SCHEME_FEES: Account("Expenses", "what the scheme gets of it"),
    SCHEME_OWED: Account("Liabilities", "of that, what we owe the scheme"),
    "chargeback_suspense": Account("Assets", "what a cardholder disputes, until that is decided"),
    SUSPENSE: Account("Equity", "what the bank has booked and we have not ordered"),
}
_REMEDY: Final = "cardswitch settle accounts lists them"


def account_of(name: str) -> tuple[str, str]:
    """The account of the chart that *name* is of, and its merchant.

    Raises Error, where it is of none.

    >>> account_of("merchant_payable:SHOP"), account_of("acquirer_cash")
    (('merchant_payable:', 'SHOP'), ('acquirer_cash', ''))
    """
    kind, colon, merchant = name.partition(":")
    if kind + colon not in CHART:
        whose = f": {kind}:MERCHANT is" if f"{kind}:" in CHART else ""
        raise Error(f"{name!r} is no account of the chart{whose}; {_REMEDY}")
    return kind + colon, merchant


def require_bookable(name: str, merchants: Collection[str]) -> None:
    """Raise Error unless a person may book to the account *name*; *merchants* are all known."""
    kind, merchant = account_of(name)
    if kind == RESERVE:
        raise Error(
            f"{name}: what is kept of a merchant is given back by the closes, each by the date "
            f"that it has: correct what it is owed, {MERCHANT_PAYABLE}{merchant}"
        )
    if kind.endswith(":") and merchant not in merchants:
        raise Error(f"{name}: no merchant {merchant!r} is configured, and nothing is owed to one")
