"""What a merchant gets of a close: each of its movements, a line of CSV (RFC 4180), to programs.

One file a merchant, in a folder of the day. A manifest beside it names each with its SHA-256, in
the form that `sha256sum --check` reads.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Final
from urllib.parse import quote

from cardswitch.specs.amounts import currency

from ..movements import BatchedLine, ChargedLine
from ..payouts import amount_text, currency_name, is_currency
from ..totals import BatchTotals

REPORT_COLUMNS: Final = (
    "business_date", "merchant", "movement", "moved_on", "batch", "kind", "channel", "terminal",
    "rrn", "currency", "amount", "end_to_end_id",
)  # fmt: skip
# Behind them, in the reports to those whose movements are charged.
FEE_COLUMNS: Final = ("schedule", "interchange", "scheme", "fee", "net")
END_OF_LINE: Final = "\r\n"
_NO_MERCHANT: Final = "(none)"  # No merchant is written so: quote() spells the brackets out.


def reports_name(business_date: str) -> str:
    """The folder of the reports of a close."""
    return f"reports-{business_date}"


def manifest_name(business_date: str) -> str:
    """The file that says what must lie in it."""
    return f"{reports_name(business_date)}.sha256"


def report_name(merchant: str) -> str:
    """The file of *merchant*, whatever characters it has.

    >>> report_name("SHOP"), report_name("../a"), report_name("")
    ('SHOP.csv', '%2E%2E%2Fa.csv', '(none).csv')
    """
    return f"{quote(merchant, safe='').replace('.', '%2E') or _NO_MERCHANT}.csv"


def manifest(business_date: str, sha256_of: Mapping[str, str]) -> bytes:
    """The manifest of the files that *sha256_of* names, in their order; empty if there is none."""
    folder = reports_name(business_date)
    lines = (f"{sha256_of[name]}  {folder}/{name}\n" for name in sorted(sha256_of))
    return "".join(lines).encode()


def named_in(content: bytes) -> dict[str, str]:
    """What a manifest of ours says: the SHA-256 of each file of its folder."""
    lines = (line.partition("  ") for line in content.decode().splitlines())
    return {path.partition("/")[2]: digest for digest, _, path in lines}


class ReportLines:
    """Writes lines of the reports of a close: of a batch, what all of them share is written once.

    *references* are those of deposits, by merchant and currency.
    """

    def __init__(
        self,
        business_date: str,
        batches: Iterable[BatchTotals],
        references: Mapping[tuple[str, str], str],
    ) -> None:
        self._around = {b.number: _around(business_date, b, references) for b in batches}

    def lines(self, movements: Iterable[BatchedLine]) -> list[str]:
        """A line for each of *movements*, with its end.

        All is done here, once a line: the books of a large day have millions of them.
        """
        around = self._around
        lines = []
        for batch, sequence, amount, rrn in movements:
            name, about, code, digits, unit, then, end = around[batch]
            said = rrn if rrn.isalnum() else _cells(rrn)[1:]
            money = f"{amount}"
            if digits:
                if -unit < amount < unit:
                    money = amount_text(amount, code)
                else:
                    money = f"{money[:-digits]}.{money[-digits:]}"
            lines.append(f"{name}{sequence}{about}{said}{then}{money}{end}")
        return lines

    def charged_lines(self, movements: Sequence[ChargedLine]) -> list[str]:
        """The same, with what each of *movements* is charged behind it."""
        lines = []
        plain = self.lines(movement[:4] for movement in movements)
        for line, movement in zip(plain, movements, strict=True):
            amount, code = movement[2], self._around[movement[0]][2]
            interchange, scheme, fee = (cost or 0 for cost in movement[4:7])
            costs = (interchange, scheme, fee, amount - fee)
            told = (movement[7] or "", *(amount_text(cost, code) for cost in costs))
            lines.append(f"{line.removesuffix(END_OF_LINE)}{_cells(*told)}{END_OF_LINE}")
        return lines


def report_columns(*, has_fees: bool) -> str:
    """The line that a report begins with."""
    names = (*REPORT_COLUMNS, *FEE_COLUMNS) if has_fees else REPORT_COLUMNS
    return f"{','.join(names)}{END_OF_LINE}"


def _around(
    business_date: str, batch: BatchTotals, references: Mapping[tuple[str, str], str]
) -> tuple[str, str, str, int, int, str, str]:
    """What stands before and behind the number of a movement, and around its amount."""
    movement = _cells(f"{batch.kind}:")
    bare = movement.removesuffix('"')
    about = _cells(batch.moved_on, str(batch.number), batch.kind, batch.channel, batch.terminal)
    code = batch.currency
    digits = currency(code).exponent if is_currency(code) else 0
    return (
        f"{_cells(business_date, batch.merchant)[1:]}{bare}",
        f"{movement.removeprefix(bare)}{about},",
        code,
        digits,
        10**digits,
        f"{_cells(currency_name(code))},",
        f"{_cells(references.get((batch.merchant, code), ''))}{END_OF_LINE}",
    )


def _cells(*texts: str) -> str:
    """*texts* as cells, each behind a comma."""
    line = StringIO(newline="")
    csv.writer(line, lineterminator=END_OF_LINE).writerow(("", *texts))
    return line.getvalue().removesuffix(END_OF_LINE)
