"""Settles bank days: journal in, books and deposit files out, beside a switch that runs or not.

Which days there are, and which have ended, the journal's cut-over rows say; no clock is asked.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.operator.files import is_interrupted, staged_files, write_files
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import Missing

from ..core.states import State
from ..settlement.check import check_close, expected_movements
from ..settlement.close import DayClose, close_day
from ..settlement.days import BankDay
from ..settlement.movements import due
from ..settlement.payouts import payouts
from ..settlement.totals import BatchTotals, batches
from ..store.books import Books, BooksReader, Close, ClosedDay, Deposit, Suspense
from ..store.reader import JournalReader, Line, Snapshot
from .config import SettlementConfig, SwitchConfig
from .verify_books import Findings, unrecorded

LOOK_S: Final[Seconds] = 0.1  # how often to see whether purchases in flight have ended
MARGIN_S: Final[Seconds] = 1.0  # what their outcome may take beyond the time-out of an upstream
# Has the journal say that a day is closed.
Record = Callable[[ClosedDay], None]
Tell = Callable[[str], None]


class DayReport(Struct, frozen=True):
    """A day that is closed, and what people must know beside it, as the journal has it now."""

    closed: ClosedDay
    undecided: tuple[Line, ...]  # no outcome yet: the next close books them
    left_to_people: tuple[Line, ...]  # exceptions, and those resolved on this day


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


def close_days(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    record: Record,
    business_date: str | None = None,
    tell: Tell = lambda _: None,
) -> list[DayReport]:
    """Close the day labelled *business_date*, or every day that has ended and is not closed.

    *record* has the journal say that a day is closed, *tell* is told what people should know. A day
    that is closed already, asked for by its label, is given back as it was then, and its files are
    written again. Raises ConfigError, Findings or Error (it still runs, in use).
    """
    return list(close_each(switch, settlement, record, business_date, tell))


def close_each(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    record: Record,
    business_date: str | None = None,
    tell: Tell = lambda _: None,
) -> Iterator[DayReport]:
    """The same, one by one: what comes out is closed, though a later day may fail."""
    if switch.database == settlement.books and switch.database.startswith("sqlite"):
        raise ConfigError("settlement.books: expected a file of its own, the switch holds this one")
    journal = JournalReader(switch.database)
    with journal.snapshot() as seen:
        unrecorded(seen, _closes(settlement))  # Before books are made where some were lost.
    with closing(Books(settlement.books)) as books:
        settling = _Settling(journal, books, settlement, record)
        settling.finish_interrupted(tell)
        for label in [business_date] if business_date else settling.ended():
            yield settling.close(label)


def close_now(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    record: Record,
    cut_over: Callable[[], None],
    tell: Tell = lambda _: None,
) -> Iterator[DayReport]:
    """Have *cut_over* end the day that runs; close it when its purchases have their outcome."""
    cut_over()
    journal = JournalReader(switch.database)
    longest = max((upstream.timeout_s for upstream in switch.upstreams.values()), default=0.0)
    until = time.monotonic() + longest + MARGIN_S
    while _undecided_of_ended(journal) and time.monotonic() < until:
        time.sleep(LOOK_S)
    yield from close_each(switch, settlement, record, tell=tell)


def preview(switch: SwitchConfig, settlement: SettlementConfig) -> Preview | None:
    """What the day that runs would pay so far, if one has begun; nothing is recorded.

    Raises ConfigError or Error.
    """
    closes, opening = _closes(settlement), _balances(settlement)
    with JournalReader(switch.database).snapshot() as journal:
        days = journal.days()
        if not days:
            return None
        *ended, running = days
        label = running.label
        closed = {close.business_date for close in closes}
        unclosed = tuple(day.label for day in ended if day.label not in closed)
        # What came late of days before, the next close books: that of the first unclosed day.
        late_of = closed if not unclosed else ()
        read_to = closes[-1].read_to if closes else 0
        moved = due(journal.movements(running), label, late_of, read_to)
        undecided = tuple(journal.undecided())
        left_to_people = _left_to_people(journal, label)
    totals = batches(label, moved)
    paid = payouts(label, totals, settlement.merchants, opening)
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
            Suspense(p.merchant, p.currency, p.in_suspense) for p in paid if p.in_suspense
        ),
    )


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
    with JournalReader(switch.database).snapshot() as journal:
        days = journal.days()
        for label in labels:
            closed = books.closed(label)
            if closed is None:
                raise Error(f"{label} is not closed: cardswitch settle close does that")
            yield _report(journal, days, closed)


class _Settling:
    """All that the close of a day needs, opened."""

    def __init__(
        self, journal: JournalReader, books: Books, config: SettlementConfig, record: Record
    ) -> None:
        self._journal = journal
        self._books = books
        self._config = config
        self._folder = Path(config.deposits)
        self._record = record

    def finish_interrupted(self, tell: Tell) -> None:
        """After a crash, the files and journal rows that it has kept the last closes from."""
        closes = self._books.closes()
        with self._journal.snapshot() as journal:
            missing = unrecorded(journal, closes)
        files = self._books.files(closes[-1].business_date) if closes else {}
        if is_interrupted(self._folder, files):
            write_files(self._folder, files)
        for close in missing:
            closed = self._books.closed(close.business_date)
            assert closed is not None, "it is in the list of closes"
            self._record(closed)
            tell(f"{close.business_date} was closed before, and the journal now says so too")
        if any(_sums(self._books.balances()).values()):
            raise Findings(
                "nothing is closed", ["the books do not sum to zero: see cardswitch settle verify"]
            )

    def ended(self) -> list[str]:
        """The days to close, in their order."""
        closed = {close.business_date for close in self._books.closes()}
        return [
            day.label for day in self._journal.days() if day.has_ended and day.label not in closed
        ]

    def close(self, label: str) -> DayReport:
        """Close the day *label*; if that was done before, write its files as they were."""
        with self._journal.snapshot() as journal:
            days = journal.days()
            recorded = self._books.closed(label)
            if recorded is not None:
                write_files(self._folder, recorded.files)
                return _report(journal, days, recorded)
            made = self._made(journal, days, label)
            with staged_files(self._folder, made.files):
                self._books.record_close(made)
            closed = self._books.closed(label)
            assert closed is not None, "it has just been recorded"
            report = _report(journal, days, closed)
        self._record(closed)
        return report

    def _made(self, journal: Snapshot, days: Sequence[BankDay], label: str) -> DayClose:
        closes = self._books.closes()
        day = _require_next(days, label, closes)
        closed = {close.business_date for close in closes}
        read_to = closes[-1].read_to if closes else 0
        made = close_day(
            day,
            due(journal.movements(day), label, closed, read_to),
            self._config.merchants,
            self._config.acquirer,
            self._books.balances(),
            read_to=journal.last_row(),
        )
        expected = expected_movements(journal.steps(day), days, label)
        others = expected.keys() - {movement.journal_id for movement in made.movements}
        findings = check_close(made, expected, self._books.booked(others))
        if findings:
            count = f"{len(findings)} records do not agree"
            raise Findings(f"{label} is not closed, since {count}", findings)
        return made


def _require_next(days: Sequence[BankDay], label: str, closes: Sequence[Close]) -> BankDay:
    """The day *label*, which has ended and follows the last one that is closed."""
    by_label = {day.label: day for day in days}
    day = by_label.get(label)
    if day is None:
        raise Error(f"the journal has no bank day {label}: cardswitch settle show names the last")
    if not day.has_ended:
        raise Error(f"{label} is the bank day that runs: cardswitch settle close --now ends it")
    closed = {close.business_date for close in closes}
    if day.follows and day.follows not in closed:
        first = next(day.label for day in days if day.label not in closed)
        raise Error(f"{label} cannot be closed yet: first close {first}")
    return day


def _closes(settlement: SettlementConfig) -> list[Close]:
    try:
        return BooksReader(settlement.books).closes()
    except Missing:
        return []


def _balances(settlement: SettlementConfig) -> dict[tuple[str, str], int]:
    try:
        return BooksReader(settlement.books).balances()
    except Missing:
        return {}


def _sums(balances: dict[tuple[str, str], int]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for (_, code), balance in balances.items():
        sums[code] += balance
    return sums


def _undecided_of_ended(journal: JournalReader) -> bool:
    with journal.snapshot() as seen:
        running = seen.days()[-1].label
        return any(line.business_date != running for line in seen.undecided())


def _report(journal: Snapshot, days: Sequence[BankDay], closed: ClosedDay) -> DayReport:
    labels = [day.label for day in days]
    label = closed.business_date
    until = labels[: labels.index(label) + 1] if label in labels else []
    undecided = tuple(line for line in journal.undecided() if line.business_date in until)
    return DayReport(closed, undecided, _left_to_people(journal, label))


def _left_to_people(journal: Snapshot, label: str) -> tuple[Line, ...]:
    """What still waits for a person, whenever it began to; and what was resolved on that day."""
    return tuple(
        line
        for line in journal.left_to_people()
        if line.state == State.EXCEPTION or line.day == label
    )
