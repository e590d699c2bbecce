"""The general ledger as plain text: for beancount, and for hledger.

Both read the same accounts, whose parts begin with a capital letter; what else a merchant is called
stands in the description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Final, Literal

from cardswitch.specs.masking import printable

from ..days import date_of
from ..deeds.chart import CHART
from ..ledger import Posting
from ..payouts import amount_text, currency_name, is_currency
from ..totals import BatchTotals

Dialect = Literal["beancount", "hledger"]
_TITLE: Final[Mapping[Dialect, str]] = {
    "beancount": 'option "title" "cardswitch settlement"\n',
    "hledger": "; cardswitch settlement\ndecimal-mark .\n",
}
# What is ours and what we owe, by the part of an account before its colon.
_ROOTS: Final = {name.rstrip(":"): account.root for name, account in CHART.items()}
_OTHER_ROOT: Final = "Equity"
_PLAIN: Final = re.compile(r"[A-WYZ0-9][A-Za-z0-9-]*|X[A-Za-z0-9][A-Za-z0-9-]*")
_ENCODED: Final = "X-"  # begins the hexadecimal of a name that no account can have
_TEXT_MAX: Final = 200
NO_REASONS: Final[Mapping[str, str]] = {}


def account_name(account: str) -> str:
    """An account of ours, as both programs spell it.

    >>> account_name("scheme_settlement"), account_name("merchant_payable:SHOP")
    ('Assets:SchemeSettlement', 'Liabilities:MerchantPayable:SHOP')
    >>> account_name("merchant_payable:a b")
    'Liabilities:MerchantPayable:X-612062'
    """
    name, _, of = account.partition(":")
    parts = [_ROOTS.get(name, _OTHER_ROOT), "".join(map(str.capitalize, name.split("_")))]
    if account != name:
        parts.append(of if _PLAIN.fullmatch(of) else f"{_ENCODED}{of.encode().hex()}")
    return ":".join(parts)


class PlainText:
    """Writes journals, each account opened before its first use."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._opened: set[str] = set()

    def title(self) -> str:
        """What the file begins with."""
        return _TITLE[self._dialect]

    def day(
        self,
        postings: Iterable[Posting],
        batches: Iterable[BatchTotals] = (),
        reasons: Mapping[str, str] = NO_REASONS,
    ) -> Iterator[str]:
        """The journals of *postings*, which are ordered by them.

        *batches* say what some are of, *reasons*, by the name of a journal, why it was booked.
        """
        about = {batch.journal_id: _about(batch) for batch in batches}
        about |= {name: ("", because) for name, because in reasons.items()}
        for name, lines in groupby(postings, key=attrgetter("journal_id")):
            yield self._journal(name, [*lines], *about.get(name, ("", "")))

    def _journal(self, name: str, postings: list[Posting], who: str, what: str) -> str:
        date = date_of(postings[0].business_date)
        rows = [self._head(date, name, who, what)]
        for posting in postings:
            account = account_name(posting.account)
            amount = amount_text(posting.amount, posting.currency)
            rows.append(f"  {account}  {amount} {self._commodity(posting.currency)}")
            if self._dialect == "beancount" and account not in self._opened:
                rows.insert(0, f"{date} open {account}")
            self._opened.add(account)
        return "\n".join((*rows, "\n"))

    def _head(self, date: str, name: str, who: str, what: str) -> str:
        if self._dialect == "beancount":
            return f"{date} * {_quoted(who)} {_quoted(f'{name} {what}'.rstrip())}"
        text = " | ".join(filter(None, (who, what))).replace(";", ",")
        return f"{date} * ({name}) {printable(text, _TEXT_MAX)}".rstrip()

    def _commodity(self, code: str) -> str:
        name = currency_name(code)
        if is_currency(code):
            return name
        encoded = f"X{code.encode().hex().upper()}"
        return f'"{encoded}"' if self._dialect == "hledger" else encoded


def _about(batch: BatchTotals) -> tuple[str, str]:
    what = f"{batch.count} {batch.kind}, {batch.channel} {batch.terminal}, {batch.moved_on}"
    return batch.merchant or "no merchant", what


def _quoted(text: str) -> str:
    shown = printable(text, _TEXT_MAX).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'
