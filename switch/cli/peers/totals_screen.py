"""What `switch totals` shows: a line for each date and currency, here beside there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import click

from cardswitch.specs.codes import APPROVED, TOTALS_DIFFER, reason
from cardswitch.specs.dates import utc_text
from cardswitch.specs.masking import printable
from cardswitch.wire.operator import exits
from cardswitch.wire.operator.text import columns

from ...settlement.payouts import amount_text, currency_name
from .lines import echo_json

_HEADER: Final = ("DATE", "CURRENCY", "DEBITS HERE", "THERE", "CREDITS HERE", "THERE", "STATE")
_REASON_SIZE: Final = 80


def show_asked(found: Mapping[str, Any], as_json: bool) -> int:
    """Show what one question came to; returns the exit code."""
    compared = found["compared"]
    if as_json:
        echo_json(found)
    elif compared:
        for line in columns([_HEADER, *map(_row, compared)]):
            click.echo(line)
    if found["is_under_way"] or not all(each["answer"] or each["reason"] for each in compared):
        if not as_json:
            click.echo(f"{found['place']}: no answer yet", err=True)
        return exits.TIMEOUT
    if any(each["reason"] for each in compared):
        return exits.ERROR
    return 0 if all(each["is_balanced"] for each in compared) else exits.FINDINGS


def show_list(
    found: Iterable[Mapping[str, Any]],
    due: Mapping[str, Sequence[str]],
    as_json: bool,
    limit: int,
) -> bool:
    """Show the last *limit* of what was compared, and what is *due*.

    Returns whether the last word on each date is good, be it shown or not.
    """
    shown: deque[Mapping[str, Any]] = deque(maxlen=limit)
    last: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    count = 0
    for each in found:
        shown.append(each)
        last[each["place"], each["date"], each["currency"]] = each
        count += 1
    if as_json:
        echo_json(*shown)
    elif shown:
        header = ("TIME (UTC)", "PLACE", *_HEADER)
        for line in columns([header, *(_row_of_list(each) for each in shown)]):
            click.echo(line)
    else:
        click.echo("no totals were compared yet", err=True)
    if count > limit:
        click.echo(f"these are the newest {limit} of {count}: --limit shows more", err=True)
    bad = [each for each in last.values() if not each["is_balanced"]]
    for each in bad:
        if not any(each is one for one in shown):
            _tell_older(each)
    for place, dates in due.items():
        if dates:
            click.echo(f"{place}: still to be told of {', '.join(dates)}", err=True)
    return not bad


def _tell_older(each: Mapping[str, Any]) -> None:
    what = f"{printable(each['place'], 20)}: {each['date']}, {currency_name(each['currency'])}"
    click.echo(f"{what} is not in balance by its last word, which is older than these", err=True)


def _row_of_list(each: Mapping[str, Any]) -> tuple[str, ...]:
    at = utc_text(each["at"])[:-5].replace("T", " ")
    return (at, printable(each["place"], 20), *_row(each))


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    currency, here, there = each["currency"], each["here"], each["there"]
    return (
        each["date"],
        currency_name(currency),
        _side(here["debits"], currency),
        _side(there["debits"], currency) if there else "",
        _side(here["credits"], currency),
        _side(there["credits"], currency) if there else "",
        _state(each),
    )


def _side(side: Mapping[str, int], currency: str) -> str:
    return f"{side['count']}: {amount_text(side['amount'], currency)}"


def _state(each: Mapping[str, Any]) -> str:
    state = "in balance" if each["is_balanced"] else "out of balance"
    if each["reason"]:
        state = printable(each["reason"], _REASON_SIZE)
    elif not each["answer"]:
        state = "no answer"
    if each["answer"] not in ("", APPROVED, TOTALS_DIFFER):
        state = f"{each['answer']} {reason(each['answer']).meaning}"
    return f"{state}, {each['open']} open" if each["open"] else state
