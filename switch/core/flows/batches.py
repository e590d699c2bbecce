"""The batch of one terminal as the journal has it: its legs since its totals were accepted last.

A terminal says nothing of its batch with a sale, so the journal's order decides: what comes behind
the 0500 that closed the batch before belongs to this one, whatever bank day it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from cardswitch.specs.codes import APPROVED
from cardswitch.specs.dates import Seconds, utc_date
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.totals import Totals
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Question

from ..day import OF
from ..desk import SwitchDesk
from ..row import Row, beside, fields_of
from ..states import State

CURRENCY: Final = 50
_DAY_S: Final[Seconds] = 86_400.0
# How many days back the last batch that was closed is looked for: most terminals close every day.
_DAYS_BACK: Final = (2, 9, 40, 180)
_DAYS_AHEAD: Final = 2  # of us may a clock be, and ours may have been set back
_STAN_DIGITS: Final = 6
_RECONCILED: Final = "5"  # the second digit of their MTIs
_UPLOADED: Final = "3"
_COUNTED: Final = tuple(
    sorted({mti[1] for kind in KINDS.all.values() if kind.sign for mti in kind.mti})
)


class Counted(Struct, frozen=True, gc=False, kw_only=True):
    """A leg that counts for a batch."""

    leg: int
    began: int  # its first row
    kind: str
    currency: str
    day: str  # the bank day that it began on
    owed: int  # to its merchant, for it, now: minor units, below zero if the cardholder gets it


class Closed(Struct, frozen=True, gc=False, kw_only=True):
    """What an earlier 0500 of the terminal came to."""

    sequence: int
    at: Seconds
    batch: int
    currency: str
    code: str
    totals: tuple[str, ...]  # as it brought them


class Uploaded(Struct, frozen=True, gc=False, kw_only=True):
    """An item of the terminal's batch, as a 0320 told it."""

    names: str  # its original: field 90
    owed: int  # by the terminal


async def reconciled(desk: SwitchDesk, who: str, batch: int, currency: str) -> list[Closed]:
    """The terminal's 0500, back to the one that closed the batch before. Raises NoAnswer."""
    found: list[Closed] = []
    for days in _DAYS_BACK:
        begins = tuple((_date(desk, -n), f"{who}{_RECONCILED}|") for n in range(-_DAYS_AHEAD, days))
        rows = await desk.look_up(Question(begins=begins))
        found = [_closed(row) for row in rows if row.state == State.ANSWERED]
        if before(found, batch, currency) is not None:
            break
    return found


def before(found: Sequence[Closed], batch: int, currency: str) -> Closed | None:
    """What closed the batch before: one of another number, or of this currency."""
    for each in reversed(found):
        is_of_this = each.batch == batch and each.currency != currency
        if each.code == APPROVED and not is_of_this:
            return each
    return None


async def counted(desk: SwitchDesk, who: str, since: Closed | None) -> list[Counted]:
    """The legs of the terminal behind *since* that move money. Raises NoAnswer."""
    found: list[Counted] = []
    dates = _dates(desk, since.at if since else desk.now - _DAYS_BACK[-1] * _DAY_S)
    for mti_class in _COUNTED:
        for rows in await _begun(desk, dates, f"{who}{mti_class}|"):
            found += counted_in(rows)
    after = since.sequence if since else 0
    return [each for each in found if each.began > after and each.owed]


async def uploaded(desk: SwitchDesk, who: str, batch: int, since: Closed) -> list[Uploaded]:
    """What was uploaded of the batch behind *since*, each item once. Raises NoAnswer."""
    found: dict[str, Uploaded] = {}
    for rows in await _begun(desk, _dates(desk, since.at), f"{who}{_UPLOADED}|"):
        for row in rows:
            told = beside(row)
            is_of_it = row.sequence > since.sequence and int(told.get("batch", 0)) == batch
            if is_of_it and row.currency == since.currency and told.get("item"):
                owed = KINDS.named(told["item"]).sign * row.amount
                found[told["names"]] = Uploaded(names=told["names"], owed=owed)
    return list(found.values())


def counted_in(rows: Iterable[Row]) -> list[Counted]:
    """The legs of *rows*, as far as they move money for a merchant."""
    legs: dict[int, list[Row]] = {}
    for row in rows:
        if row.leg and KINDS.named(row.kind).sign:
            legs.setdefault(row.leg, []).append(row)
    return [_counted(of_one) for of_one in legs.values()]


def by_day(legs: Iterable[Counted], currency: str) -> dict[str, Totals]:
    """The totals of those *legs* that are in *currency*, by the bank day that each began on.

    Whose day it is, a terminal is not told.
    """
    days: dict[str, Totals] = {}
    for each in legs:
        if each.currency == currency:
            day = each.day.partition(OF)[0]
            days[day] = days.get(day, Totals()).plus(each.owed)
    return days


def _counted(rows: Sequence[Row]) -> Counted:
    first = rows[0]
    return Counted(
        leg=first.leg,
        began=first.sequence,
        kind=first.kind,
        currency=first.currency,
        day=first.business_date,
        owed=sum(row.moved for row in rows),
    )


def _closed(row: Row) -> Closed:
    told, fields = beside(row), fields_of(row)
    return Closed(
        sequence=row.sequence,
        at=row.at,
        batch=int(told.get("batch", 0)),
        currency=fields.get(CURRENCY, ""),
        code=row.code,
        totals=told_totals(fields),
    )


def told_totals(fields: Mapping[int, str]) -> tuple[str, ...]:
    """The totals in *fields*, as they stand there."""
    return tuple(fields.get(number, "") for number in (*range(74, 78), *range(86, 90)))


async def _begun(
    desk: SwitchDesk, dates: Sequence[str], begin: str, digits: int = 0
) -> list[list[Row]]:
    """All rows of the legs of *dates* that begin so; of too many, piece by piece.

    A journal that names too many does not answer, as one that cannot. Then half of *dates* are
    asked for, and of a single one *digits* more of the trace number; at last NoAnswer is raised.
    """
    try:
        return [list(await desk.look_up(Question(begins=tuple((on, begin) for on in dates))))]
    except NoAnswer:
        if digits == _STAN_DIGITS:
            raise
    found: list[list[Row]] = []
    if (half := len(dates) // 2) > 0:
        for some in dates[:half], dates[half:]:
            found += await _begun(desk, some, begin)
        return found
    for digit in "0123456789":
        found += await _begun(desk, dates, begin + digit, digits + 1)
    return found


def _dates(desk: SwitchDesk, since: Seconds) -> list[str]:
    """The dates that field 7 may have in what came behind *since*: its clock may be a day off."""
    days = max(0, int((desk.now - since) // _DAY_S) + 1)
    return [_date(desk, -n) for n in range(-_DAYS_AHEAD, days + 2)]


def _date(desk: SwitchDesk, days: int) -> str:
    return utc_date(desk.now + days * _DAY_S)
