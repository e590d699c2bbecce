"""Settles bank days: journal in, books and deposit files out, beside a switch that runs or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from msgspec import Struct

from cardswitch.specs.dates import CutOff, utc_text
from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.operator.files import is_interrupted, staged_files, write_files
from cardswitch.wire.ports import Seconds

from ..core.entry import Entry, Vault
from ..core.states import OPEN
from ..settlement.check import check_close
from ..settlement.close import close_day
from ..settlement.movements import SOURCE, movements
from ..settlement.payouts import payouts
from ..settlement.totals import BatchTotals, batches
from ..store.books import Books, BooksReader, ClosedDay, Deposit
from ..store.database import Missing
from ..store.journal import JournalReader
from .config import SettlementConfig, SwitchConfig

# What the switch accepts at the last instant of a day takes a moment to reach its disk, and the
# clocks of two machines differ: until then, the journal of a day may not be whole.
CALM_S: Final[Seconds] = 10.0
FINDINGS_SHOWN: Final = 3  # of those in the text of an error; all are in its `findings`


class Findings(Error):
    """The day was gone through again by another way, and something does not agree."""

    def __init__(self, business_date: str, findings: tuple[str, ...]) -> None:
        shown = "; ".join(findings[:FINDINGS_SHOWN])
        super().__init__(
            f"{business_date} is not closed, since {len(findings)} records do not agree: {shown}"
        )
        self.findings = findings


class Preview(Struct, frozen=True):
    """What a day that has not ended yet would pay if nothing else happened on it."""

    business_date: str
    ends_at: Seconds
    unclosed: tuple[str, ...]  # days before it that are still to be closed, and not counted here
    open_legs: int  # purchases without an outcome yet, not counted either
    batches: tuple[BatchTotals, ...]
    payouts: tuple[Deposit, ...]


def close_days(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    vault: Vault,
    now: Seconds,
    business_date: str | None = None,
) -> list[ClosedDay]:
    """Close *business_date*, or every day that has ended by *now*, is not closed, and must be.

    Those are the days with something in the journal, and those between them. A day that is closed
    already, asked for by its date, is given back as it was then, and its files are written again.
    Raises ConfigError, Findings or Error (too early, a leg still open, a merchant unknown, in use).
    """
    return list(close_each(switch, settlement, vault, now, business_date))


def close_each(
    switch: SwitchConfig,
    settlement: SettlementConfig,
    vault: Vault,
    now: Seconds,
    business_date: str | None = None,
) -> Iterator[ClosedDay]:
    """The same, one by one: what comes out is closed, though a later day may fail."""
    if switch.database == settlement.books and switch.database.startswith("sqlite"):
        raise ConfigError("settlement.books: expected a file of its own, the switch holds this one")
    journal = JournalReader(switch.database, vault)
    with closing(Books(settlement.books)) as books:
        settling = _Settling(journal, books, settlement, switch.cut_off, now)
        settling.finish_interrupted()
        dates = [business_date] if business_date else settling.due()
        for date in dates:
            yield settling.close(date)


def preview(
    switch: SwitchConfig, settlement: SettlementConfig, vault: Vault, now: Seconds
) -> Preview:
    """What the present day would pay so far; nothing is recorded. Raises ConfigError or Error."""
    journal = JournalReader(switch.database, vault)
    date = switch.cut_off.business_date(now)
    try:
        books = BooksReader(settlement.books)
    except Missing:
        last_end, opening = None, {}
    else:
        last_end, opening = books.last_end(), books.balances(before=date)
    starts_at, ends_at = switch.cut_off.starts_at(date), switch.cut_off.ends_at(date)
    entries, open_legs = _finished(journal.load_day(starts_at, ends_at))
    totals = batches(movements(date, entries, switch.cut_off.business_date))
    paid = payouts(date, totals, settlement.merchants, opening)
    return Preview(
        date,
        ends_at,
        tuple(_due(journal, last_end, switch.cut_off, starts_at)),
        open_legs,
        totals,
        tuple(Deposit(p.merchant, p.currency, p.amount, p.end_to_end_id) for p in paid if p.amount),
    )


class _Settling:
    """All that the close of a day needs, opened."""

    def __init__(
        self,
        journal: JournalReader,
        books: Books,
        config: SettlementConfig,
        cut_off: CutOff,
        now: Seconds,
    ) -> None:
        self._journal = journal
        self._books = books
        self._config = config
        self._folder = Path(config.deposits)
        self._cut_off = cut_off
        self._now = now

    def due(self) -> list[str]:
        """The days to close, in their order."""
        calm = self._now - CALM_S
        return list(_due(self._journal, self._books.last_end(), self._cut_off, calm))

    def finish_interrupted(self) -> None:
        """After a crash between its record and its files, the last day is written once more."""
        last = self._books.dates()[-1:]
        files = self._books.files(last[0]) if last else {}
        if is_interrupted(self._folder, files):
            write_files(self._folder, files)

    def close(self, date: str) -> ClosedDay:
        """Close *date*; if that was done before, write its files as they were."""
        recorded = self._books.closed(date)
        if recorded is None:
            self._require_ended(date)
            return self._close(date)
        write_files(self._folder, recorded.files)
        return recorded

    def _close(self, date: str) -> ClosedDay:
        day = close_day(
            date,
            self._entries(date),
            self._config.merchants,
            self._config.acquirer,
            self._books.balances(before=date),
            cut_off=self._cut_off,
            now=self._now,
        )
        findings = check_close(day, self._entries(date))
        if findings:
            raise Findings(date, findings)
        with staged_files(self._folder, day.files):
            self._books.record_close(day, self._journal)
        recorded = self._books.closed(date)
        assert recorded is not None, "it has just been recorded"
        return recorded

    def _entries(self, date: str) -> Iterator[Entry]:
        return self._journal.load_day(self._cut_off.starts_at(date), self._cut_off.ends_at(date))

    def _require_ended(self, date: str) -> None:
        ends_at = self._cut_off.ends_at(date)
        if self._now < ends_at + CALM_S:
            raise Error(
                f"{date} ends at {utc_text(ends_at)}: it can be closed from "
                f"{utc_text(ends_at + CALM_S)} on"
            )
        if self._journal.first_between(float("-inf"), ends_at) is None:
            raise Error(f"{date} cannot be closed: the journal begins after it")


def _due(
    journal: JournalReader, last_end: Seconds | None, cut_off: CutOff, until: Seconds
) -> Iterator[str]:
    """The days from *last_end* on that ended by *until*, up to the last with something in it."""
    first = journal.first_between(float("-inf") if last_end is None else last_end, until)
    if first is None:
        return
    idle: list[str] = []
    date = cut_off.business_date(first if last_end is None else last_end)
    while cut_off.ends_at(date) <= until:
        starts_at, ends_at = cut_off.starts_at(date), cut_off.ends_at(date)
        idle.append(date)
        if journal.first_between(starts_at, ends_at) is not None:
            yield from idle
            idle.clear()
        date = cut_off.business_date(ends_at)


def _finished(entries: Iterable[Entry]) -> tuple[list[Entry], int]:
    """The entries of the legs that have an outcome, and how many of merchants' have none."""
    whole = list(entries)
    last = {entry.leg: entry for entry in whole}
    open_legs = {leg for leg, entry in last.items() if entry.state in OPEN}
    count = sum(last[leg].source == SOURCE for leg in open_legs)
    return [entry for entry in whole if entry.leg not in open_legs], count
