"""The `settle` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator import exits

from .fees.commands import fees
from .ledger.commands import accounts, correct, holds, suspense
from .options import (
    acquirer_in,
    chosen_acquirer,
    findings_shown,
    settle_options,
    settlement_section,
    settling_at,
    switch_section,
)
from .payout import payout

DAYS_MAX: Final = 1_000  # of the calendar, to either side
EXPORTS: Final = ("beancount", "hledger", "csv", "json", "parquet")
EPILOG: Final = """\b
Examples:
  cardswitch settle show                       what was closed, and what the day would pay so far
  cardswitch settle close                      every bank day that has ended
  cardswitch settle close --now                end the bank day that runs, and close it
  cardswitch settle close 2026-11-28           that day; again: the same files once more
  cardswitch settle hold --because "…"         close no day until it is released
  cardswitch settle calendar                   the bank days that were, and those to come
  cardswitch settle show --acquirer nyc        the same of another acquirer, at all commands
  cardswitch settle files                      write files again that were lost
  cardswitch settle match statement.xml        book what the bank made of our orders
  cardswitch settle payout list                which payouts did not get there, and why
  cardswitch settle fees explain 633221000017  how the fee of a sale came about
  cardswitch settle accounts                   what each account holds
  cardswitch settle correct 5 --debit …        a journal of yours, with a reason
  cardswitch settle suspense list              captures that nobody could be paid for
  cardswitch settle holds                      what authorisations have set aside
  cardswitch settle export --to beancount      the books, for other people's programs
  cardswitch settle verify                     whether the books are what was booked
  cardswitch settle rebuild                    make lost books anew, without paying

Exit codes: 0 done, 1 error, 2 usage, 6 something does not agree, and nothing is paid until it
does."""
CLOSE_EPILOG: Final = """\b
Examples:
  close                                        all days that have ended, in their order
  close 2026-11-28-2                           the second day that began on that date
  close --now --because "end of the test"      the day that runs ends here

A day ends at its cut-off, or by --now; then the next one begins, and its label is the date, with a
run number if the date has had a day before. Purchases in flight are waited for; what is still
open is named, and booked by the next close."""
PREVIEW_EPILOG: Final = """\b
Example:
  preview --json"""
SHOW_EPILOG: Final = """\b
Examples:
  show
  show 2026-11-28 --all
  show 2026-11-28 --json"""
CALENDAR_EPILOG: Final = """\b
Examples:
  calendar
  calendar --past 30 --coming 0 --json

A day begins where the one before ended, and its end is fixed when it begins: another cut-off in
the configuration counts from the next one. No label comes twice."""
FILES_EPILOG: Final = """\b
Examples:
  files
  files 2026-11-28

A file that is there and says something else is left alone and named: exit code 6."""
REBUILD_EPILOG: Final = """\b
Example:
  rebuild --json

The journal names each close with its hash, and a close that does not come to it again is named:
exit code 6. If merchants have changed their accounts since, put the files of that day back into the
folder of deposits first."""
MATCH_EPILOG: Final = """\b
Examples:
  match                                        what is new in the folder of answers
  match bank/status-000001.xml bank/statement-000001.xml
  match statement.xml --json

Each line gets one outcome: booked, rejected, returned, amount differs, twice, only theirs, only
ours, to be changed. A file is taken once, whole or not at all, in any order. What was rejected or
returned is owed again, see `settle payout`; what the bank booked otherwise than ordered stands
against suspense.
Exit code 6 unless all was booked as it was ordered."""
EXPORT_EPILOG: Final = """\b
Examples:
  export --to beancount > books.beancount      then: bean-check books.beancount
  export 2026-11-28 --to csv > movements.csv
  export --to parquet --into movements         a folder for each day, business_date=2026-11-28

beancount and hledger get the general ledger, a transaction for each journal; csv, json and parquet
each movement. Parquet needs pip install 'cardswitch[parquet]'."""
HOLD_EPILOG: Final = """\b
Example:
  hold --because "an acquirer sends late advices, ticket 4711"

Payouts of a merchant alone are held by `settle payout hold`."""
RELEASE_EPILOG: Final = """\b
Example:
  release --because "all have come, ticket 4711"

The next close closes all days that have ended meanwhile, one after the other."""
VERIFY_EPILOG: Final = """\b
Example:
  verify --json

Every close is computed again from its batches, postings and files, and compared with the files in
the folder of deposits and with the closes that the journal names. The journal's own chain is gone
through as well. A file in the folder that says something else is shown record by record."""


@click.group(epilog=EPILOG)
def settle() -> None:
    """Close bank days and write the files that pay the merchants; a switch may run meanwhile."""


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that all of them have."""
    as_json = click.option("--json", "as_json", is_flag=True, help="JSON, one line for each day.")
    return as_json(settle_options(command))


