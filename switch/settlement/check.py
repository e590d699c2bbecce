"""Goes through a closed day again by another way, and names every record that does not agree.

What must be there is found from what happened to each leg, not from what the rows say of money:
its states, amounts and what stays; and its day from the place of its rows, not from their label.
From that, all that the close says is derived a second time, field by field; what was written for
others is read back, see `check_files`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cardswitch.specs.amounts import currency
from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.kinds import KINDS

from ..core.states import State
from .check_files import check_files
from .close import DayClose
from .days import BankDay
from .ledger import Balances, Posting, balances_sha256
from .movements import Movement, journal_id, movement_kind
from .parties import AcquiringBank, MerchantAccount
from .payouts import Payout, why_unpaid
from .standing import NOTHING_SAID, Standing
from .totals import BatchTotals


class Step(Struct, frozen=True, gc=False, kw_only=True):
    """A leg of a merchant approved or taken, or its reversal owed: one row of the journal."""

    sequence: int
    leg: int
    began: int  # the first row of the leg
    state: str
    kind: str  # the name of its row in the table of transactions
    rrn: str
    merchant: str
    terminal: str
    currency: str
    amount: int
    stays: int  # what a reversal leaves captured


class Expected(Struct, frozen=True, gc=False):
    """What a step must have moved, signed, and the batch that it belongs to."""

    step: Step
    amount: int
    day: str

    def __str__(self) -> str:
        shop = "/".join(printable(name, 15) for name in (self.step.merchant, self.step.terminal))
        return f"(RRN {printable(self.step.rrn, 12)}, leg {self.step.leg} of {shop})"


def expected_movements(
    steps: Iterable[Step], days: Sequence[BankDay], last_day: str
) -> dict[str, Expected]:
    """By name, what must be booked once *last_day* is closed, on it or before.

    *steps* are those of whole legs, in their order; *days* all bank days of the journal.
    """
    begins = [day.sequence for day in days]
    order = {day.label: number for number, day in enumerate(days)}
    captured: dict[int, int] = {}
    expected: dict[str, Expected] = {}
    for step in steps:
        row_of = KINDS.named(step.kind)
        is_undone = step.state == State.REVERSING
        # What was taken is acknowledged, or sent again: it was counted once.
        is_told_again = not is_undone and step.leg in captured
        if not row_of.sign or is_told_again:
            continue
        if is_undone:
            row, moved = step.sequence, max(captured.get(step.leg, 0) - step.stays, 0)
            captured[step.leg] = captured.get(step.leg, 0) - moved
        else:
            row, moved = step.began, step.amount
            captured[step.leg] = step.amount
        kind = movement_kind(row_of.bucket, is_undone=is_undone)
        amount = moved * row_of.sign * (-1 if is_undone else 1)
        day = days[max(bisect_left(begins, row) - 1, 0)].label
        if amount and order[day] <= order[last_day]:
            expected[journal_id(kind, step.sequence)] = Expected(step, amount, day)
    return expected


class Known(Struct, frozen=True, kw_only=True):
    """What a close is held against; nothing of it comes from the close."""

    day: BankDay
    read_to: int  # the last row of the journal
    expected: Mapping[str, Expected]  # by name, what must be booked by it or before
    booked: Mapping[str, int]  # of these, the sizes of what the books hold already
    balances: Balances  # of every account before it
    # What was owed to a merchant in a currency, by batches and deposits.
    owed: Mapping[tuple[str, str], int]
    merchants: Iterable[MerchantAccount]
    acquirer: AcquiringBank
    standing: Standing = NOTHING_SAID


def check_close(close: DayClose, known: Known) -> tuple[str, ...]:
    """What is wrong with *close*, one sentence for each record, or nothing."""
    label = known.day.label
    moved = [
        _movement(name, what) for name, what in known.expected.items() if name not in known.booked
    ]
    batches = _batches(label, moved)
    paid = _payouts(label, batches, known)
    postings = [*_movement_postings(label, moved), *_payout_postings(label, paid)]
    return (
        *_check_booked(known),
        *_compare("movement", close.movements, moved, _movement_name),
        *_compare("batch", close.batches, batches, _batch_name),
        *_compare("posting", close.postings, postings, lambda p: (p.journal_id, p.account)),
        *_compare("payout", close.payouts, paid, lambda p: (p.merchant, p.currency)),
        *_check_day(close, known, postings),
        *check_files(close.files, known.day, close.closed_at, paid, known.acquirer),
    )


# What must be there -------------------------------------------------------------------------------


def _movement(name: str, what: Expected) -> Movement:
    step = what.step
    return Movement(
        kind=name.rpartition(":")[0],
        sequence=step.sequence,
        leg=step.leg,
        moved_on=what.day,
        merchant=step.merchant,
        terminal=step.terminal,
        currency=step.currency,
        amount=what.amount,
        rrn=step.rrn,
    )


def _batches(label: str, moved: Iterable[Movement]) -> list[BatchTotals]:
    counts: Counter[tuple[str, ...]] = Counter()
    sums: Counter[tuple[str, ...]] = Counter()
    for m in moved:
        line = (m.moved_on, m.merchant, m.terminal, m.currency, m.kind)
        counts[line] += 1
        sums[line] += m.amount
    names = ("moved_on", "merchant", "terminal", "currency", "kind")
    return [
        BatchTotals(
            business_date=label,
            count=count,
            amount=sums[line],
            **dict(zip(names, line, strict=True)),
        )
        for line, count in counts.items()
    ]


def _payouts(label: str, batches: Iterable[BatchTotals], known: Known) -> list[Payout]:
    accounts = {account.id: account for account in known.merchants}
    lines: defaultdict[tuple[str, str], list[BatchTotals]] = defaultdict(list)
    for batch in batches:
        lines[batch.merchant, batch.currency].append(batch)
    owed = {key: amount for key, amount in known.owed.items() if amount}
    return [
        _payout(label, key, owed.get(key, 0), lines[key], accounts.get(key[0]), known)
        for key in sorted({*lines, *owed})
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
        **about,
    )


def _movement_postings(label: str, moved: Iterable[Movement]) -> Iterator[Posting]:
    for m in moved:
        name = f"{m.kind}:{m.sequence}"
        yield Posting(name, label, "scheme_settlement", m.currency, m.amount)
        yield Posting(name, label, f"merchant_payable:{m.merchant}", m.currency, -m.amount)


def _payout_postings(label: str, paid: Iterable[Payout]) -> Iterator[Posting]:
    for payout in paid:
        deposit = 0 if payout.unpaid else payout.opening + payout.credits - payout.debits
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


def _check_booked(known: Known) -> Iterator[str]:
    for name, what in known.expected.items():
        if known.booked.get(name, abs(what.amount)) != abs(what.amount):
            size = known.booked[name]
            yield f"{name} {what} is booked with {size}, expected {abs(what.amount)}"


def _movement_name(movement: Movement) -> tuple[str, ...]:
    return movement.journal_id, f"RRN {movement.rrn}", f"leg {movement.leg}"


def _batch_name(batch: BatchTotals) -> tuple[str, ...]:
    return batch.moved_on, batch.merchant, batch.terminal, batch.currency, batch.kind


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
