"""Goes through a closed day again by another way, and names every record that does not agree.

Which batches there must be is counted from what happened to each leg (`switch.store.recounts`).
From that, all that the close says is derived a second time, field by field; what was written for
others is read back, see `check_files`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from cardswitch.specs.amounts import currency
from cardswitch.specs.masking import printable

from .check_files import check_files
from .close import DayClose
from .days import BankDay
from .fees.charges import Charge
from .fees.expected import expected_postings
from .fees.schedules import BatchRate
from .ledger import Balances, Posting, balances_sha256
from .parties import AcquiringBank, MerchantAccount
from .payouts import Payout, why_unpaid
from .standing import NOTHING_SAID, Standing
from .totals import BatchTotals

_US_DOLLAR: Final = "840"


class Known(Struct, frozen=True, kw_only=True):
    """What a close is held against; nothing of it comes from the close."""

    day: BankDay
    read_to: int  # the last row of the journal
    batches: Sequence[BatchTotals]  # as they are counted from what befell the legs
    balances: Balances  # of every account before it
    # What was owed to a merchant in a currency, by batches and deposits.
    owed: Mapping[tuple[str, str], int]
    merchants: Iterable[MerchantAccount]
    acquirer: AcquiringBank
    standing: Standing = NOTHING_SAID
    manifest: bytes = b""  # of the reports to merchants, as they were read back
    ach_before: int = 0  # how many files of the ACH were made on the day of the close before it
    rates: Sequence[BatchRate] = ()  # what batches must be charged by
    charges: Sequence[Charge] = ()  # what must be charged, kept and given back


def check_close(close: DayClose, known: Known) -> tuple[str, ...]:
    """What is wrong with *close*, one sentence for each record, or nothing."""
    label = known.day.label
    paid = expected_payouts(known)
    postings = [*_batch_postings(label, known.batches), *_payout_postings(label, paid)]
    postings += expected_postings(known.charges)
    return (
        *_compare("batch", close.batches, known.batches, _batch_name),
        *_compare("rate", close.rates, known.rates, lambda r: (f"batch {r.batch}",)),
        *_compare("charge", close.charges, known.charges, lambda c: (c.journal_id,)),
        *_compare("posting", close.postings, postings, lambda p: (p.journal_id, p.account)),
        *_compare("payout", close.payouts, paid, lambda p: (p.merchant, p.currency)),
        *_check_day(close, known, postings),
        *check_files(
            close.files,
            known.day,
            close.closed_at,
            paid,
            known.acquirer,
            known.manifest,
            known.ach_before,
        ),
    )


# What must be there -------------------------------------------------------------------------------


def expected_payouts(known: Known) -> list[Payout]:
    """What must be paid."""
    label, batches = known.day.label, known.batches
    accounts = {account.id: account for account in known.merchants}
    lines: defaultdict[tuple[str, str], list[BatchTotals]] = defaultdict(list)
    for batch in batches:
        lines[batch.merchant, batch.currency].append(batch)
    owed = {key: amount for key, amount in known.owed.items() if amount}
    return [
        _payout(label, key, owed.get(key, 0), lines[key], accounts.get(key[0]), known)
        for key in sorted({*lines, *owed, *((c.merchant, c.currency) for c in known.charges)})
    ]


def _payout(
    label: str,
    key: tuple[str, str],
    opening: int,
    batches: Sequence[BatchTotals],
    account: MerchantAccount | None,
    known: Known,
) -> Payout:
    merchant, code = key
    given = [batch for batch in batches if batch.amount >= 0]
    taken = [batch for batch in batches if batch.amount < 0]
    about: dict[str, str] = {}
    if account is not None:
        about = {
            name: getattr(account, name) for name in ("name", "iban", "bic", "town", "country")
        }
        about["account_currency"] = currency(account.currency).alpha
        if known.acquirer.ach and code == _US_DOLLAR:
            to = f"{account.ach_routing}/{account.ach_account}"
            about |= {"iban": to if account.ach_routing else "", "account_currency": "USD"}
            about["bic"] = ""
    charged = [c for c in known.charges if (c.merchant, c.currency) == key]
    kept = [c for c in charged if c.kind in ("reserve", "release")]
    paid = [c for c in charged if c.is_net and c not in kept]
    return Payout(
        business_date=label,
        merchant=merchant,
        currency=code,
        opening=opening,
        credits=sum(batch.amount for batch in given),
        debits=-sum(batch.amount for batch in taken),
        credit_count=sum(batch.count for batch in given),
        debit_count=sum(batch.count for batch in taken),
        unpaid=why_unpaid(merchant, code, account, known.acquirer, known.standing),
        bounced=known.standing.bounced.get(key, ()),
        fees=sum(c.amount for c in paid),
        reserved=sum(c.amount for c in kept),
        invoiced=sum(c.amount for c in charged if not c.is_net),
        **about,
    )


def _batch_postings(label: str, batches: Iterable[BatchTotals]) -> Iterator[Posting]:
    for b in batches:
        name = f"batch:{b.number}"
        yield Posting(name, label, "scheme_settlement", b.currency, b.amount)
        yield Posting(name, label, f"merchant_payable:{b.merchant}", b.currency, -b.amount)


def _payout_postings(label: str, paid: Iterable[Payout]) -> Iterator[Posting]:
    for payout in paid:
        left = payout.opening + payout.credits - payout.debits - payout.fees - payout.reserved
        deposit = 0 if payout.unpaid else left
        if deposit > 0:
            name = f"payout:{payout.end_to_end_id}"
            account = f"merchant_payable:{payout.merchant}"
            yield Posting(name, label, account, payout.currency, deposit)
            yield Posting(name, label, "acquirer_cash", payout.currency, -deposit)


# What is there ------------------------------------------------------------------------------------


def _check_day(close: DayClose, known: Known, postings: Iterable[Posting]) -> Iterator[str]:
    day = known.day
    wanted = {
        "business_date": day.label,
        "follows": day.follows,
        "starts_at": day.starts_at,
        "ends_at": day.ends_at,
        "read_to": known.read_to,
        "balances": balances_sha256(known.balances, postings),
    }
    for name, value in wanted.items():
        if getattr(close, name) != value:
            yield f"the close of {day.label} has {name} {getattr(close, name)}, expected {value}"
    if close.closed_at < day.ends_at:
        yield f"the close of {day.label} has closed_at {close.closed_at}, before the day ended"


def _batch_name(batch: BatchTotals) -> tuple[str, ...]:
    return batch.moved_on, batch.merchant, batch.channel, batch.terminal, batch.currency, batch.kind


def _compare(
    noun: str, seen: Iterable[Any], wanted: Iterable[Any], name_of: Callable[[Any], tuple[str, ...]]
) -> Iterator[str]:
    """Each record of *seen* must be among *wanted* once, in every field; and all of these be there.

    What agrees whole needs no second look: only the others are told apart by their names.
    """
    left = Counter(wanted)
    left.subtract(seen)
    missing = {name_of(record): record for record in left if left[record] > 0}
    agreed = {name_of(record) for record in wanted} if any(left.values()) else set()
    for record in (record for record in left if left[record] < 0):
        name = name_of(record)
        said = f"{noun} {'/'.join(printable(part, 40) for part in name)}"
        should = missing.pop(name, None)
        if should is not None:
            yield f"{said} has {_difference(record, should)}"
        elif name in agreed:
            yield f"{said} is there twice"
        else:
            yield f"{said} does not belong there"
    for name in missing:
        yield f"{noun} {'/'.join(printable(part, 40) for part in name)} is missing"


def _difference(record: Struct, should: Struct) -> str:
    return ", ".join(
        f"{name} {printable(str(was), 40)}, expected {printable(str(want), 40)}"
        for name in record.__struct_fields__
        if (was := getattr(record, name)) != (want := getattr(should, name))
    )
