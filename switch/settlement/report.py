"""The deposit as people read it: CSV (RFC 4180), one line for each merchant and currency."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Final

from .payouts import Payout, amount_text, currency_name

COLUMNS: Final = (
    "business_date", "merchant", "name", "currency", "opening", "credits", "debits",
    "deposit", "carried_forward", "in_suspense", "unpaid", "iban", "bic", "end_to_end_id",
)  # fmt: skip
# A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def deposit_csv(payouts: Iterable[Payout]) -> bytes:
    """*payouts* as CSV in UTF-8: a line of names, lines ended by CR LF, amounts with a point."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(payout) for payout in payouts)
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """*cell* so that no spreadsheet runs it: behind an apostrophe if it looks like a formula.

    >>> harmless("=1+1"), harmless("Corner Shop")
    ("'=1+1", 'Corner Shop')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _row(payout: Payout) -> list[str]:
    # Amounts are ours: digits, a point, perhaps a minus. Spreadsheets shall read them as numbers.
    amounts = (
        payout.opening,
        payout.credits,
        payout.debits,
        payout.amount,
        payout.carried_forward,
        payout.in_suspense,
    )
    return [
        payout.business_date,
        harmless(payout.merchant),
        harmless(payout.name),
        harmless(currency_name(payout.currency)),
        *(amount_text(amount, payout.currency) for amount in amounts),
        payout.unpaid,
        payout.iban,
        payout.bic,
        payout.end_to_end_id if payout.amount else "",
    ]