def all_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --all; the command gets `has_all`."""
    words = "Every batch and deposit, not the largest alone; JSON has them anyhow."
    return click.option("--all", "has_all", is_flag=True, help=words)(command)


def _checked_day(_ctx: click.Context, _option: click.Parameter, day: str | None) -> str | None:
    from cardswitch.specs.dates import CutOff
    from cardswitch.specs.errors import FormatError

    from ..core.day import OF
    from ..settlement.days import date_of, run_of

    if day is None:
        return None
    acquirer, (day, of, whose) = chosen_acquirer(), day.partition(OF)
    if of and whose != acquirer:
        raise click.BadParameter(f"that day is of {whose}: say --acquirer {whose} as well")
    try:
        CutOff().ends_at(date_of(day))  # The module that knows the calendar refuses what is none.
        run = run_of(day)
    except (FormatError, ValueError):
        run = 0
    if day != (date_of(day) if run == 1 else f"{date_of(day)}-{run}") or run < 1:
        raise click.BadParameter("expected a bank day such as 2026-11-28, or 2026-11-28-2")
    return f"{day}{OF}{acquirer}" if acquirer else day


def day_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument DAY; the command gets `day`."""
    return click.argument("day", required=False, callback=_checked_day)(command)


@settle.command(epilog=CLOSE_EPILOG)
@day_argument
@click.option("--now", is_flag=True, help="End the bank day that runs, and begin the next.")
@click.option("--because", metavar="TEXT", default="", help="With --now: why, for the journal.")
@all_option
@common
@click.pass_obj
def close(
    obj: dict[str, Any],
    config_path: Path,
    day: str | None,
    now: bool,
    because: str,
    has_all: bool,
    as_json: bool,
) -> None:
    """Close bank days that have ended, and write their files.

    Without DAY all that are not closed yet, in their order; with it that one. If it is closed
    already, its recorded files are written again.
    """
    from ..operate.settle import close_each, close_now
    from .settle_screen import show_closed

    if day and now:
        raise click.UsageError("--now ends the day that runs: give it no other")
    config, settlement = switch_section(config_path), settlement_section(config_path)
    record = partial(obj["record"], config, acquirer=settlement.name)
    tell = partial(click.echo, err=True)
    if now:
        cut_over = partial(obj["cut_over"], config, because, settlement.name)
        closing = close_now(config, settlement, record, cut_over, tell)
    else:
        closing = close_each(config, settlement, record, day, tell)
    count = 0
    with findings_shown():
        for report in closing:
            show_closed(report, settlement.deposits, as_json, has_all=has_all)
            count += 1
    if not count:
        tell("no bank day has ended that is not closed already; --now ends the one that runs")


@settle.command(epilog=PREVIEW_EPILOG)
@all_option
@common
def preview(config_path: Path, has_all: bool, as_json: bool) -> None:
    """Show what the present bank day would pay so far."""
    from ..operate.show import preview as look
    from .settle_screen import NO_DAY, show_preview

    with findings_shown():
        seen = look(switch_section(config_path), settlement_section(config_path))
    if seen is None:
        click.echo(NO_DAY, err=True)
    else:
        show_preview(seen, as_json, has_all=has_all)


@settle.command(epilog=SHOW_EPILOG)
@day_argument
@all_option
@common
def show(config_path: Path, day: str | None, has_all: bool, as_json: bool) -> None:
    """Show what was closed, and what the present day would pay so far; with DAY that one alone."""
    from ..operate.show import closed_days
    from ..operate.show import preview as look
    from .settle_screen import NO_DAY, show_closed, show_preview

    config, settlement = switch_section(config_path), settlement_section(config_path)
    with findings_shown():
        running = look(config, settlement)
    if running is None or running.business_date != day:
        for report in closed_days(config, settlement, day):
            show_closed(report, settlement.deposits, as_json, is_past=True, has_all=has_all)
    if running is None:
        click.echo(NO_DAY, err=True)
    elif day in (None, running.business_date):
        show_preview(running, as_json, has_all=has_all)


@settle.command(epilog=CALENDAR_EPILOG)
@click.option(
    "--past", metavar="DAYS", default=7, show_default=True, type=click.IntRange(0, DAYS_MAX),
    help="How many that have ended.",
)  # fmt: skip
@click.option(
    "--coming", metavar="DAYS", default=7, show_default=True, type=click.IntRange(0, DAYS_MAX),
    help="How many that are to come.",
)  # fmt: skip
@common
def calendar(config_path: Path, past: int, coming: int, as_json: bool) -> None:
    """Show the bank days: those that were, the one that runs, and those to come."""
    from ..operate.calendar import calendar as look
    from .settle_screen import NO_DAY, show_calendar

    days = look(switch_section(config_path), past, coming, acquirer_in(config_path))
    if not days:
        click.echo(NO_DAY, err=True)
    show_calendar(days, as_json)


