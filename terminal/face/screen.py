"""What the commands show: receipts and JSON on standard output, all else on standard error."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from typing import Final

import click
import msgspec

from cardswitch.wire.driver.runtime import run

from ..config import TerminalConfig
from ..core.machine import NoLink
from ..core.state import Book, Outcome, SaleState
from ..session import UNSETTLED, Session, open_session, read_book
from .receipt import receipt, totals

Steps = Callable[[Session], AsyncIterator[Outcome]]

DECLINED_EXIT: Final = 3  # with --check
TIMEOUT_EXIT: Final = 4
LINK_EXIT: Final = 5
_GOOD: Final = frozenset({SaleState.APPROVED, SaleState.DECLINED})


def conclude(
    config: TerminalConfig,
    steps: Steps,
    as_json: bool,
    check: bool = False,
    good: frozenset[SaleState] = _GOOD,
) -> None:
    """Run *steps*, show how it ended, and exit: 0 if *good*, 3 if declined and *check*."""
    last: Outcome | None = None

    async def tell() -> None:
        nonlocal last
        async with open_session(config) as session:
            async for last in steps(session):
                _report(last)

    code = 0
    try:
        run(tell())
    except NoLink as error:
        click.echo(f"cardswitch: {error}", err=True)
        code = LINK_EXIT
    except KeyboardInterrupt:
        code = TIMEOUT_EXIT
    _warn_of_pending(read_book(config))
    if last is not None:
        _print(last, as_json)
        if check and last.kind is SaleState.DECLINED:
            code = code or DECLINED_EXIT
        elif last.kind not in good:
            code = code or TIMEOUT_EXIT
    sys.exit(code)


def show(config: TerminalConfig, book: Book, as_json: bool) -> None:
    """Show *book*: its numbers, the totals of its batch, the pending reversal, what is in doubt."""
    if not as_json:
        click.echo(totals(config.id, config.merchant, book), nl=False)
        return
    shown = {
        "terminal": config.id,
        "merchant": config.merchant,
        "stan": book.stan,
        "batch": book.batch,
        "last": book.outcome,
        "pending_reversal": book.outcome if book.kind in UNSETTLED else None,
        "exceptions": book.exceptions,
    }
    click.echo(msgspec.json.encode(shown))


def _report(outcome: Outcome) -> None:
    """Tell on standard error what the receipt cannot say yet."""
    words = {
        SaleState.PENDING: "no answer, reversing until that is acknowledged (Ctrl-C stops)",
        SaleState.REVERSED: "reversed, nothing was charged",
        SaleState.EXCEPTION: f"the reversal was refused with code {outcome.code}: was it charged?"
        " Ask whoever runs the switch",
        SaleState.UNANSWERED: "no answer to the repeat; the sale stands as it stood",
    }
    if outcome.kind in words:
        click.echo(f"STAN {outcome.stan}: {words[outcome.kind]}", err=True)


def _warn_of_pending(book: Book) -> None:
    if book.kind in UNSETTLED and book.outcome is not None:
        stan = book.outcome.stan
        click.echo(f"STAN {stan}: a reversal is pending; the next command sends it", err=True)


def _print(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(outcome))
    else:
        click.echo(receipt(outcome, "merchant"))
        click.echo(receipt(outcome, "customer"), nl=False)
