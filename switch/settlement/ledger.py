"""Double entry: what every batch and payout does to the accounts. Debits are positive.

Movements, a row each, are the sub-ledger; the general ledger has one journal for each batch: what
was captured is owed to the merchant in full. What is charged for it stands in journals beside it,
see `fees.charges`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error

from .totals import BatchTotals

SCHEME_SETTLEMENT: Final = "scheme_settlement"  # what the issuers, by way of the scheme, owe us
ACQUIRER_CASH: Final = "acquirer_cash"  # the account that deposits are paid from
SUSPENSE: Final = "unreconciled_suspense"  # what the bank has booked and we have not ordered
MERCHANT_PAYABLE: Final = "merchant_payable:"


# By account and currency: what is owed to a merchant is below zero.
Balances = Mapping[tuple[str, str], int]


class Posting(Struct, frozen=True, gc=False):
    """One line of a journal; *amount* in minor units, debits positive, credits negative."""

    journal_id: str  # what is booked; nothing is booked twice under one id
    business_date: str  # label of the bank day whose close has booked it
    account: str
    currency: str  # ISO 4217 numeric
    amount: int


def merchant_payable(merchant: str) -> str:
    """The account of what is owed to *merchant*: a credit balance, so below zero.

    >>> merchant_payable("SHOP")
    'merchant_payable:SHOP'
    """
    return MERCHANT_PAYABLE + merchant


def merchant_of(account: str) -> str | None:
    """The merchant that *account* says what is owed to, or ``None``.

    >>> merchant_of("merchant_payable:SHOP"), merchant_of("acquirer_cash")
    ('SHOP', None)
    """
    if not account.startswith(MERCHANT_PAYABLE):
        return None
    return account.removeprefix(MERCHANT_PAYABLE)


def transfer(
    journal_id: str, business_date: str, debit: str, credit: str, currency: str, amount: int
) -> tuple[Posting, Posting]:
    """The journal that moves *amount* from the account *credit* to *debit*; below zero, back.

    In minor units.
    """
    return (
        Posting(journal_id, business_date, debit, currency, amount),
        Posting(journal_id, business_date, credit, currency, -amount),
    )


def batch_postings(batch: BatchTotals) -> tuple[Posting, ...]:
    """What is sold is owed by the scheme and to the merchant; what goes back is its mirror."""
    return transfer(
        batch.journal_id,
        batch.business_date,
        SCHEME_SETTLEMENT,
        merchant_payable(batch.merchant),
        batch.currency,
        batch.amount,
    )


def unbalanced(postings: Iterable[Posting]) -> tuple[str, ...]:
    """The ids of the journals that do not sum to zero in each currency by itself."""
    sums: Counter[tuple[str, str]] = Counter()
    for posting in postings:
        sums[posting.journal_id, posting.currency] += posting.amount
    return tuple(sorted({journal for (journal, _), total in sums.items() if total}))


def require_balance(postings: Iterable[Posting]) -> None:
    """Raise Error, naming the journal, unless every journal sums to zero per currency."""
    wrong = unbalanced(postings)
    if wrong:
        raise Error(f"journal {wrong[0]} does not sum to zero: nothing may be booked")


def balances_sha256(opening: Balances, postings: Iterable[Posting] = ()) -> str:
    """What every account holds once *postings* are booked, as one SHA-256; empty ones are none."""
    balances = Counter(opening)
    for posting in postings:
        balances[posting.account, posting.currency] += posting.amount
    held = sorted([*account, balance] for account, balance in balances.items() if balance)
    return sha256(msgspec.json.encode(held)).hexdigest()
