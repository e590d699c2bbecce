"""Holds for people, and for whoever goes through the books: how each stands, from the journal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import func, select

from ...core.states import State
from ..bank import BankReading
from ..reader import JournalReader
from ..tables import CLOSES, HOLDS, JOURNAL
from .rows import STEPS, hold_name, hold_rows


class Hold(Struct, frozen=True, gc=False, kw_only=True):
    """One authorisation, and what became of what it has set aside; minor units."""

    leg: int
    rrn: str
    merchant: str
    currency: str  # ISO 4217 numeric
    placed_on: str  # the bank day that it began on
    placed: int  # what was set aside, with what increments have added
    posted: int  # what of it was captured
    held: int  # what is set aside still
    has_expired: bool = False

    @property
    def state(self) -> str:
        """How it stands, in a word or a few."""
        if self.has_expired:
            return "expired"
        if self.held:
            return "posted in part" if self.posted else "pending"
        return "posted" if self.posted else "voided"


def holds(journal: JournalReader, until: int, expired: Collection[int] = ()) -> list[Hold]:
    """All holds by the rows of *journal* up to *until*, in their order.

    *expired* are the legs whose hold has ended by its age.
    """
    found: dict[int, Hold] = {}
    for row in journal.streamed(hold_rows(JOURNAL, 0, until, journal.own())):
        if row.state == State.TAKEN.value:  # The capture itself: its original says what is left.
            hold = found.get(row.original)
            if hold is not None:
                found[row.original] = replace(hold, posted=hold.posted + row.amount)
        else:
            found[row.leg] = _after(found.get(row.leg), row)
    ended = set(expired)
    return [
        replace(each, held=0, has_expired=True) if each.leg in ended else each
        for each in found.values()
        if each.placed
    ]


def _after(before: Hold | None, row: Any) -> Hold:
    if before is None:
        before = Hold(
            leg=row.leg, rrn=row.rrn, merchant=row.merchant, currency=row.currency,
            placed_on=row.business_date, placed=0, posted=0, held=0,
        )  # fmt: skip
    step, left = STEPS[row.state], row.stays
    if row.state in (State.APPROVED.value, State.COMPLETED.value):
        left = row.amount if row.state == State.APPROVED.value else 0
    more = left - before.held if step in ("placed", "changed") else 0
    return replace(before, held=left, placed=before.placed + more)


class HoldsReading(BankReading):
    """What can be read from the books of holds, whoever opened them."""

    def holds(self, journal: JournalReader, until: int | None = None) -> list[Hold]:
        """All holds by *journal*, up to its row *until*, and by the age that closes have seen."""
        query = select(HOLDS.c.leg).where(HOLDS.c.step == "expired")
        expired = {leg for (leg,) in self._rows(query)}
        return holds(journal, journal.head()[0] if until is None else until, expired)

    def altered_holds(self, journal: JournalReader, until: int) -> Iterator[str]:
        """Which holds are not what *journal* says up to row *until*, the last that was read."""
        h = HOLDS.c
        texts = (h.merchant, h.currency, h.rrn, h.placed_on)
        sums = (func.sum(h.held), func.sum(h.posted))
        query = select(h.leg, *map(func.min, texts), *sums, *map(func.max, texts)).group_by(h.leg)
        booked = {leg: tuple(about) for leg, *about in self._rows(query)}
        for each in self.holds(journal, until):
            wanted = (each.merchant, each.currency, each.rrn, each.placed_on)
            if booked.pop(each.leg, None) != (*wanted, each.held, each.posted, *wanted):
                yield f"{hold_name(each.leg, each.rrn)} is another in the books than in the journal"
        for leg, (_, _, rrn, *_) in booked.items():
            yield f"{hold_name(leg, rrn)} is in the books alone"
        yield from self._altered_steps(journal, until)

    def _altered_steps(self, journal: JournalReader, until: int) -> Iterator[str]:
        """Steps of holds that are not those of their row, or not of the close that has read it."""
        h, c = HOLDS.c, CLOSES.c
        read = select(c.read_to, c.business_date).order_by(c.number)
        closes = [(int(row), str(day)) for row, day in self._rows(read)]
        ended = set(closes)
        said = {
            row.sequence: (row.leg, STEPS.get(row.state))
            for row in journal.streamed(hold_rows(JOURNAL, 0, until, journal.own()))
        }
        query = select(h.sequence, h.leg, h.step, h.business_date, h.rrn)
        for sequence, leg, step, day, rrn in self._rows(query.order_by(h.sequence, h.leg)):
            if step == "expired":
                is_right = (sequence, day) in ended
            else:
                place = bisect_left(closes, (sequence, ""))
                read_by = [label for _, label in closes[place : place + 1]]
                is_right = said.get(sequence) == (leg, step) and read_by == [day]
            if not is_right:
                name = hold_name(leg, rrn)
                yield f"{name}: no row {sequence} that the close of {day} read says {step}"
