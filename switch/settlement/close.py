"""The close of a bank day: entries of the journal in; batches, postings, payouts and files out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec
from msgspec import Struct

from cardswitch.specs.dates import CutOff, utc_text
from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from ..core.entry import Entry
from .ledger import Posting, movement_postings, require_balance
from .movements import Movement, movements
from .pain001 import pain001
from .parties import AcquiringBank, MerchantAccount
from .payouts import Balances, Payout, payout_postings, payouts
from .report import deposit_csv
from .totals import BatchTotals, batches


class DayClose(Struct, frozen=True):
    """All that the close of one bank day says; the same entries always give the same bytes."""

    business_date: str
    starts_at: Seconds
    ends_at: Seconds
    movements: tuple[Movement, ...]
    batches: tuple[BatchTotals, ...]
    postings: tuple[Posting, ...]
    payouts: tuple[Payout, ...]
    files: Mapping[str, bytes]  # by name; what the bank and the people at the acquirer get

    @property
    def sha256(self) -> str:
        """A fingerprint of all of it, in hexadecimal: two closes of one day must agree."""
        return sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


def close_day(
    business_date: str,
    entries: Iterable[Entry],
    merchants: Sequence[MerchantAccount],
    acquirer: AcquiringBank,
    opening_balances: Balances,
    *,
    cut_off: CutOff,
    now: Seconds,
) -> DayClose:
    """Close *business_date* ``YYYY-MM-DD``, which must have ended at the instant *now*.

    *entries* hold, whole, at least the legs that were accepted or reversed on that day;
    *opening_balances* are those of the ledger before it. Gross funding: the deposit is the total of
    the approved funds. Raises Error if a leg is still open, a merchant is unknown, or it is early.
    """
    starts_at, ends_at = cut_off.starts_at(business_date), cut_off.ends_at(business_date)
    if now < ends_at:
        raise Error(f"{business_date} ends at {utc_text(ends_at)}: it cannot be closed before")
    moved = movements(business_date, entries, cut_off.business_date)
    totals = batches(moved)
    paid = payouts(business_date, totals, merchants, opening_balances)
    postings = tuple(line for movement in moved for line in movement_postings(movement))
    postings += tuple(line for payout in paid for line in payout_postings(payout))
    require_balance(postings)
    files = deposit_files(business_date, paid, acquirer, ends_at)
    return DayClose(business_date, starts_at, ends_at, moved, totals, postings, paid, files)


def deposit_files(
    business_date: str, payouts: Sequence[Payout], acquirer: AcquiringBank, ends_at: Seconds
) -> dict[str, bytes]:
    """By name: the CSV of all *payouts*, and the pain.001 if any of them comes to something."""
    files = {f"deposit-{business_date}.csv": deposit_csv(payouts)}
    order = pain001(payouts, acquirer, business_date, ends_at)
    if order:
        files[f"deposit-{business_date}.xml"] = order
    return files
