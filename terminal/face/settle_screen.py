"""What `terminal settle` shows: the totals of the batch, and how the switch's fit to them."""

from __future__ import annotations

from collections.abc import Iterator

import click
import msgspec

from cardswitch.specs.amounts import format_amount
from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.totals import Side, Totals, total
from cardswitch.wire.operator import exits

from ..config import TerminalConfig
from ..core.batch import Difference, Settlement
from ..core.settling import CLOSED, OUT_OF_BALANCE
from ..core.state import Book
from ..session import close_batch, read_book
from .news_screen import news_of
from .paper import USUAL, Pair, printed
from .receipt import money
from .screen import report, shown

_EXITS = {CLOSED: 0, OUT_OF_BALANCE: exits.FINDINGS}


def settle(config: TerminalConfig, within: float, as_json: bool) -> int:
    """Settle the batch with the switch, show how that went, and return the exit code."""
    before = read_book(config)
    news = news_of(config, lambda session: session.settle_batch(within))
    if isinstance(news, int):
        return news
    settlements = read_book(config).settlements if news in _EXITS else ()
    _show(config, before, as_json, news, settlements)
    return _EXITS.get(news, exits.ERROR)


def close_offline(config: TerminalConfig, as_json: bool) -> int:
    """Close the batch here alone, show it, and return the exit code."""
    _show(config, close_batch(config), as_json, "closed here alone, not compared")
    return 0


def _show(
    config: TerminalConfig,
    book: Book,
    as_json: bool,
    news: str,
    settlements: tuple[Settlement, ...] = (),
) -> None:
    if as_json:
        settled = [settlement_shown(one) for one in settlements]
        click.echo(msgspec.json.encode({**shown(config, book), "news": news, "settled": settled}))
        return
    click.echo(report(config, book), nl=False)
    click.echo(f"\nBatch {news}.")
    for settlement in settlements:
        for line in lines_of(settlement, config.columns):
            click.echo(line)


def settlement_shown(one: Settlement) -> dict[str, object]:
    """*one* for JSON, amounts in minor units."""
    return {
        "batch": one.batch,
        "currency": one.currency,
        "is_balanced": one.is_balanced,
        "here": _totals_shown(one.here),
        "there": _totals_shown(total(one.there.values())),
        "by_bank_day": {day: _totals_shown(each) for day, each in one.there.items()},
        "differences": one.differences,
        "unknown_here": _totals_shown(one.unknown_here) if not one.is_balanced else None,
    }


def lines_of(one: Settlement, columns: int = USUAL) -> Iterator[str]:
    """What people must know of *one*: on which bank days it lies, and what differs."""

    def pair(name: str, value: str) -> str:
        return printed([Pair(name, value)], columns).removesuffix("\n")

    if len(one.there) > 1:
        yield f"Its bank days, {money(-one.here.net, one.currency)} together:"
        for day, each in one.there.items():
            yield pair(day, format_signed(-each.net, one.currency))
    if one.is_balanced:
        return
    there = total(one.there.values())
    for name, here, other in zip(("Debits", "Credits"), one.here, there, strict=True):
        yield pair(f"{name} here", _side(here, one.currency))
        yield pair(f"{name} at the switch", _side(other, one.currency))
    for difference in one.differences:
        yield _difference(difference, one.currency)
    if one.unknown_here != Totals():
        debits, given = one.unknown_here
        net = format_signed(debits.amount - given.amount, one.currency)
        yield f"At the switch alone: {debits.number + given.number}, {net}"
    yield "Ask whoever runs the switch: cardswitch switch batches"


def format_signed(minor: int, code: str) -> str:
    """*minor* units, which may be below zero.

    >>> format_signed(-663, "978")
    '-6.63'
    """
    return f"{'-' if minor < 0 else ''}{format_amount(abs(minor), code)}"


def _difference(one: Difference, code: str) -> str:
    here = format_amount(one.here, code)
    if one.there:
        return f"STAN {one.stan}: {here} here, {format_amount(one.there, code)} there"
    return f"STAN {one.stan}: {here} here, not there ({printable(one.code, 2)})"


def _side(side: Side, code: str) -> str:
    return f"{side.number} {format_signed(side.amount, code)}"


def _totals_shown(each: Totals) -> dict[str, dict[str, int]]:
    return {
        "debits": {"count": each.debits.number, "amount": each.debits.amount},
        "credits": {"count": each.credits.number, "amount": each.credits.amount},
    }
