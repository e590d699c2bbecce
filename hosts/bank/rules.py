"""What the emulated bank asks of an order beyond its form: its days, and who is paid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.dates import CutOff, card_date, days_between
from cardswitch.wire.ports import Seconds

from .order import Fault

AHEAD_MAX: Final = 360  # days, at one bank
# Verification of payee, in the external code list of ISO 20022.
MATCH, CLOSE, NO_MATCH = "RCVC", "RVMC", "RVNM"
_CLOSE: Final = 0.8  # how like two names must be for a close match
_WORD: Final = re.compile(r"[a-z0-9]+")
PayeeCheck = Literal["tell", "reject"]


class Today(Struct, frozen=True, gc=False):
    """The day on which an order is handed in, on the clock of the bank."""

    date: str  # YYYY-MM-DD
    first: str  # the first day that an order can be carried out: after the cut-off, tomorrow

    def faults(self, execution: str) -> Iterator[Fault]:
        """What is wrong with the day that a payment asks for."""
        if execution < self.date:
            yield Fault("DT01", f"{execution} is past")
        elif execution < self.first:
            yield Fault("TM01", f"handed in after the cut-off of {execution}")
        elif days_between(self.date, execution) > AHEAD_MAX:
            yield Fault("DT01", f"{execution} is more than {AHEAD_MAX} days ahead")


def today(now: Seconds, cut_off: CutOff) -> Today:
    """The day at the instant *now*.

    >>> today(1774746000.0, CutOff("14:00", "Europe/Berlin"))
    Today(date='2026-03-29', first='2026-03-29')
    """
    date = card_date(now, cut_off.zone)
    written = f"20{date[:2]}-{date[2:4]}-{date[4:]}"
    return Today(written, cut_off.business_date(now))


class Rules(Struct, frozen=True):
    """Who holds which account, as far as the bank can ask, and what a wrong name does."""

    payees: Mapping[str, str] = {}  # by IBAN
    payee_check: PayeeCheck = "tell"

    def payee(self, iban: str, name: str) -> tuple[str, str] | None:
        """What the payee check finds, with the name on a close match; None where nobody knows."""
        holder = self.payees.get(iban)
        if holder is None:
            return None
        return likeness(name, holder), holder

    def refuses(self, found: tuple[str, str] | None) -> bool:
        """Whether a transfer is rejected for what its payee check *found*."""
        return found is not None and found[0] == NO_MATCH and self.payee_check == "reject"


def likeness(name: str, holder: str) -> str:
    """Whether *name* is that of *holder*, or close to it. Case, marks and order do not count.

    >>> likeness("SHOP, Corner", "Corner Shop"), likeness("Corner Shops", "Corner Shop")
    ('RCVC', 'RVMC')
    >>> likeness("Station Kiosk", "Corner Shop")
    'RVNM'
    """
    said, held = (" ".join(sorted(_WORD.findall(each.lower()))) for each in (name, holder))
    if said == held:
        return MATCH
    return CLOSE if SequenceMatcher(None, said, held).ratio() >= _CLOSE else NO_MATCH
