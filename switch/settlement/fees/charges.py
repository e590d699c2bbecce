"""What a close charges merchants, keeps of theirs and gives back: lines of the books, and journals.

Beside the journal of a batch stands that of its fees; each reserve, release and month has its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.amounts import currency, is_currency
from cardswitch.specs.dates import days_later

from ..days import date_of, short_label
from ..ledger import SCHEME_SETTLEMENT, Posting, merchant_payable
from ..totals import BatchTotals
from .schedules import MILLION, Monthly, Schedule, millionths, schedule_of

ChargeKind = Literal["fees", "monthly", "reserve", "release"]
Key = tuple[str, str]  # merchant and currency (ISO 4217 numeric)
INCOME: Final = "mdr_income"
INTERCHANGE: Final = "interchange_expense"
SCHEME_FEES: Final = "scheme_fee_expense"
SCHEME_OWED: Final = "scheme_fee_payable"
RECEIVABLE: Final = "fee_receivable:"
RESERVE: Final = "merchant_reserve:"


class BatchFees(Struct, frozen=True, gc=False):
    """What the movements of a batch are charged, summed; minor units."""

    batch: int
    interchange: int
    scheme: int
    fee: int


class Charge(Struct, frozen=True, gc=False, kw_only=True):
    """One line of it, with a journal of its own."""

    journal_id: str
    business_date: str  # label of the bank day whose close has booked it
    kind: ChargeKind
    merchant: str
    currency: str  # ISO 4217 numeric
    version: str  # of the schedule that the merchant has on that day; "" if it has none any more
    amount: int  # what the merchant pays, or what is kept; below zero what is given back
    interchange: int  # what of it others get
    scheme: int
    is_net: bool  # taken of the deposit; else invoiced
    due: str  # of a reserve: the first date on which it is given back


class Before(Struct, frozen=True):
    """What earlier closes have left."""

    due: Mapping[Key, int]  # reserves to be given back by now
    monthly: Collection[Key]  # who was charged for this month


NOTHING_BEFORE: Final = Before({}, ())


def charged_by_movement(charges: Iterable[Charge]) -> frozenset[str]:
    """The merchants whose movements are charged."""
    return frozenset(each.merchant for each in charges if each.kind == "fees")


def charges(
    label: str,
    batches: Sequence[BatchTotals],
    fees: Iterable[BatchFees],
    schedules: Sequence[Schedule],
    merchants: Collection[str],
    before: Before,
) -> tuple[Charge, ...]:
    """All that the close of *label* charges, by the name of its journal.

    *fees* are those of *batches*, *merchants* all that are configured.
    """
    found = [
        *_fees(label, batches, fees, schedules),
        *_monthly(label, batches, schedules, merchants, before.monthly),
        *_reserves(label, batches, schedules, before.due),
    ]
    return tuple(sorted(found, key=lambda charge: charge.journal_id))


def _fees(
    label: str,
    batches: Iterable[BatchTotals],
    fees: Iterable[BatchFees],
    schedules: Sequence[Schedule],
) -> Iterator[Charge]:
    by_number = {batch.number: batch for batch in batches}
    for each in fees:
        if each.fee or each.interchange or each.scheme:
            batch = by_number[each.batch]
            yield _charge(
                f"fees:{each.batch}", label, "fees", (batch.merchant, batch.currency), schedules,
                each.fee, interchange=each.interchange, scheme=each.scheme,
            )  # fmt: skip


def _monthly(
    label: str,
    batches: Iterable[BatchTotals],
    schedules: Sequence[Schedule],
    merchants: Collection[str],
    charged: Collection[Key],
) -> Iterator[Charge]:
    month = date_of(label)[:7]
    for schedule in schedules:
        monthly = schedule.monthly
        if monthly is None:
            continue
        own = sorted(m for m in merchants if schedule_of(schedules, m, label) == schedule)
        code = currency(monthly.currency).numeric
        for merchant, amount in _parts(monthly, own, code, batches):
            if amount and (merchant, code) not in charged:
                name = f"monthly:{month}-{merchant}-{monthly.currency}"
                yield _charge(name, label, "monthly", (merchant, code), schedules, amount)


def _parts(
    monthly: Monthly, merchants: Sequence[str], code: str, batches: Iterable[BatchTotals]
) -> Iterable[tuple[str, int]]:
    if not monthly.shared:
        return [(merchant, monthly.minor) for merchant in merchants]
    sold = Counter(dict.fromkeys(merchants, 0))
    for batch in batches:
        if batch.merchant in sold and batch.currency == code:
            sold[batch.merchant] += max(batch.amount, 0)
    return zip(merchants, split(monthly.minor, [sold[m] for m in merchants]), strict=True)


def _reserves(
    label: str,
    batches: Iterable[BatchTotals],
    schedules: Sequence[Schedule],
    due: Mapping[Key, int],
) -> Iterator[Charge]:
    sold: Counter[Key] = Counter()
    for batch in batches:
        sold[batch.merchant, batch.currency] += batch.amount
    for key, amount in sold.items():
        schedule = schedule_of(schedules, key[0], label)
        if schedule is None or schedule.reserve is None:
            continue
        reserve = schedule.reserve
        kept = (max(amount, 0) * millionths(reserve.percent) + MILLION // 2) // MILLION
        if kept:
            until = days_later(date_of(label), reserve.days)
            yield _charge(
                _name("reserve", label, key), label, "reserve", key, schedules, kept, due=until
            )
    for key, amount in due.items():
        if amount:
            yield _charge(_name("release", label, key), label, "release", key, schedules, -amount)


def _name(kind: str, label: str, key: Key) -> str:
    merchant, code = key
    letters = currency(code).alpha if is_currency(code) else code
    return f"{kind}:{short_label(label)}-{merchant}-{letters}"


def _charge(
    name: str,
    label: str,
    kind: ChargeKind,
    key: Key,
    schedules: Sequence[Schedule],
    amount: int,
    *,
    interchange: int = 0,
    scheme: int = 0,
    due: str = "",
) -> Charge:
    schedule = schedule_of(schedules, key[0], label)
    is_net = kind in ("reserve", "release") or (schedule is not None and schedule.is_net)
    return Charge(
        journal_id=name,
        business_date=label,
        kind=kind,
        merchant=key[0],
        currency=key[1],
        version=schedule.version if schedule else "",
        amount=amount,
        interchange=interchange,
        scheme=scheme,
        is_net=is_net,
        due=due,
    )


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """*amount* in parts as *weights* are, to the last unit: by the largest remainder.

    Equal remainders go by their place; weights of nothing are equal ones.

    >>> split(100, [1, 1, 1]), split(5, [0, 0]), split(-7, [3, 1])
    ([34, 33, 33], [3, 2], [-5, -2])
    """
    if amount < 0:
        return [-part for part in split(-amount, weights)]
    total = sum(weights)
    shares = [
        Fraction(amount * weight, total) if total else Fraction(amount, len(weights))
        for weight in weights
    ]
    parts = [int(share) for share in shares]
    by_rest = sorted(range(len(parts)), key=lambda n: (parts[n] - shares[n], n))
    for n in by_rest[: amount - sum(parts)]:
        parts[n] += 1
    return parts


def charge_postings(charge: Charge) -> tuple[Posting, ...]:
    """The journal of *charge*: what the merchant pays is ours, and of it others get their part."""
    owes = merchant_payable(charge.merchant) if charge.is_net else receivable(charge.merchant)
    gets = INCOME
    if charge.kind in ("reserve", "release"):
        gets = RESERVE + charge.merchant
    moves = (
        (owes, gets, charge.amount),
        (INTERCHANGE, SCHEME_SETTLEMENT, charge.interchange),
        (SCHEME_FEES, SCHEME_OWED, charge.scheme),
    )
    return tuple(
        Posting(charge.journal_id, charge.business_date, account, charge.currency, amount)
        for debit, credit, moved in moves
        if moved
        for account, amount in ((debit, moved), (credit, -moved))
    )


def receivable(merchant: str) -> str:
    """The account of what *merchant* is invoiced."""
    return RECEIVABLE + merchant