@settle.command(epilog=FILES_EPILOG)
@day_argument
@common
def files(config_path: Path, day: str | None, as_json: bool) -> None:
    """Write files of closed days that are missing, or those of DAY, once more as they were."""
    from ..operate.files import write_missing
    from .settle_screen import show_files

    settlement = settlement_section(config_path)
    with findings_shown():
        show_files(write_missing(settlement, day), settlement.deposits, as_json)


@settle.command(epilog=REBUILD_EPILOG)
@common
def rebuild(config_path: Path, as_json: bool) -> None:
    """Make books that were lost anew from the journal; nothing is paid, and no file is written."""
    from ..operate.rebuild import rebuild as make
    from .settle_screen import show_rebuilt

    with findings_shown():
        made = make(switch_section(config_path), settlement_section(config_path))
    for closed in made:
        show_rebuilt(closed, as_json)
    if not made:
        click.echo("no day was closed: what people decided and banks said is as it was", err=True)


@settle.command(epilog=MATCH_EPILOG)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@common
@click.pass_obj
def match(obj: dict[str, Any], config_path: Path, files: tuple[Path, ...], as_json: bool) -> None:
    """Book what FILES of the bank say of our orders: pain.002, camt.053, camt.054, BAI2, ACH.

    Without FILES, those in the folder `settlement.answers` that were not taken yet.
    """
    from ..operate.bank.take import take, take_all_new
    from .bank_screen import show_taken

    contents = {str(file): file.read_bytes() for file in files}
    states = []
    with settling_at(obj, config_path) as opened:
        for taken in take(opened, contents) if contents else take_all_new(opened):
            show_taken(taken, as_json)
            states.append(taken.is_settled)
    if not states:
        click.echo(f"nothing new in {opened.config.answers}", err=True)
    if not all(states):
        sys.exit(exits.FINDINGS)


@settle.command(epilog=EXPORT_EPILOG)
@day_argument
@click.option("--to", type=click.Choice(EXPORTS), required=True, help="The format.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Of parquet alone.")
@settle_options
def export(config_path: Path, day: str | None, to: Any, into: Path | None) -> None:
    """Write the closed days, or DAY, for other programs: to standard output, or to a folder."""
    from ..operate.outputs.export import export_parquet, export_text

    if (to == "parquet") is (into is None):
        raise click.UsageError("parquet goes --into a folder, all else to standard output")
    settlement = settlement_section(config_path)
    if into is not None:
        for folder in export_parquet(settlement, into, day):
            click.echo(folder)
        return
    for text in export_text(settlement, to, day):
        click.echo(text, nl=False)


@settle.command(epilog=VERIFY_EPILOG)
@common
def verify(config_path: Path, as_json: bool) -> None:
    """Go through the books from the first close on, and name what does not agree."""
    from ..operate.verify_books import verify as look
    from .settle_screen import show_verdict

    verdict = look(switch_section(config_path), settlement_section(config_path))
    show_verdict(verdict, as_json)
    if verdict.findings:
        sys.exit(exits.FINDINGS)


def because_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --because; the command gets `because`."""
    words = "Why; it is kept in books and journal."
    return click.option("--because", metavar="TEXT", required=True, help=words)(command)


@settle.command(epilog=HOLD_EPILOG)
@because_option
@common
@click.pass_obj
def hold(obj: dict[str, Any], config_path: Path, because: str, as_json: bool) -> None:
    """Close no bank day until that is released; days end meanwhile, and terminals sell."""
    from ..operate.bank.closes import hold_closes

    _decide(obj, config_path, partial(hold_closes, because=because), as_json)


@settle.command(epilog=RELEASE_EPILOG)
@because_option
@common
@click.pass_obj
def release(obj: dict[str, Any], config_path: Path, because: str, as_json: bool) -> None:
    """Close bank days again."""
    from ..operate.bank.closes import release_closes

    _decide(obj, config_path, partial(release_closes, because=because), as_json)


def _decide(
    obj: dict[str, Any], config_path: Path, deed: Callable[[Any], Any], as_json: bool
) -> None:
    from .bank_screen import show_decided

    with settling_at(obj, config_path) as opened:
        show_decided(deed(opened), as_json)


for command in (payout, fees, accounts, correct, suspense, holds):
    settle.add_command(command)
