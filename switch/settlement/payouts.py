"""The deposit: for every merchant and currency, the total of the approved funds of the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.registries import is_in_sepa

from .ach.parties import AMOUNT_MAX, is_destination, short_reference
from .days import date_of, short_label
from .fees.charges import Charge
from .ledger import ACQUIRER_CASH, Balances, Posting, merchant_of, merchant_payable, transfer
from .parties import SEPA_CURRENCY, AcquiringBank, MerchantAccount
from .standing import NOTHING_SAID, Standing
from .totals import BatchTotals

# The most that one SEPA transfer carries, in cents (EPC 132-08): more goes in several.
TRANSFER_MAX: Final = 99_999_999_999
REPLACES: Final = " / replaces "  # No id of a merchant has a slash.


class Payout(Struct, frozen=True, gc=False, kw_only=True):
    """What one merchant gets in one currency for one day; sums in minor units.

    The account is the one nominated at the close: a later change does not touch this payout. Where
    there is none, its fields are empty. Where *unpaid* says why, what is owed stays in suspense.
    """

    business_date: str  # label of the bank day
    merchant: str
    currency: str  # ISO 4217 numeric
    opening: int  # carried forward from the days before; above zero what was in suspense
    credits: int  # what came to it on the day ...
    debits: int  # ... and what was taken back, or given back by the merchant; not below zero
    credit_count: int  # how many movements each of them is
    debit_count: int
    name: str = ""
    iban: str = ""
    bic: str = ""
    account_currency: str = ""  # ISO 4217 alphabetic
    town: str = ""
    country: str = ""
    unpaid: str = ""  # why it cannot be paid, in words for the operator; empty if it can
    bounced: tuple[str, ...] = ()  # references of transfers in `opening` that did not get there
    fees: int = 0  # taken of the deposit; below zero what is given back
    reserved: int = 0  # kept of it for a while; below zero what of that is given back
    invoiced: int = 0  # fees that are no part of it

    @property
    def total(self) -> int:
        """What is owed at the end of the day, before the deposit."""
        return self.opening + self.credits - self.debits - self.fees - self.reserved

    @property
    def is_charged(self) -> bool:
        """Whether anything was charged, kept or given back."""
        return bool(self.fees or self.reserved or self.invoiced)

    @property
    def amount(self) -> int:
        """The deposit; zero where the merchant owes us, or where it cannot be paid yet."""
        return 0 if self.unpaid else max(self.total, 0)

    @property
    def in_suspense(self) -> int:
        """What is owed and cannot be paid."""
        return max(self.total, 0) if self.unpaid else 0

    @property
    def carried_forward(self) -> int:
        """What the merchant is left to owe us: zero or below."""
        return min(self.total, 0)

    @property
    def replaces(self) -> tuple[str, ...]:
        """The transfers that this one makes again."""
        return self.bounced if self.amount else ()

    @property
    def is_ach(self) -> bool:
        """Whether it goes by the ACH: to a bank and an account, and no IBAN."""
        return is_destination(self.iban)

    @property
    def purpose(self) -> str:
        """What the bank prints for the merchant beside the amount."""
        said = f"Card sales {self.business_date} {self.merchant}"
        if not self.replaces:
            return said
        more = f" and {len(self.replaces) - 1} more" if len(self.replaces) > 1 else ""
        return f"{said}{REPLACES}{self.replaces[0]}{more}"

    @property
    def end_to_end_id(self) -> str:
        """The reference that the merchant finds on the bank statement: at most 35 characters."""
        code = currency_name(self.currency)
        name = f"{short_label(self.business_date)}-{self.merchant}-{code}"
        return short_reference(name, date_of(self.business_date)) if self.is_ach else name

    def transfers(self) -> Iterator[tuple[str, int]]:
        """The deposit as banks carry it: reference and amount of each transfer.

        One, or as many as SEPA or the ACH needs for it; the references of the others end in 2, 3, …
        """
        rest = self.amount
        most = TRANSFER_MAX if currency_name(self.currency) == SEPA_CURRENCY else rest
        most = AMOUNT_MAX if self.is_ach else most
        number = 1
        while rest:
            yield self._reference(number), min(rest, most)
            rest -= min(rest, most)
            number += 1

    def _reference(self, number: int) -> str:
        if number == 1:
            return self.end_to_end_id
        name = f"{self.end_to_end_id}{number}"
        return short_reference(name, date_of(self.business_date)) if self.is_ach else name


def payouts(
    business_date: str,
    batches: Iterable[BatchTotals],
    merchants: Iterable[MerchantAccount],
    acquirer: AcquiringBank,
    opening: Balances,
    standing: Standing = NOTHING_SAID,
    charges: Iterable[Charge] = (),
) -> tuple[Payout, ...]:
    """The payouts of *business_date*, by merchant and currency; also those that come to nothing.

    *opening* are the balances of the ledger before this day, *standing* is what banks and people
    have said of earlier payouts, *charges* are those of the day. What is owed to a merchant that
    is not among *merchants*, or in a currency that *acquirer* has no account in, or that is held,
    is in suspense. Raises ConfigError if one is there twice.
    """
    credits: Counter[tuple[str, str]] = Counter()
    debits: Counter[tuple[str, str]] = Counter()
    counts: Counter[tuple[str, str, bool]] = Counter()
    for batch in batches:
        key = batch.merchant, batch.currency
        credits[key] += max(batch.amount, 0)
        debits[key] += max(-batch.amount, 0)
        counts[*key, batch.amount < 0] += batch.count
    charged = _charged(charges)
    owed = _owed(opening)
    by_id = _by_id(merchants)
    found = []
    for key in sorted(credits.keys() | owed.keys() | {key for _, key in charged}):
        merchant, code = key
        account = by_id.get(merchant)
        letters = currency_name(code)
        to = account.paid_to(letters, acquirer) if account else ""
        by_ach = acquirer.by_ach(letters)
        found.append(
            Payout(
                business_date=business_date,
                merchant=merchant,
                currency=code,
                opening=owed.get(key, 0),
                credits=credits[key],
                debits=debits[key],
                credit_count=counts[*key, False],
                debit_count=counts[*key, True],
                name=account.name if account else "",
                iban=to,
                bic=account.bic if account and not by_ach else "",
                account_currency=_account_currency(account, letters if by_ach else ""),
                town=account.town if account else "",
                country=account.country if account else "",
                unpaid=why_unpaid(merchant, code, account, acquirer, standing),
                bounced=standing.bounced.get(key, ()),
                fees=charged["fees", key],
                reserved=charged["reserved", key],
                invoiced=charged["invoiced", key],
            )
        )
    return tuple(found)


def _account_currency(account: MerchantAccount | None, own: str) -> str:
    if account is None:
        return ""
    return own or currency(account.currency).alpha


def why_unpaid(
    merchant: str,
    code: str,
    account: MerchantAccount | None,
    acquirer: AcquiringBank,
    standing: Standing = NOTHING_SAID,
) -> str:
    """Why nothing in the currency *code* can be paid to *merchant*, and what to do; or nothing."""
    letters = currency_name(code)
    if not merchant:
        return "field 42 of these sales is empty"
    if not is_currency(code):
        return "no bank pays a currency that ISO 4217 does not have"
    if account is None:
        return "name its account under [[merchants]] and the next close pays it"
    if not acquirer.pays(letters):
        return f"name an account of ours in {letters}: [settlement.acquirer.accounts.{letters}]"
    if acquirer.by_ach(letters):
        if not account.ach_routing:
            return f"name its account in {letters}: ach_routing, ach_account under [[merchants]]"
        return standing.why_held(merchant, code, account.paid_to(letters, acquirer))
    if not account.iban:
        return "name its iban under [[merchants]] and the next close pays it"
    if letters != SEPA_CURRENCY and not account.bic:
        return f"transfers in {letters} need the bic of its bank: name it under [[merchants]]"
    if letters == SEPA_CURRENCY and not is_in_sepa(account.iban):
        return "its account takes no SEPA transfers: name another under [[merchants]]"
    return standing.why_held(merchant, code, account.iban)


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


def _charged(charges: Iterable[Charge]) -> Counter[tuple[str, tuple[str, str]]]:
    """By what it is to a payout, merchant and currency."""
    charged: Counter[tuple[str, tuple[str, str]]] = Counter()
    for charge in charges:
        place = "reserved" if charge.kind in ("reserve", "release") else "fees"
        key = charge.merchant, charge.currency
        charged[place if charge.is_net else "invoiced", key] += charge.amount
    return charged


def _by_id(merchants: Iterable[MerchantAccount]) -> dict[str, MerchantAccount]:
    by_id: dict[str, MerchantAccount] = {}
    for merchant in merchants:
        if merchant.id in by_id:
            raise ConfigError(f"merchant {merchant.id} has two nominated accounts: expected one")
        by_id[merchant.id] = merchant
    return by_id
