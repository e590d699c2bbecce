"""What a merchant gets of a close: each of its movements, a line of CSV (RFC 4180), to programs.

One file a merchant, in a folder of the day. A manifest beside it names each with its SHA-256, in
the form that `sha256sum --check` reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from ..movements import Movement
from ..payouts import amount_text, currency_name

REPORT_COLUMNS: Final = (
    "business_date", "merchant", "movement", "moved_on", "batch", "kind", "channel", "terminal",
    "rrn", "currency", "amount", "end_to_end_id",
)  # fmt: skip
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
    lines = (line.split("  ", 1) for line in content.decode().splitlines())
    return {path.partition("/")[2]: digest for digest, path in lines}


def report_rows(
    business_date: str, movements: Iterable[Movement], references: Mapping[tuple[str, str], str]
) -> Iterator[tuple[object, ...]]:
    """A line for each of *movements*; *references* are those of deposits, by merchant, currency."""
    for m in movements:
        yield (
            business_date,
            m.merchant,
            m.name,
            m.moved_on,
            m.batch,
            m.kind,
            m.channel,
            m.terminal,
            m.rrn,
            currency_name(m.currency),
            amount_text(m.amount, m.currency),
            references.get((m.merchant, m.currency), ""),
        )
