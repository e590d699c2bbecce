"""What others than the switch read from its journal: people who look, and settlement, which counts.

Settlement asks all that one close needs of one snapshot, so that no row comes between two answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, or_, select

from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.journal import JournalStoreReader
from cardswitch.wire.store.reading import Checkpoint
from cardswitch.wire.store.trouble import explained
from cardswitch.wire.store.verify import ROWS_AT_ONCE

from ..core.day import OF, acquirer_of
from ..core.row import Row
from ..core.states import OWING, PENDING, Mark, State
from ..settlement.days import BankDay, bank_days
from ..settlement.entries import BankEntry
from ..settlement.totals import BatchTotals
from .moved import SERVES_MERCHANTS, Own, batches, moved, sums
from .tables import JOURNAL, JOURNAL_SCHEMA, LEFT_TO_PEOPLE

# A leg that stands at one of these goes on by itself.
GOES_ON: Final = OWING
# With these something is to be told upstream, by itself or by a person.
OWED: Final = (*PENDING, State.EXCEPTION)


class Line(Struct, frozen=True, kw_only=True):
    """A leg as people may see it: how it stands, and what was last said of the rest."""

    leg: int
    at: Seconds  # of its last step
    source: str
    state: str
    business_date: str
    rrn: str
    merchant: str
    terminal: str
    amount: int  # minor units
    currency: str  # ISO 4217 numeric
    code: str
    card: str  # masked
    mti: str = ""  # of its first row
    kind: str = ""  # its row in the table of transactions; "" of what never came
    upstream: str = ""  # where it went
    stays: int = 0  # what a reversal leaves of the amount; 0: nothing, or there was none
    day: str = ""  # the bank day of its last step
    by: str = ""  # who decided on it last, where a person did, and why
    because: str = ""


class CloseRow(Struct, frozen=True, gc=False, kw_only=True):
    """A bank day that settlement has closed, as the journal remembers it."""

    day: str
    sha256: str
    books_head: str
    read_to: int = 0  # the last row that it had read; 0: an older version did not say
    closed_at: Seconds = 0.0


class JournalReader(JournalStoreReader[Row]):
    """Reads a journal, also while its switch is writing; changes nothing, and holds nobody up.

    Of bank days, closes and what belongs to them those of *acquirer* alone are told.
    Raises ConfigError (the url), Missing (nothing there yet) or Error (damaged, not ours).
    """

    def __init__(self, url: str, acquirer: str = "") -> None:
        super().__init__(url, JOURNAL_SCHEMA, JOURNAL, Row)
        self.url = url
        self.acquirer = acquirer

    def is_own(self, label: str) -> bool:
        """Whether the bank day *label* is the acquirer's."""
        return acquirer_of(label) == self.acquirer

    def own(self) -> Own:
        """What tells the acquirer's rows from those of others, if there ever were others."""
        marks = _marks(Mark.CUT_OVER, JOURNAL.c.sequence)
        others = self._few(marks.where(JOURNAL.c.business_date.contains(OF)).limit(1))
        return Own(self.acquirer, is_alone=not others)

    # Bank days ------------------------------------------------------------------------------------

    def days(self) -> tuple[BankDay, ...]:
        """The bank days in their order; the last one runs."""
        columns = JOURNAL.c.sequence, JOURNAL.c.business_date, JOURNAL.c.fields
        rows = self._few(_marks(Mark.CUT_OVER, *columns))
        return bank_days(row for row in rows if self.is_own(row[1]))

    def closes(self) -> list[CloseRow]:
        """The bank days that settlement has closed, in their order, each once."""
        found: dict[str, CloseRow] = {}
        for (fields,) in self._few(_marks(Mark.CLOSED, JOURNAL.c.fields)):
            close = msgspec.json.decode(fields, type=CloseRow)
            if self.is_own(close.day):
                found[close.day] = close
        return list(found.values())

    def bank(self) -> list[BankEntry]:
        """What settlement has booked of banks, in its order, each once."""
        found: dict[int, BankEntry] = {}
        for label, fields in self._few(
            _marks(Mark.BANK, JOURNAL.c.business_date, JOURNAL.c.fields)
        ):
            entry = msgspec.json.decode(fields, type=BankEntry)
            if self.is_own(label):
                found[entry.number] = entry
        return list(found.values())

    # Money ----------------------------------------------------------------------------------------

    def batches(
        self, day: BankDay, closed: Collection[str], after: int, number: int = 0
    ) -> tuple[BatchTotals, ...]:
        """What a close of *day* would book by now, of that day and of those *closed* before.

        The close before it has read up to row *after*. Numbered behind *number*.
        """
        found = moved(JOURNAL, day.label, closed, day.sequence, after, self.head()[0])
        with self.connection() as connection, explained("read"):
            return batches(day.label, connection.execute(sums(found.subquery())), number)

    # Legs as people see them ----------------------------------------------------------------------

    def undecided(self) -> list[Line]:
        """The purchases of the acquirer's merchants that have no outcome yet, by leg."""
        lines = self._lines(
            self._standing(State.FORWARDED).where(
                JOURNAL.c.serves == SERVES_MERCHANTS,
                JOURNAL.c.kind.in_([name for name, kind in KINDS.all.items() if kind.sign]),
            )
        )
        return [line for line in lines if self.is_own(line.business_date)]

    def owed(self, legs_max: int, after: int = 0) -> list[Line]:
        """What upstream must still be told, and what of that is set aside for people, by leg.

        The first *legs_max* behind the leg *after*.
        """
        standing = self._standing(*OWED).where(JOURNAL.c.leg > after)
        return self._lines(standing.order_by(JOURNAL.c.leg).limit(legs_max))

    def _standing(self, *states: State) -> Select[Any]:
        """The legs that stand at one of *states*, with which none is finished."""
        checkpoint = _marks(Mark.CHECKPOINT, JOURNAL.c.sequence, JOURNAL.c.fields, newest=True)
        [(since, fields)] = self._few(checkpoint.limit(1)) or [(0, "{}")]
        named = msgspec.json.decode(fields, type=Checkpoint).legs
        return select(JOURNAL.c.leg).where(
            or_(JOURNAL.c.sequence > since, JOURNAL.c.leg.in_(named)),
            JOURNAL.c.state.in_([state.value for state in states]),
            ~_followed(),
        )

    def steps_of(self, leg: int) -> list[Row]:
        """All rows of the *leg*, in their order."""
        return list(
            self.select(select(JOURNAL).where(JOURNAL.c.leg == leg).order_by(JOURNAL.c.sequence))
        )

    def left_to_people(self) -> list[Line]:
        """The legs that a person must look at, or has looked at and resolved, by leg."""
        return self._lines(select(JOURNAL.c.leg).where(LEFT_TO_PEOPLE, ~_followed()))

    def newest(self, legs_max: int, states: Collection[State] = ()) -> list[Line]:
        """The last *legs_max* legs, newest first; only those that stand at one of *states*."""
        chosen = select(JOURNAL.c.leg).where(JOURNAL.c.leg > 0, ~_followed())
        if states:
            chosen = chosen.where(JOURNAL.c.state.in_([state.value for state in states]))
        return self._lines(chosen.order_by(JOURNAL.c.leg.desc()).limit(legs_max))[::-1]

    def _lines(self, legs: Select[Any]) -> list[Line]:
        """A line for each of *legs*, by number."""
        rows: dict[int, list[Row]] = {}
        query = select(JOURNAL).where(JOURNAL.c.leg.in_(legs)).order_by(JOURNAL.c.sequence)
        for row in self.select(query):
            rows.setdefault(row.leg, []).append(row)
        return [_line(rows[leg]) for leg in sorted(rows)]

    def _few(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        """What the journal answers to *query*, when that is little."""
        with self.connection() as connection, explained("read"):
            return [tuple(row) for row in connection.execute(query)]

    def streamed(self, query: Select[Any]) -> Iterator[Any]:
        """What the journal answers to *query*, in its order."""
        streaming = query.order_by(JOURNAL.c.sequence).execution_options(yield_per=ROWS_AT_ONCE)
        with self.connection() as asked, explained("read"), asked.execute(streaming) as rows:
            yield from rows


def _marks(mark: Mark, *columns: ColumnElement[Any], newest: bool = False) -> Select[Any]:
    order = JOURNAL.c.sequence.desc() if newest else JOURNAL.c.sequence
    return select(*columns).where(JOURNAL.c.leg == 0, JOURNAL.c.state == mark.value).order_by(order)


def _followed() -> ColumnElement[bool]:
    """Whether its leg has a later row."""
    later = JOURNAL.alias("later")
    return (
        select(later.c.sequence)
        .where(later.c.leg == JOURNAL.c.leg, later.c.sequence > JOURNAL.c.sequence)
        .exists()
    )


def _line(rows: Sequence[Row]) -> Line:
    """One line of all *rows* of a leg: what a later one leaves out, an earlier one has said."""

    def said(name: str) -> Any:
        values = [getattr(row, name) for row in rows]
        return next(filter(None, reversed(values)), values[-1])

    last = rows[-1]
    fields = msgspec.json.decode(last.fields, type=dict[str, Any])
    return Line(
        leg=last.leg,
        at=last.at,
        source=last.source,
        state=last.state,
        business_date=last.business_date,
        rrn=said("rrn"),
        merchant=said("merchant"),
        terminal=said("terminal"),
        amount=said("amount"),
        currency=said("currency"),
        code=said("code"),
        card=said("pan_masked"),
        mti=rows[0].mti,
        kind=last.kind,
        upstream=said("upstream"),
        stays=_stays(rows),
        day=last.day,
        by=str(fields.get("by", "")),
        because=str(fields.get("because", "")),
    )


def _stays(rows: Sequence[Row]) -> int:
    """What is left of a leg that is undone in part, or about to be."""
    if rows[-1].state not in (State.REVERSING, State.REDUCED):
        return 0
    return next(row.stays for row in reversed(rows) if row.state == State.REVERSING)
