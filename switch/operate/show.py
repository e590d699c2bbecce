"""What was closed, and what the day that runs would pay so far: looks, which change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import Missing

from ..core.states import State
from ..settlement.days import BankDay, option_of
from ..settlement.entries import BankEntry
from ..settlement.fees.charges import Charge
from ..settlement.payouts import payouts, why_unpaid
from ..settlement.standing import NOTHING_SAID, Standing, held_close
from ..settlement.totals import BatchTotals
from ..store.books import BooksReader, Close, ClosedDay, Deposit, Suspense
from ..store.holds.reading import Hold
from ..store.holds.reading import holds as holds_of
from ..store.reader import JournalReader, Line
from .config import SettlementConfig, SwitchConfig
from .fees.foreseen import foreseen
from .outputs.reports import missing
from .verify_books import require_all


class DayReport(Struct, frozen=True):
    """A day that is closed, and what people must know beside it, as the journal has it now."""

    closed: ClosedDay
    undecided: tuple[Line, ...]  # no outcome yet: the next close books them
    left_to_people: tuple[Line, ...]  # exceptions, and those resolved on this day
    missing: tuple[str, ...] = ()  # files that are no longer in the folder of deposits


class Preview(Struct, frozen=True, kw_only=True):
    """What the day that runs would pay if nothing else happened on it."""

    business_date: str  # its label
    ends_at: Seconds
    unclosed: tuple[str, ...]  # days before it that are still to be closed, and not counted here
    undecided: tuple[Line, ...]  # not counted either
    left_to_people: tuple[Line, ...]
    batches: tuple[BatchTotals, ...]
    payouts: tuple[Deposit, ...]
    suspense: tuple[Suspense, ...]
    held: str = ""  # who holds closes, and why; nobody
    charges: tuple[Charge, ...] | None = ()  # None: it cannot be said now


def preview(switch: SwitchConfig, settlement: SettlementConfig) -> Preview | None:
    """What the day that runs would pay so far, if one has begun; nothing is recorded.

    Raises ConfigError, Findings (the books were lost) or Error.
    """
    journal = JournalReader(switch.database, settlement.name)
    with journal.snapshot():
        days = journal.days()
        if not days:
            return None
        # Read behind the journal, the books may be ahead of it and never behind.
        closes = closes_of(settlement)
        opening, number = _left(settlement)
        require_all(journal, closes)
        *ended, running = days
        label = running.label
        closed = {close.business_date for close in closes}
        unclosed = tuple(day.label for day in ended if day.label not in closed)
        # What came late of days before, the next close books: that of the first unclosed day.
        late_of = closed if not unclosed else ()
        read_to = closes[-1].read_to if closes else 0
        totals = journal.batches(running, late_of, read_to, number)
        # What is charged for what came late of days before, the close of those will say.
        charges = foreseen(journal, settlement, running, read_to) if not unclosed else None
        undecided = tuple(journal.undecided())
        left_to_people = _left_to_people(journal, label)
    paid = payouts(
        label,
        totals,
        settlement.accounts,
        settlement.acquirer,
        opening,
        _standing(settlement),
        charges or (),
    )
    return Preview(
        business_date=label,
        ends_at=running.ends_at,
        unclosed=unclosed,
        undecided=undecided,
        left_to_people=left_to_people,
        batches=totals,
        payouts=tuple(
            Deposit(p.merchant, p.currency, p.amount, p.end_to_end_id) for p in paid if p.amount
        ),
        suspense=tuple(
            Suspense(p.merchant, p.currency, p.in_suspense, p.unpaid) for p in paid if p.in_suspense
        ),
        held=_held(settlement),
        charges=charges if settlement.fees or charges else (),
    )


def holds(switch: SwitchConfig, settlement: SettlementConfig) -> list[Hold]:
    """How every hold stands, by the journal, and by the age that closes have seen."""
    journal = JournalReader(switch.database, settlement.name)
    try:
        books = BooksReader(settlement.books)
    except Missing:
        return holds_of(journal, journal.head()[0])
    return books.holds(journal)


def closed_days(
    switch: SwitchConfig, settlement: SettlementConfig, business_date: str | None = None
) -> Iterator[DayReport]:
    """What was closed, day by day, or on *business_date* alone. Raises ConfigError or Error."""
    try:
        books = BooksReader(settlement.books)
    except Missing:
        if business_date is None:
            return
        raise
    labels = [business_date] if business_date else [c.business_date for c in books.closes()]
    journal = JournalReader(switch.database, settlement.name)
    with journal.snapshot():
        days = journal.days()
        for label in labels:
            closed = books.closed(label)
            if closed is None:
                do = f"cardswitch settle close{option_of(label)} does that"
                raise Error(f"{label} is not closed: {do}")
            yield report_of(journal, days, closed, settlement)


def report_of(
    journal: JournalReader,
    days: Sequence[BankDay],
    closed: ClosedDay,
    settlement: SettlementConfig,
) -> DayReport:
    """*closed*, and what is said beside it: by the journal of purchases, those begun by its end.

    And by the configuration why something is in suspense.
    """
    labels = [day.label for day in days]
    label = closed.business_date
    until = labels[: labels.index(label) + 1] if label in labels else []
    undecided = tuple(line for line in journal.undecided() if line.business_date in until)
    explained = replace(closed, suspense=_explained(closed.suspense, settlement))
    gone = missing(settlement.deposits, closed.files)
    return DayReport(explained, undecided, _left_to_people(journal, label), gone)


def _explained(suspense: Sequence[Suspense], settlement: SettlementConfig) -> tuple[Suspense, ...]:
    accounts = {account.id: account for account in settlement.accounts}
    standing = _standing(settlement)
    return tuple(
        replace(
            owed,
            because=why_unpaid(
                owed.merchant,
                owed.currency,
                accounts.get(owed.merchant),
                settlement.acquirer,
                standing,
            ),
        )
        for owed in suspense
    )


def _left_to_people(journal: JournalReader, label: str) -> tuple[Line, ...]:
    """What still waits for a person, whenever it began to; and what was resolved on that day."""
    return tuple(
        line
        for line in journal.left_to_people()
        if journal.is_own(line.business_date)
        and (line.state == State.EXCEPTION or line.day == label)
    )


def closes_of(settlement: SettlementConfig) -> list[Close]:
    """What the books list, none if there are no books."""
    try:
        return BooksReader(settlement.books).closes()
    except Missing:
        return []


def entries_of(settlement: SettlementConfig) -> list[BankEntry]:
    """What the books hold of banks, nothing if there are no books."""
    try:
        return BooksReader(settlement.books).entries()
    except Missing:
        return []


def _standing(settlement: SettlementConfig) -> Standing:
    try:
        return BooksReader(settlement.books).standing()
    except Missing:
        return NOTHING_SAID


def _held(settlement: SettlementConfig) -> str:
    try:
        held = held_close(BooksReader(settlement.books).deeds())
    except Missing:
        return ""
    return held.told if held is not None else ""


def _left(settlement: SettlementConfig) -> tuple[dict[tuple[str, str], int], int]:
    """What the accounts hold, and the number of the last batch."""
    try:
        books = BooksReader(settlement.books)
    except Missing:
        return {}, 0
    return books.balances(), books.last_batch()
