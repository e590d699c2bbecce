"""The deposit: for every merchant and currency, the total of the approved funds of the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from cardswitch.specs.amounts import currency
from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.masking import printable

from .ledger import ACQUIRER_CASH, Posting, merchant_of, merchant_payable, transfer
from .parties import MerchantAccount
from .totals import BatchTotals

# By account and currency, as the ledger has them: what is owed to a merchant is below zero.
Balances = Mapping[tuple[str, str], int]


class Payout(Struct, frozen=True, gc=False):
    """What one merchant gets in one currency for one day; sums in minor units.

    The account is the one nominated at the close: a later change does not touch this payout.
    """

    business_date: str
    merchant: str
    currency: str  # ISO 4217 numeric
    opening: int  # carried forward from the days before, at most zero where all was paid
    captured: int
    reversed: int
    name: str
    iban: str
    bic: str
    account_currency: str  # ISO 4217 alphabetic

    @property
    def total(self) -> int:
        """What is owed at the end of the day, before the deposit."""
        return self.opening + self.captured - self.reversed

    @property
    def amount(self) -> int:
        """The deposit; zero where the merchant owes us."""
        return max(self.total, 0)

    @property
    def carried_forward(self) -> int:
        """What is left for the next day: zero, or what the merchant owes us, below zero."""
        return min(self.total, 0)

    @property
    def end_to_end_id(self) -> str:
        """The reference that the merchant finds on the bank statement: at most 28 characters."""
        day = self.business_date.replace("-", "")
        return f"{day}-{self.merchant}-{currency(self.currency).alpha}"


def payouts(
    business_date: str,
    batches: Iterable[BatchTotals],
    merchants: Iterable[MerchantAccount],
    opening: Balances,
) -> tuple[Payout, ...]:
    """The payouts of *business_date*, by merchant and currency; also those that come to nothing.

    *opening* are the balances of the ledger before this day. Raises Error if money is owed to, or
    by, a merchant that is not among *merchants*,
    and ConfigError if one is there twice.
    """
    captured: Counter[tuple[str, str]] = Counter()
    reversed_: Counter[tuple[str, str]] = Counter()
    for batch in batches:
        captured[batch.merchant, batch.currency] += batch.captured
        reversed_[batch.merchant, batch.currency] += batch.reversed
    owed = _owed(opening)
    by_id = _by_id(merchants)
    found = []
    for key in sorted(captured.keys() | owed.keys()):
        merchant = _merchant(by_id, key[0])
        sums = (owed.get(key, 0), captured[key], reversed_[key])
        found.append(_payout(business_date, key[1], sums, merchant))
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


def _merchant(by_id: Mapping[str, MerchantAccount], name: str) -> MerchantAccount:
    try:
        return by_id[name]
    except KeyError:
        raise Error(
            f"merchant {printable(name, 15)} has no nominated account: add it to the merchants of "
            "the settlement configuration, then close again"
        ) from None


def _payout(
    business_date: str, code: str, sums: tuple[int, int, int], merchant: MerchantAccount
) -> Payout:
    return Payout(
        business_date,
        merchant.id,
        code,
        *sums,
        merchant.name,
        merchant.iban,
        merchant.bic,
        currency(merchant.currency).alpha,
    )
