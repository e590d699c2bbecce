"""The deposit: for every merchant and currency, the total of the approved funds of the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.errors import ConfigError, FormatError

from .days import short_label
from .ledger import ACQUIRER_CASH, Posting, merchant_of, merchant_payable, transfer
from .parties import MerchantAccount
from .totals import BatchTotals

# By account and currency, as the ledger has them: what is owed to a merchant is below zero.
Balances = Mapping[tuple[str, str], int]


class Payout(Struct, frozen=True, gc=False, kw_only=True):
    """What one merchant gets in one currency for one day; sums in minor units.

    The account is the one nominated at the close: a later change does not touch this payout. Where
    there is none, the four fields of the account are empty, and what is owed stays in suspense.
    """

    business_date: str  # label of the bank day
    merchant: str
    currency: str  # ISO 4217 numeric
    opening: int  # carried forward from the days before; above zero what was in suspense
    credits: int  # what came to it on the day ...
    debits: int  # ... and what was taken back, or given back by the merchant; not below zero
    name: str = ""
    iban: str = ""
    bic: str = ""
    account_currency: str = ""  # ISO 4217 alphabetic

    @property
    def total(self) -> int:
        """What is owed at the end of the day, before the deposit."""
        return self.opening + self.credits - self.debits

    @property
    def amount(self) -> int:
        """The deposit; zero where the merchant owes us, or where it cannot be paid yet."""
        return max(self.total, 0) if self._can_be_paid else 0

    @property
    def in_suspense(self) -> int:
        """What is owed and not paid, for want of an account or of a currency that banks know."""
        return 0 if self._can_be_paid else max(self.total, 0)

    @property
    def carried_forward(self) -> int:
        """What the merchant is left to owe us: zero or below."""
        return min(self.total, 0)

    @property
    def end_to_end_id(self) -> str:
        """The reference that the merchant finds on the bank statement: at most 35 characters."""
        code = currency_name(self.currency)
        return f"{short_label(self.business_date)}-{self.merchant}-{code}"

    @property
    def _can_be_paid(self) -> bool:
        return bool(self.iban) and is_currency(self.currency)


def payouts(
    business_date: str,
    batches: Iterable[BatchTotals],
    merchants: Iterable[MerchantAccount],
    opening: Balances,
) -> tuple[Payout, ...]:
    """The payouts of *business_date*, by merchant and currency; also those that come to nothing.

    *opening* are the balances of the ledger before this day. What is owed to a merchant that is not
    among *merchants* is in suspense. Raises ConfigError if one is there twice.
    """
    credits: Counter[tuple[str, str]] = Counter()
    debits: Counter[tuple[str, str]] = Counter()
    for batch in batches:
        key = batch.merchant, batch.currency
        credits[key] += max(batch.amount, 0)
        debits[key] += max(-batch.amount, 0)
    owed = _owed(opening)
    by_id = _by_id(merchants)
    found = []
    for key in sorted(credits.keys() | owed.keys()):
        merchant, code = key
        account = by_id.get(merchant)
        found.append(
            Payout(
                business_date=business_date,
                merchant=merchant,
                currency=code,
                opening=owed.get(key, 0),
                credits=credits[key],
                debits=debits[key],
                name=account.name if account else "",
                iban=account.iban if account else "",
                bic=account.bic if account else "",
                account_currency=currency(account.currency).alpha if account else "",
            )
        )
    return tuple(found)


def payout_postings(payout: Payout) -> tuple[Posting, ...]:
    """A deposit leaves our cash and settles what the merchant was owed."""
    if not payout.amount:
        return ()
    return transfer(
        f"payout:{payout.end_to_end_id}",
        payout.business_date,
        merchant_payable(payout.merchant),
        ACQUIRER_CASH,
        payout.currency,
        payout.amount,
    )


def is_currency(code: str) -> bool:
    """Whether *code*, from the journal, is a currency: otherwise no bank can pay it."""
    try:
        currency(code)
    except FormatError:
        return False
    return True


def currency_name(code: str) -> str:
    """The letters of the currency *code*; itself where the journal holds one that is none.

    >>> currency_name("978"), currency_name("000")
    ('EUR', '000')
    """
    return currency(code).alpha if is_currency(code) else code


def amount_text(minor: int, code: str) -> str:
    """*minor* units as a person writes them; as they are, where *code* is no currency.

    >>> amount_text(1250, "978"), amount_text(1250, "000")
    ('12.50', '1250')
    """
    return format_amount(minor, code) if is_currency(code) else str(minor)


def _owed(balances: Balances) -> dict[tuple[str, str], int]:
    owed = {}
    for (account, code), balance in balances.items():
        merchant = merchant_of(account)
        if merchant is not None and balance:
            owed[merchant, code] = -balance
    return owed


def _by_id(merchants: Iterable[MerchantAccount]) -> dict[str, MerchantAccount]:
    by_id: dict[str, MerchantAccount] = {}
    for merchant in merchants:
        if merchant.id in by_id:
            raise ConfigError(f"merchant {merchant.id} has two nominated accounts: expected one")
        by_id[merchant.id] = merchant
    return by_id
