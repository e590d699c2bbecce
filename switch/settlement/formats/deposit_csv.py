"""The deposit as CSV (RFC 4180), one line for each merchant and currency: to programs, to people.

A spreadsheet runs cells that look like formulas and guesses what letters mean; so people get a file
of their own, and keys stay as they are in the one that programs join on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from ..payouts import Payout, amount_text, currency_name

COLUMNS: Final = (
    "business_date", "merchant", "name", "currency", "opening", "credit_count", "credits",
    "debit_count", "debits", "deposit", "carried_forward", "in_suspense", "unpaid", "iban", "bic",
    "end_to_end_id", "replaces",
)  # fmt: skip
# Behind them, where a close charges anybody anything.
CHARGED_COLUMNS: Final = ("fees", "reserved", "fees_invoiced")
AMOUNTS: Final = frozenset(
    ("opening", "credits", "debits", "deposit", "carried_forward", "in_suspense", *CHARGED_COLUMNS)
)
BYTE_ORDER_MARK: Final = "\ufeff"  # so that a spreadsheet reads UTF-8
# A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def deposit_csv(payouts: Sequence[Payout]) -> bytes:
    """*payouts* in UTF-8: a line of names, lines ended by CR LF, amounts with a point."""
    names = _columns(payouts)
    return _written([[*names], *(_row(p, len(names)) for p in payouts)]).encode()


def deposit_sheet(payouts: Sequence[Payout]) -> bytes:
    """The same for a spreadsheet: with a byte order mark, and no cell of text is a formula."""
    names = _columns(payouts)
    rows = [
        [_safe(name, cell) for name, cell in zip(names, _row(p, len(names)), strict=True)]
        for p in payouts
    ]
    return (BYTE_ORDER_MARK + _written([[*names], *rows])).encode()


def _columns(payouts: Sequence[Payout]) -> tuple[str, ...]:
    return (*COLUMNS, *CHARGED_COLUMNS) if any(p.is_charged for p in payouts) else COLUMNS


def harmless(cell: str) -> str:
    """*cell* so that no spreadsheet runs it: behind an apostrophe if it looks like a formula.

    >>> harmless("=1+1"), harmless("Corner Shop")
    ("'=1+1", 'Corner Shop')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _safe(column: str, cell: str) -> str:
    # Amounts are ours: digits, a point, perhaps a minus. Spreadsheets shall read them as numbers.
    return cell if column in AMOUNTS else harmless(cell)


def _row(payout: Payout, length: int) -> list[str]:
    def text(amount: int) -> str:
        return amount_text(amount, payout.currency)

    row = [
        payout.business_date,
        payout.merchant,
        payout.name,
        currency_name(payout.currency),
        text(payout.opening),
        str(payout.credit_count),
        text(payout.credits),
        str(payout.debit_count),
        text(payout.debits),
        text(payout.amount),
        text(payout.carried_forward),
        text(payout.in_suspense),
        payout.unpaid,
        payout.iban,
        payout.bic,
        payout.end_to_end_id if payout.amount else "",
        " ".join(payout.replaces),
        text(payout.fees),
        text(payout.reserved),
        text(payout.invoiced),
    ]
    return row[:length]


def _written(rows: Iterable[list[str]]) -> str:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
