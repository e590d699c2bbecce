"""The close of a bank day: batches of its movements in, postings and files out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from .ach.order import ach_order
from .days import BankDay
from .fees.charges import Charge, charge_postings
from .fees.schedules import BatchRate
from .formats.deposit_csv import deposit_csv, deposit_sheet
from .formats.pain001 import pain001
from .formats.report_csv import manifest_name
from .ledger import Balances, Posting, balances_sha256, batch_postings, require_balance
from .parties import AcquiringBank
from .payouts import Payout, payout_postings
from .totals import BatchTotals


class DayClose(Struct, frozen=True, kw_only=True):
    """All that the close of one bank day says.

    The same movements, closed at the same instant, give the same bytes.
    """

    business_date: str  # the label of the day
    follows: str  # that of the day before, which is closed; "" for the first one of the journal
    starts_at: Seconds
    ends_at: Seconds
    read_to: int  # the last row of the journal that this close has seen
    closed_at: Seconds  # when it was made
    balances: str  # what it leaves in every account, as one SHA-256
    batches: tuple[BatchTotals, ...]
    postings: tuple[Posting, ...]
    payouts: tuple[Payout, ...]
    files: Mapping[str, bytes]  # by name; what the bank and the people at the acquirer get
    rates: tuple[BatchRate, ...] = ()  # what batches are charged by
    charges: tuple[Charge, ...] = ()  # what it charges, keeps and gives back

    @property
    def sha256(self) -> str:
        """A fingerprint of all of it that the books keep, in hexadecimal."""
        return fingerprint(
            (
                self.business_date,
                self.follows,
                self.starts_at,
                self.ends_at,
                self.read_to,
                self.closed_at,
                self.balances,
            ),
            self.batches,
            self.postings,
            self.files,
            self.rates,
            self.charges,
        )


def close_day(
    day: BankDay,
    totals: Sequence[BatchTotals],
    paid: Sequence[Payout],
    acquirer: AcquiringBank,
    opening_balances: Balances,
    *,
    read_to: int,
    closed_at: Seconds,
    manifest: bytes = b"",
    rates: Sequence[BatchRate] = (),
    charges: Sequence[Charge] = (),
    ach_before: int = 0,
) -> DayClose:
    """Close *day*, which must have ended, with the batches *totals*, read up to row *read_to*.

    *paid* are its payouts: with gross funding, the total of the approved funds. *closed_at* is the
    instant of the close, in which the order is made. *opening_balances* are those of the ledger
    before it, and *manifest* names the reports to merchants; *rates* and *charges* are what its
    batches are charged, *ach_before* is how many files of the ACH were made on that day.
    Raises Error if the day still runs.
    """
    label = day.label
    if not day.has_ended:
        raise Error(f"{label} is the bank day that runs: it cannot be closed before it ends")
    postings = tuple(line for batch in totals for line in batch_postings(batch))
    postings += tuple(line for charge in charges for line in charge_postings(charge))
    postings += tuple(line for payout in paid for line in payout_postings(payout))
    require_balance(postings)
    return DayClose(
        business_date=label,
        follows=day.follows,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        read_to=read_to,
        closed_at=closed_at,
        balances=balances_sha256(opening_balances, postings),
        batches=tuple(totals),
        postings=postings,
        payouts=tuple(paid),
        files=deposit_files(label, paid, acquirer, closed_at, manifest, ach_before),
        rates=tuple(rates),
        charges=tuple(charges),
    )


def deposit_files(
    business_date: str,
    payouts: Sequence[Payout],
    acquirer: AcquiringBank,
    closed_at: Seconds,
    manifest: bytes,
    ach_before: int = 0,
) -> dict[str, bytes]:
    """By name: all *payouts* in CSV, the orders of those that come to something, *manifest*."""
    files = {
        f"deposit-{business_date}.csv": deposit_csv(payouts),
        f"deposit-{business_date}-sheet.csv": deposit_sheet(payouts),
    }
    order = pain001(payouts, acquirer, business_date, closed_at)
    if order:
        files[f"deposit-{business_date}.xml"] = order
    by_ach = ach_order(payouts, acquirer, business_date, closed_at, ach_before)
    if by_ach:
        files[f"deposit-{business_date}.ach"] = by_ach
    if manifest:
        files[manifest_name(business_date)] = manifest
    return files


def fingerprint(
    about: tuple[str, str, Seconds, Seconds, int, Seconds, str],
    batches: Iterable[BatchTotals],
    postings: Iterable[Posting],
    files: Mapping[str, bytes],
    rates: Iterable[BatchRate] = (),
    charges: Iterable[Charge] = (),
) -> str:
    """One SHA-256 over what the books hold of a close, in whatever order they give it back."""
    content = [
        about,
        sorted(msgspec.structs.astuple(batch) for batch in batches),
        sorted(msgspec.structs.astuple(posting) for posting in postings),
        sorted((name, sha256(content).hexdigest()) for name, content in files.items()),
    ]
    costs = [sorted(msgspec.structs.astuple(each) for each in some) for some in (rates, charges)]
    if any(costs):  # The hash of a close that charges nothing is what it was without schedules.
        content += costs
    return sha256(msgspec.json.encode(content)).hexdigest()


def books_head(before: str, close_sha256: str) -> str:
    """The books up to a close as one SHA-256, chained: *before* is that of the close before it."""
    return sha256(f"{before}:{close_sha256}".encode()).hexdigest()
