"""What a merchant is invoiced of fees by a close: a line of CSV for each charge, and their sum.

With gross funding deposits are the total of what was approved, and fees are paid apart. One file
a merchant, beside its report, in the same folder and manifest.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from ..days import short_label
from ..fees.charges import Charge
from ..payouts import amount_text, currency_name
from .report_csv import END_OF_LINE, report_name

INVOICE_COLUMNS: Final = (
    "invoice", "business_date", "merchant", "charge", "kind", "schedule", "currency", "amount",
    "interchange", "scheme",
)  # fmt: skip
TOTAL: Final = "total"  # the kind of the last line of each currency


def invoice_name(merchant: str) -> str:
    """The file of *merchant*: no report is called so, since points in a merchant's id are escaped.

    >>> invoice_name("SHOP")
    'invoice.SHOP.csv'
    """
    return f"invoice.{report_name(merchant)}"


def invoices(business_date: str, charges: Iterable[Charge]) -> dict[str, bytes]:
    """By name, the invoices of a close that makes *charges*."""
    by_merchant: dict[str, list[Charge]] = {}
    for charge in sorted(charges, key=lambda each: (each.currency, each.journal_id)):
        if not charge.is_net:
            by_merchant.setdefault(charge.merchant, []).append(charge)
    return {
        invoice_name(merchant): _invoice(business_date, merchant, own)
        for merchant, own in by_merchant.items()
    }


def _invoice(business_date: str, merchant: str, charges: Sequence[Charge]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator=END_OF_LINE)
    writer.writerow(INVOICE_COLUMNS)
    for code in dict.fromkeys(charge.currency for charge in charges):
        own = [charge for charge in charges if charge.currency == code]
        letters = currency_name(code)
        name = f"INV-{short_label(business_date)}-{merchant}-{letters}"
        lines = [(c.journal_id, c.kind, c.version, _amounts(c)) for c in own]
        sums = [sum(column) for column in zip(*map(_amounts, own), strict=True)]
        for charge, kind, version, amounts in (*lines, ("", TOTAL, "", sums)):
            costs = (amount_text(amount, code) for amount in amounts)
            about = (name, business_date, merchant, charge, kind, version, letters)
            writer.writerow((*about, *costs))
    return text.getvalue().encode()


def _amounts(charge: Charge) -> list[int]:
    return [charge.amount, charge.interchange, charge.scheme]
