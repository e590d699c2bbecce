"""Reads the invoices of a close back, against charges that were derived a second time."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import groupby

from cardswitch.specs.amounts import currency
from cardswitch.specs.masking import printable

from ...settlement.days import short_label
from ...settlement.fees.charges import Charge
from ...settlement.formats.invoice_csv import INVOICE_COLUMNS
from ...settlement.formats.report_csv import report_name
from ...settlement.payouts import is_currency

Line = list[str]


def wanted_invoices(label: str, charges: Iterable[Charge]) -> dict[str, list[Line]]:
    """By name, what the invoices of a close must say, cell by cell."""
    found: dict[str, list[Line]] = {}
    invoiced = sorted(
        (c for c in charges if c.is_net is False),
        key=lambda c: (c.merchant, c.currency, c.journal_id),
    )
    for (merchant, code), some in groupby(invoiced, key=lambda c: (c.merchant, c.currency)):
        lines = found.setdefault(f"invoice.{report_name(merchant)}", [[*INVOICE_COLUMNS]])
        lines += _lines(label, merchant, code, [*some])
    return found


def _lines(label: str, merchant: str, code: str, charges: Sequence[Charge]) -> Iterator[Line]:
    unit = currency(code) if is_currency(code) else None
    letters, digits = (unit.alpha, unit.exponent) if unit else (code, 0)
    first = [f"INV-{short_label(label)}-{merchant}-{letters}", label, merchant]
    total: Counter[str] = Counter()
    for each in charges:
        costs = {"a": each.amount, "i": each.interchange, "s": each.scheme}
        total.update(costs)
        about = [each.journal_id, each.kind, each.version, letters]
        yield [*first, *about, *(money(cost, digits) for cost in costs.values())]
    yield [*first, "", "total", "", letters, *(money(total[name], digits) for name in "ais")]


def money(amount: int, digits: int) -> str:
    """*amount* minor units as reports and invoices must have it; not by the code that writes them.

    >>> money(-1205, 2), money(7, 3), money(1900, 0)
    ('-12.05', '0.007', '1900')
    """
    sign = "-" if amount < 0 else ""
    whole, minor = divmod(abs(amount), 10**digits)
    return f"{sign}{whole}.{minor:0{digits}}" if digits else f"{amount}"


def invoice_findings(name: str, content: bytes, wanted: Sequence[Line]) -> Iterator[str]:
    """What is wrong with the *content* of the invoice *name*, one sentence for each line."""
    try:
        said = [*csv.reader(StringIO(content.decode(), newline=""), strict=True)]
    except (ValueError, csv.Error) as error:
        yield f"{name}: unreadable ({type(error).__name__})"
        return
    left = [*wanted]
    for line in said:
        if line in left:
            left.remove(line)
            continue
        same = next((each for each in left if each[3:5] == line[3:5]), None)
        if same is None:
            yield f"{name}: {_called(line)} does not belong there"
            continue
        left.remove(same)
        differs = (
            f"{column} {printable(is_, 40)}, expected {printable(want, 40)}"
            for column, is_, want in zip(INVOICE_COLUMNS, line, same, strict=False)
            if is_ != want
        )
        yield f"{name}: {_called(same)} has {', '.join(differs) or 'other values'}"
    yield from (f"{name}: {_called(line)} is missing" for line in left)
    if sorted(said) == sorted(wanted) and content != _written(wanted):
        yield f"{name}: it says what it must in other bytes, or in another order"


def _called(line: Line) -> str:
    return printable(line[3] or line[4], 60) if len(line) > len(INVOICE_COLUMNS[:4]) else "a line"


def _written(lines: Iterable[Line]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()
