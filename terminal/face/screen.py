"""What the commands show: receipts and JSON on standard output, all else on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from errno import EACCES
from pathlib import Path
from typing import Final

import click
import msgspec

from cardswitch.specs.codes import reason
from cardswitch.specs.errors import Error
from cardswitch.specs.masking import printable
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator import exits
from cardswitch.wire.operator.files import write_files

from ..config import TerminalConfig
from ..core.errors import NoLink
from ..core.outcome import Outcome, SaleState
from ..core.state import Book
from ..session import Session, StillPending, open_session, read_book
from .paper import pictured, printed
from .receipt import COPIES, date_of, is_advice, kind_of, money, receipt, totals

Steps = Callable[[Session], AsyncIterator[Outcome]]

UNDONE: Final = frozenset({SaleState.REVERSED, SaleState.REDUCED})
_GOOD: Final = frozenset({SaleState.APPROVED, SaleState.REDUCED, SaleState.DECLINED})


def conclude(
    config: TerminalConfig,
    steps: Steps,
    as_json: bool,
    check: bool = False,
    good: frozenset[SaleState] = _GOOD,
    stan: str = "",
) -> None:
    """Run *steps*, show how it ended, and exit: 0 if *good*, 3 if declined and *check*.

    What is shown is the last sale, or that of the number *stan*.
    What is not at rest when the time is over is said, and stays in the journal; exit code 4.
    """
    last: Outcome | None = None

    async def tell() -> None:
        nonlocal last
        async with open_session(config) as session:
            async for outcome in steps(session):
                _report(outcome)
                newest = session.book.outcome
                # An older sale may be reversed meanwhile: the receipt is that of the last one.
                wanted = stan or (newest.stan if newest else outcome.stan)
                if last is None or outcome.stan == wanted:
                    last = outcome

    _make_room(config)
    code = 0
    try:
        run(tell())
    except NoLink as error:
        click.echo(f"cardswitch: {error}", err=True)
        code = exits.LINK
    except (StillPending, KeyboardInterrupt):
        code = exits.TIMEOUT
    book = read_book(config)
    _warn_of_pending(book)
    if code == exits.TIMEOUT:  # The answer may be on its way still.
        last = last or book.unsettled
    if last is not None:
        print_outcome(config, last, as_json)
        if check and last.is_declined:
            code = code or exits.DECLINED
        elif last.kind not in good and not last.is_declined:
            code = code or exits.TIMEOUT
    sys.exit(code)


def show(config: TerminalConfig, book: Book, as_json: bool) -> None:
    """Show *book*: its numbers, the totals of its batch, the pending reversal, what is in doubt."""
    if not as_json:
        click.echo(report(config, book), nl=False)
        return
    click.echo(msgspec.json.encode(shown(config, book)))


def report(config: TerminalConfig, book: Book) -> str:
    """*book* on the paper of its terminal."""
    return printed(totals(config.id, config.merchant, book), config.columns)


def shown(config: TerminalConfig, book: Book) -> dict[str, object]:
    """*book* for JSON."""
    return {
        "terminal": config.id,
        "merchant": config.merchant,
        "stan": book.stan,
        "batch": book.batch,
        "last": book.outcome,
        "pending_reversal": book.unsettled,
        "owed": [book.sales[key].outcome for key in book.owed],
        "exceptions": book.exceptions,
        "is_being_settled": book.settling is not None,
    }


def show_abandoned(config: TerminalConfig, outcomes: Sequence[Outcome], as_json: bool) -> None:
    """Show the sales whose reversal a person has ended, and what that leaves."""
    for outcome in outcomes:
        amount = money(outcome.amount, outcome.currency)
        click.echo(
            f"STAN {outcome.stan}: the reversal is abandoned and not sent again; the card may stay"
            f" charged with {amount}: tell whoever runs the switch",
            err=True,
        )
        print_outcome(config, outcome, as_json)


def _report(outcome: Outcome) -> None:
    """Tell on standard error what the receipt cannot say yet."""
    paid = money(outcome.amount, outcome.currency)
    done, stays = ("credited", "credited") if is_credit(outcome) else ("charged", "paid")
    words = {
        SaleState.PENDING: _why_pending(outcome),
        SaleState.REVERSED: f"reversed, nothing is {done}",
        SaleState.REDUCED: f"reversed in part, {paid} stays {stays}",
        SaleState.EXCEPTION: f"the reversal was refused with code {printable(outcome.code)} and"
        f" is not sent again; ask whoever runs the switch what is {done}",
        SaleState.UNANSWERED: "no answer to the repeat; the first answer stands"
        if outcome.is_repeat
        else "no answer; there is nothing to undo, ask again",
    }
    is_on_receipt = outcome.is_repeat and outcome.kind is not SaleState.UNANSWERED
    if outcome.kind in words and not is_on_receipt:
        click.echo(f"STAN {outcome.stan}: {words[outcome.kind]}", err=True)


def is_credit(outcome: Outcome) -> bool:
    """Whether the cardholder gets the money."""
    return kind_of(outcome).money == "credit"


def _why_pending(outcome: Outcome) -> str:
    until = "until that is acknowledged (Ctrl-C stops)"
    if outcome.reversed:
        kept = f"all but {money(outcome.amount, outcome.currency)}" if outcome.amount else "all"
        return f"reversing {kept} of it {until}"
    if outcome.offered:
        part = money(outcome.offered, outcome.currency)
        return f"approved for {part} alone, which is not taken here: reversing {until}"
    if outcome.code:
        return f"approved too late or twice, reversing {until}"
    return f"no answer, reversing {until}"


def _warn_of_pending(book: Book) -> None:
    if (owed := book.unsettled) is None:
        return
    amount = money(owed.reversed or owed.asked, owed.currency)
    if is_advice(owed):
        more = f", nor {len(book.owed) - 1} more" if len(book.owed) > 1 else ""
        click.echo(
            f"STAN {owed.stan}: nobody has kept this {owed.transaction} of {amount} yet{more}; the"
            " next command sends it again, and `terminal reverse-pending` does nothing else",
            err=True,
        )
        return
    click.echo(
        f"STAN {owed.stan}: a reversal is pending; the next command sends it, and the card may stay"
        f" charged with {amount} until then. `terminal reverse-pending` does nothing else;"
        " `terminal abandon --because ...` ends it by your word",
        err=True,
    )


def _make_room(config: TerminalConfig) -> None:
    """Have the folder of pictures before money moves. Raises Error if it cannot be written to."""
    if config.svg:
        write_files(Path(config.svg), {})
        if not os.access(config.svg, os.W_OK):
            raise Error(f"files cannot be written to {config.svg}: {os.strerror(EACCES)}")


def print_outcome(config: TerminalConfig, outcome: Outcome, as_json: bool) -> None:
    """The receipts of *outcome*, or one line of JSON: with the reason of a refusal in words.

    Where the configuration names a folder for them, pictures of the receipts too; they come last,
    so that whoever has paid is told though no file can be written.
    """
    copies = {copy: receipt(outcome, copy, config.shop) for copy in COPIES}
    if as_json:
        shown = msgspec.structs.asdict(outcome)
        if outcome.kind in (SaleState.DECLINED, SaleState.EXCEPTION):
            said = reason(outcome.code)
            shown |= {"reason": said.name, "meaning": said.meaning, "text": said.text}
        click.echo(msgspec.json.encode(shown))
    else:
        texts = (printed(rows, config.columns) for rows in copies.values())
        click.echo("\n".join(texts), nl=False)
    if config.svg:
        name = f"{printable(outcome.terminal)}-{date_of(outcome)}-{outcome.stan}"
        files = {
            f"{name}-{copy}.svg": pictured(rows, config.columns).encode()
            for copy, rows in copies.items()
        }
        write_files(Path(config.svg), files)
        click.echo(f"receipts: {', '.join(files)} in {config.svg}", err=True)
