"""What the `settle` commands show: columns for people, one line of JSON a day for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import click
import msgspec

from cardswitch.specs.dates import utc_text
from cardswitch.specs.masking import printable
from cardswitch.wire.operator.text import columns

from ..core.states import State
from ..operate.calendar import HOUR_S, CalendarDay
from ..operate.show import DayReport, Preview
from ..operate.verify_books import Verdict
from ..settlement.days import option_of
from ..settlement.fees.charges import Charge
from ..settlement.totals import BatchTotals
from ..store.books import ClosedDay, Deposit, Suspense
from ..store.reader import Line
from .screen import money

LARGEST: Final = 10  # batches and deposits that are shown unasked
_Sum = TypeVar("_Sum")
_TOTALS: Final = ("TOTAL OF", "COUNT", "AMOUNT")
_BATCHES: Final = ("DAY", "MERCHANT", "CHANNEL", "TERMINAL", "KIND", "COUNT", "AMOUNT")
_CALENDAR: Final = ("DAY", "BEGINS", "ENDS", "LASTS", "STATE")
_GONE: Final = "  missing, cardswitch settle files{} writes it again"
NO_DAY: Final = (
    "no bank day has begun: the journal is empty; cardswitch up starts the switch, then try "
    "cardswitch terminal sale 12.50 --card good"
)
NOTHING_SOLD: Final = "nothing was sold on it yet: try cardswitch terminal sale 12.50 --card good"


def show_closed(
    report: DayReport,
    folder: str,
    as_json: bool,
    *,
    is_past: bool = False,
    has_all: bool = False,
) -> None:
    """Show a day that is closed: its batches, deposits, files in *folder*, and what is left.

    If it *is_past*, what is left is not said: perhaps it was done since, and the present day says.
    """
    day = report.closed
    files = [str(Path(folder) / name) for name in day.files]
    if as_json:
        about = {**msgspec.structs.asdict(report), **msgspec.structs.asdict(day), "files": files}
        del about["closed"]
        click.echo(msgspec.json.encode({"state": "closed", **about}))
        return
    click.echo(f"{day.business_date}  closed, ended {utc_text(day.ends_at)}")
    _show_sums(day.batches, day.payouts, has_all=has_all)
    _say(_charged(day.charges))
    if is_past:
        resolved = [line for line in report.left_to_people if line.state == State.RESOLVED]
        _say((f"was in suspense: {_owed(owed)}" for owed in day.suspense), _people(resolved))
    else:
        _say(_suspense(day.suspense), _undecided(report.undecided), _people(report.left_to_people))
    gone = {str(Path(folder) / name) for name in report.missing}
    again = _GONE.format(option_of(day.business_date))
    _say(f"file     {file}{again if file in gone else ''}" for file in files)


def show_preview(seen: Preview, as_json: bool, *, has_all: bool = False) -> None:
    """Show what a day would pay so far."""
    if as_json:
        click.echo(msgspec.json.encode({"state": "open", **msgspec.structs.asdict(seen)}))
        return
    click.echo(f"{seen.business_date}  open until {utc_text(seen.ends_at)}; so far:")
    if not seen.batches and not seen.undecided:
        click.echo(f"  {NOTHING_SOLD}")
    _show_sums(seen.batches, seen.payouts, has_all=has_all)
    if seen.charges is None:
        click.echo("  what is charged cannot be said before all days that have ended are closed")
    else:
        _say(_charged(seen.charges))
    _say(_suspense(seen.suspense), _undecided(seen.undecided), _people(seen.left_to_people))
    option = option_of(seen.business_date)
    if seen.held:
        click.echo(f"  closes are held by {seen.held}; cardswitch settle release{option}")
    if seen.unclosed:
        days = ", ".join(seen.unclosed)
        click.echo(f"  ended and not closed: {days}; cardswitch settle close{option} does that")


def show_calendar(days: Sequence[CalendarDay], as_json: bool) -> None:
    """Show bank days, those marked that have not 24 hours."""
    if as_json:
        for day in days:
            about = {**msgspec.structs.asdict(day), "length": day.length}
            click.echo(msgspec.json.encode(about))
        return
    rows = [
        (
            day.business_date,
            utc_text(day.starts_at),
            utc_text(day.ends_at),
            f"{(day.ends_at - day.starts_at) / HOUR_S:.1f} h {day.length}".rstrip(),
            day.state,
        )
        for day in days
    ]
    for row in columns([_CALENDAR, *rows] if rows else []):
        click.echo(row)


def show_files(names: Sequence[str], folder: str, as_json: bool) -> None:
    """Show which files were written again."""
    files = [str(Path(folder) / name) for name in names]
    if as_json:
        click.echo(msgspec.json.encode({"written": files}))
        return
    for file in files or ["no file is missing"]:
        click.echo(file)


def show_rebuilt(day: ClosedDay, as_json: bool) -> None:
    """Show a close that was made anew."""
    if as_json:
        about = {"business_date": day.business_date, "sha256": day.sha256}
        click.echo(msgspec.json.encode({"state": "rebuilt", **about}))
        return
    click.echo(f"{day.business_date}  made anew, as the journal names it; sha256 {day.sha256}")


def show_verdict(verdict: Verdict, as_json: bool) -> None:
    """Show what was found in the books."""
    if as_json:
        click.echo(msgspec.json.encode(verdict))
        return
    for finding in verdict.findings:
        click.echo(printable(finding, 500))
    for name in verdict.not_here:
        click.echo(f"{name} was taken away, and stands in the books", err=True)
    if not verdict.findings:
        closes = f"{verdict.closes} closes" if verdict.closes != 1 else "1 close"
        agree = "they agree with themselves, their files and the journal"
        click.echo(f"{closes} in the books: {agree}" if verdict.closes else "no day is closed yet")


def _show_sums(
    batches: Sequence[BatchTotals], payouts: Sequence[Deposit], *, has_all: bool
) -> None:
    """Totals of each currency, and then the largest batches and deposits, or all of them."""
    for row in columns([_TOTALS, *_totals(batches, payouts)] if batches or payouts else []):
        click.echo(f"  {row}")
    shown = batches if has_all else _largest(batches, lambda batch: batch.amount)
    for row in columns([_BATCHES, *map(_batch, shown)] if shown else []):
        click.echo(f"  {row}")
    _say(_more(batches, shown, "batches"))
    chosen = payouts if has_all else _largest(payouts, lambda payout: payout.amount)
    paid = [("deposit", p.merchant, money(p.amount, p.currency), p.end_to_end_id) for p in chosen]
    for row in columns(paid) or ["no deposit"]:
        click.echo(f"  {row}")
    _say(_more(payouts, chosen, "deposits"))


def _totals(
    batches: Iterable[BatchTotals], payouts: Iterable[Deposit]
) -> Iterator[tuple[str, ...]]:
    counts: Counter[tuple[str, bool, str]] = Counter()
    sums: Counter[tuple[str, bool, str]] = Counter()
    for batch in batches:
        counts[batch.currency, False, batch.kind] += batch.count
        sums[batch.currency, False, batch.kind] += batch.amount
    for payout in payouts:
        counts[payout.currency, True, "deposit"] += 1
        sums[payout.currency, True, "deposit"] += payout.amount
    for key in sorted(counts):
        code, _, kind = key
        yield kind, str(counts[key]), money(sums[key], code)


def _largest(rows: Sequence[_Sum], amount_of: Callable[[_Sum], int]) -> Sequence[_Sum]:
    """The largest of *rows*, in the order that they have."""
    if len(rows) <= LARGEST:
        return rows
    order = sorted(range(len(rows)), key=lambda n: -abs(amount_of(rows[n])))
    return [rows[n] for n in sorted(order[:LARGEST])]


def _more(rows: Sequence[object], shown: Sequence[object], what: str) -> Iterator[str]:
    if len(rows) > len(shown):
        yield f"… the {len(shown)} largest of {len(rows)} {what}; --all shows them"


def _batch(batch: BatchTotals) -> tuple[str, ...]:
    where = (batch.moved_on, batch.merchant or "(none)", batch.channel, batch.terminal)
    return (*where, batch.kind, str(batch.count), money(batch.amount, batch.currency))


def _say(*groups: Iterable[str]) -> None:
    for group in groups:
        for line in group:
            click.echo(f"  {line}")


def _suspense(suspense: Sequence[Suspense]) -> Iterator[str]:
    for owed in suspense:
        remedy = owed.because or "the next close pays it"
        yield f"in suspense: {_owed(owed)}; {remedy}"


def _owed(owed: Suspense) -> str:
    who = printable(owed.merchant, 15) or "no merchant"
    return f"{who} {money(owed.amount, owed.currency)}"


def _charged(charges: Sequence[Charge]) -> Iterator[str]:
    sums: Counter[tuple[str, str, str, bool]] = Counter()
    for each in charges:
        sums[each.merchant, each.currency, each.kind, each.is_net] += each.amount
    for (merchant, code, kind, is_net), total in sorted(sums.items()):
        how = "" if is_net else ", invoiced"
        yield f"charged: {printable(merchant, 15)} {kind} {money(total, code)}{how}"


def _undecided(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        yield f"no outcome yet, the next close books it: {_leg(line)}"


def _people(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.state == State.EXCEPTION:
            yield f"exception: {_leg(line)}; cardswitch switch exceptions says what to do"
        else:
            by, because = printable(line.by, 40), printable(line.because)
            yield f"resolved: {_leg(line)}, by {by or 'nobody named'}: {because or 'no reason'}"


def _leg(line: Line) -> str:
    shop = "/".join(printable(name, 15) for name in (line.merchant, line.terminal))
    rrn = printable(line.rrn, 12) or "not given yet"
    return f"leg {line.leg} of {line.business_date}, RRN {rrn}, {shop}, " + money(
        line.amount, line.currency
    )
