"""What is settled with a peer, by settlement date and currency, kept while the dates go on.

Switch and acquirer each keep their own, and compare them by 0500 or 0520. A transaction belongs to
the date that it was sent with (field 15), and so does whatever undoes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..dates import days_between, is_month_day, transmission_at, utc_date
from ..message import Message
from .kinds import Kind
from .totals import COUNT_DIGITS, Side, Totals, pack_totals, pad_total

SETTLES_ON: Final = 15  # MMDD
CURRENCY: Final = 50
INQUIRIES: Final = 80
AUTHORISATIONS: Final = 81
DATES_KEPT: Final = 16  # of one peer: what is older than two weeks, nobody compares any more
# A date has no year in a message, so that of one longer ago would mean another.
DAYS_BACK_MAX: Final = 100


class Account(NamedTuple):
    """What one date comes to in one currency; *inquiries* and *authorisations* are no money."""

    totals: Totals = Totals()
    inquiries: int = 0
    authorisations: int = 0

    def plus(self, kind: Kind, moved: int, number: int = 1) -> Account:
        """With *number* more of *kind*, by which a merchant is owed *moved* minor units more.

        Below zero, both take back what was counted.
        """
        (debits, credits), inquiries, authorisations = self
        sign = kind.sign
        if sign > 0:
            debits = debits.plus(moved, number)
        elif sign < 0:
            credits = credits.plus(-moved, number)
        elif kind.money == "hold":
            authorisations += number
        else:
            inquiries += number
        return Account(Totals(debits, credits), inquiries, authorisations)


class Settled:
    """The accounts of all peers; of each, the newest dates."""

    def __init__(self) -> None:
        self._dates: dict[str, dict[str, dict[str, Account]]] = {}

    def note(
        self, peer: str, date: str, currency: str, kind: Kind, moved: int, number: int = 1
    ) -> None:
        """Count *number* more of *kind* with *peer*, see :meth:`Account.plus`."""
        dates = self._dates.setdefault(peer, {})
        accounts = dates.get(date)
        if accounts is None:
            accounts = dates[date] = {}
            if len(dates) > DATES_KEPT:
                del dates[min(dates)]  # *date* itself, if all others are newer.
        accounts[currency] = accounts.get(currency, Account()).plus(kind, moved, number)

    def of(self, peer: str, date: str) -> Mapping[str, Account]:
        """The accounts of *date*, by currency; "" has what names none."""
        return self._dates.get(peer, {}).get(date, {})

    def account(self, peer: str, date: str, currency: str) -> Account:
        """What is to be compared: inquiries are those of all currencies."""
        accounts = self.of(peer, date)
        inquiries = sum(each.inquiries for each in accounts.values())
        return accounts.get(currency, Account())._replace(inquiries=inquiries)

    def currencies(self, peer: str) -> list[str]:
        """Those of all dates that are kept: what only the other has of one, is found too."""
        found = {each for accounts in self._dates.get(peer, {}).values() for each in accounts}
        return sorted(found - {""})

    def dates(self, peer: str) -> list[str]:
        """Those that are kept, oldest first."""
        return sorted(self._dates.get(peer, {}))

    def told(self) -> list[Sequence[Any]]:
        """All of it, as a checkpoint may hold it."""
        return [
            (peer, date, currency, *each.totals.debits, *each.totals.credits, *each[1:])
            for peer, dates in self._dates.items()
            for date, accounts in dates.items()
            for currency, each in accounts.items()
        ]

    def restore(self, told: Iterable[Sequence[Any]]) -> None:
        """Take over what :meth:`told` has said; nothing else is known."""
        self._dates = {}
        for peer, date, currency, *numbers in told:
            totals = Totals(Side(*numbers[0:2]), Side(*numbers[2:4]))
            dates = self._dates.setdefault(peer, {})
            dates.setdefault(date, {})[currency] = Account(totals, *numbers[4:])


def can_be_said(date: str, today: str) -> bool:
    """Whether *date* may be named in a message of *today*, and be understood.

    >>> can_be_said("2026-12-31", "2027-01-01"), can_be_said("2026-01-01", "2027-01-01")
    (True, False)
    """
    return 0 <= days_between(date, today) <= DAYS_BACK_MAX


def pack_account(account: Account) -> dict[int, str]:
    """The fields of *account*: 74 to 77, 80, 81, 86 to 89 and 97. EncodeError as `pack_totals`.

    >>> fields = pack_account(Account(Totals().plus(1250), 3, 2))
    >>> fields[80], fields[81], fields[97]
    ('0000000003', '0000000002', 'D0000000000001250')
    """
    numbers = {INQUIRIES: account.inquiries, AUTHORISATIONS: account.authorisations}
    counts = {n: pad_total(n, value, COUNT_DIGITS) for n, value in numbers.items()}
    return dict(sorted({**pack_totals(account.totals), **counts}.items()))


def settlement_date(request: Message, now: float) -> str:
    """The date YYYY-MM-DD that *request* is settled on: field 15, in the year nearest *now*.

    Of what has none, or none that can be, it is the date of *now*.

    >>> settlement_date(Message("0200", {15: "1231"}), 1767225600.0)  # heard on 1 January 2026
    '2025-12-31'
    """
    text = request.get(SETTLES_ON)
    return utc_date(transmission_at(f"{text}000000", now) if is_month_day(text) else now)
