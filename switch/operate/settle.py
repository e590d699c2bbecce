"""Settles bank days: journal in, books and deposit files out, beside a switch that runs or not.

Which days there are, and which have ended, the journal's cut-over rows say; a clock says no more
than when an order is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.operator.files import (
    is_interrupted,
    staged_files,
    staged_folder,
    write_files,
)
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import InUse

from ..settlement.check import Known, check_close, expected_payouts
from ..settlement.close import DayClose, close_day
from ..settlement.days import BankDay, option_of
from ..settlement.entries import BankEntry
from ..settlement.formats.report_csv import reports_name
from ..settlement.ledger import Balances, balances_sha256
from ..settlement.payouts import payouts
from ..settlement.standing import Standing, held_close
from ..store.booking import Booking
from ..store.books import Books, Close, ClosedDay
from ..store.reader import JournalReader
from .bank.copies import TAKEN, kept_file
from .config import SettlementConfig, SwitchConfig
from .fees.charging import charge, charge_again
from .files import require_same, write_again
from .outputs.ach import ach_before, ach_before_again
from .outputs.reports import references, write_reports
from .outputs.reread import ReportCheck
from .show import DayReport, closes_of, entries_of, report_of
from .verify_books import Findings, altered, unrecorded

LOOK_S: Final[Seconds] = 0.1  # how often to see whether purchases in flight have ended
IN_USE_S: Final[Seconds] = 2.0  # how long another settlement is waited for
MARGIN_S: Final[Seconds] = 1.0  # what their outcome may take beyond the time-out of an upstream
# Has the journal name what was booked.
Record = Callable[[ClosedDay | BankEntry], None]
Tell = Callable[[str], None]
Clock = Callable[[], Seconds]


def now() -> Seconds:
    """The instant, by the clock of this machine."""
    return time.time()


def close_days(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    record: Record,
    business_date: str | None = None,
    tell: Tell = lambda _: None,
    clock: Clock = now,
) -> list[DayReport]:
    """Close the day labelled *business_date*, or every day that has ended and is not closed.

    *record* has the journal say that a day is closed, *tell* is told what people should know, and
    *clock* says when orders are made. A day that is closed already, asked for by its label, is
    given back as it was then, and its files are written again.

    Raises ConfigError, Findings or Error (it still runs, in use).
    """
    return list(close_each(switch, settlement, record, business_date, tell, clock))


def close_each(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    record: Record,
    business_date: str | None = None,
    tell: Tell = lambda _: None,
    clock: Clock = now,
) -> Iterator[DayReport]:
    """The same, one by one: what comes out is closed, though a later day may fail."""
    with settling(switch, settlement, record, tell, clock) as opened:
        for label in [business_date] if business_date else opened.ended():
            yield opened.close(label)


@contextmanager
def settling(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    record: Record,
    tell: Tell = lambda _: None,
    clock: Clock = now,
) -> Iterator[Settling]:
    """Journal and books, opened, and what a crash has left finished. Raises as above."""
    if switch.database == settlement.books and switch.database.startswith("sqlite"):
        raise ConfigError("settlement.books: expected a file of its own, the switch holds this one")
    for name in switch.acquirers:
        if name != settlement.name and switch.settlement_of(name).books == settlement.books:
            what = f"the acquirer {name} has these books: give each its own"
            raise ConfigError(f"settlement.books: {what}")
    journal = JournalReader(switch.database, settlement.name)
    with journal.snapshot():  # Before books are made where some were lost.
        unrecorded(journal, closes_of(settlement), entries_of(settlement))
    with closing(_open_books(settlement.books)) as books:
        opened = Settling(journal, books, settlement, record, clock)
        opened.finish_interrupted(tell)
        yield opened


def close_now(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    record: Record,
    cut_over: Callable[[], None],
    tell: Tell = lambda _: None,
) -> Iterator[DayReport]:
    """Have *cut_over* end the day that runs; close it when its purchases have their outcome."""
    cut_over()
    journal = JournalReader(switch.database, settlement.name)
    longest = max((upstream.timeout_s for upstream in switch.upstreams.values()), default=0.0)
    until = time.monotonic() + longest + MARGIN_S
    while _undecided_of_ended(journal) and time.monotonic() < until:
        time.sleep(LOOK_S)
    ended = journal.days()[-2].label
    is_closed = False
    for report in close_each(switch, settlement, record, tell=tell):
        is_closed = is_closed or report.closed.business_date == ended
        yield report
    if not is_closed:  # Another settlement was quicker, such as that of `cardswitch up`.
        yield from close_each(switch, settlement, record, ended, tell)


def _open_books(url: str) -> Books:
    """Wait a while for another settlement, such as that of `cardswitch up`, to end."""
    until = time.monotonic() + IN_USE_S
    while True:
        try:
            return Books(url)
        except InUse:
            if time.monotonic() >= until:
                raise
        time.sleep(LOOK_S)


class _Task(Struct, frozen=True, kw_only=True):
    """What is known of a day before it is closed."""

    days: Sequence[BankDay]  # all of the journal
    day: BankDay
    after: int  # the last row that the close before has read
    until: int  # the last row that this one reads
    closed_at: Seconds
    balances: Balances  # of every account before it
    owed: Mapping[tuple[str, str], int]  # the same to merchants, by batches and deposits
    standing: Standing  # what banks and people have said of earlier payouts


class Settling:
    """All that the close of a day needs, opened."""

    def __init__(
        self,
        journal: JournalReader,
        books: Books,
        config: SettlementConfig,
        record: Record,
        clock: Clock,
    ) -> None:
        self.journal = journal
        self.books = books
        self.config = config
        self.folder = Path(config.deposits)
        self.record = record
        self.clock = clock

    def finish_interrupted(self, tell: Tell) -> None:
        """After a crash, the files and journal rows that it has kept the last closes from."""
        closes = self.books.closes()
        with self.journal.snapshot():
            missing, unnamed = unrecorded(self.journal, closes, self.books.entries())
        if closes:
            last = closes[-1].business_date
            if is_interrupted(self.folder, [*self.books.files(last), reports_name(last)]):
                write_again(self.folder, self.books, last)
        for close in missing:
            closed = self.books.closed(close.business_date)
            assert closed is not None, "it is in the list of closes"
            self.record(closed)
            tell(f"{close.business_date} was closed before, and the journal now says so too")
        for entry in unnamed:
            self.finish_taken(entry)
            self.record(entry)
            tell(f"{entry.name} was taken before, and the journal now says so too")
        booked = self.books.balances(up_to=closes[-1].number) if closes else {}
        if closes and balances_sha256(booked) != closes[-1].balances:
            what = f"nothing is closed: the close of {closes[-1].business_date} left other balances"
            raise Findings(f"{what} than the books have now", [*altered(self.books)])

    def finish_taken(self, entry: BankEntry) -> None:
        """Give the copy of a file that was taken its name, if a crash came before that."""
        kept = kept_file(self.books.sheet(entry))
        if is_interrupted(self.folder / TAKEN, kept):
            write_files(self.folder / TAKEN, kept)

    def ended(self) -> list[str]:
        """The days to close, in their order."""
        closed = {close.business_date for close in self.books.closes()}
        return [
            day.label for day in self.journal.days() if day.has_ended and day.label not in closed
        ]

    def close(self, label: str) -> DayReport:
        """Close the day *label*; if that was done before, write its files as they were."""
        journal = self.journal
        with journal.snapshot():
            days = journal.days()
            recorded = self.books.closed(label)
            if recorded is not None:
                write_again(self.folder, self.books, label)
                return report_of(journal, days, recorded, self.config)
            self._require_released(label)
            self._book(days, label)
            closed = self.books.closed(label)
            assert closed is not None, "it has just been recorded"
            report = report_of(journal, days, closed, self.config)
        self.record(closed)
        return report

    def _require_released(self, label: str) -> None:
        held = held_close(self.books.deeds())
        if held is not None:
            what = f"{label} is not closed, closes are held by {held.told}"
            raise Error(f"{what}; cardswitch settle release{option_of(label)}")

    def _book(self, days: Sequence[BankDay], label: str) -> None:
        """Book the day, check it, and only then give its files their names."""
        closes = self.books.closes()
        day = _require_next(days, label, closes)
        damage = tuple(self.journal.verify(after=day.sequence - 1))
        if damage:
            raise Findings(f"{label} is not closed, since the journal is damaged", damage)
        task = _Task(
            days=days,
            day=day,
            after=closes[-1].read_to if closes else 0,
            until=self.journal.head()[0],
            closed_at=max(self.clock(), day.ends_at),
            balances=self.books.balances(),
            owed=self.books.owed(),
            standing=self.books.standing(),
        )
        with ExitStack() as naming, self.books.booking(self.journal, day.sequence) as booking:
            reports = naming.enter_context(staged_folder(self.folder, reports_name(label)))
            made = self._made(booking, task, reports)
            require_same(self.folder, made.files)  # Books that were lost may have had this close.
            naming.enter_context(staged_files(self.folder, made.files))
            booking.record(made)

    def _made(self, booking: Booking, task: _Task, reports: Path) -> DayClose:
        """The close of a day as it is booked and written to *reports*; checked by another way."""
        config, label = self.config, task.day.label
        totals = booking.book(task.day, task.after, task.until)
        costs = charge(booking, label, totals, config)
        paid = payouts(
            label,
            totals,
            config.accounts,
            config.acquirer,
            task.balances,
            task.standing,
            costs.charges,
        )
        findings = list(booking.hold(label, task.after, task.until, config.hold_days))
        known = self._known(booking, task, findings)
        wanted = references(expected_payouts(known))
        check = ReportCheck(reports, label, known.batches, wanted, known.charges)
        moved, written = booking.batched(label), references(paid)
        manifest = write_reports(
            label, totals, moved, written, reports, costs.charges, beside=check.take
        )
        made = close_day(
            task.day,
            totals,
            paid,
            config.acquirer,
            task.balances,
            read_to=task.until,
            closed_at=task.closed_at,
            manifest=manifest,
            rates=costs.rates,
            charges=costs.charges,
            ach_before=ach_before(self.books, config, task.closed_at),
        )
        read = check.read(lambda: booking.batched(label, is_by_merchant=True))
        findings += [*check.findings, *check_close(made, replace(known, manifest=read))]
        if findings:
            count = f"{len(findings)} records do not agree"
            raise Findings(f"{label} is not closed, since {count}", findings)
        return made

    def _known(self, booking: Booking, task: _Task, findings: list[str]) -> Known:
        """What a close must come to, by another way; what is wrong in the books is *findings*."""
        with booking.recount(task.days, task.day, task.until) as counted:
            costs = charge_again(booking, counted, task.day.label, self.config)
            findings += counted.findings()
            return Known(
                day=task.day,
                read_to=task.until,
                batches=counted.batches,
                balances=task.balances,
                owed=task.owed,
                merchants=self.config.accounts,
                acquirer=self.config.acquirer,
                standing=task.standing,
                rates=costs.rates,
                charges=costs.charges,
                ach_before=ach_before_again(self.books, self.config, task.closed_at),
            )


def _require_next(days: Sequence[BankDay], label: str, closes: Sequence[Close]) -> BankDay:
    """The day *label*, which has ended and follows the last one that is closed."""
    by_label = {day.label: day for day in days}
    day = by_label.get(label)
    if day is None:
        last = f"cardswitch settle show{option_of(label)} names the last"
        raise Error(f"the journal has no bank day {label}: {last}")
    if not day.has_ended:
        end = f"cardswitch settle close{option_of(label)} --now ends it"
        raise Error(f"{label} is the bank day that runs: {end}")
    closed = {close.business_date for close in closes}
    if day.follows and day.follows not in closed:
        first = next(day.label for day in days if day.label not in closed)
        raise Error(f"{label} cannot be closed yet: first close {first}")
    return day


def _undecided_of_ended(journal: JournalReader) -> bool:
    with journal.snapshot():
        running = journal.days()[-1].label
        return any(line.business_date != running for line in journal.undecided())
