"""What the acquirer knows of its legs: those in work, and the last ones that came to rest.

The journal is the memory: whatever is not here is looked up there. One piece of code takes a row,
new or read back.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.settled import Settled
from cardswitch.specs.transactions.tombstones import Tombstones
from cardswitch.wire.machine.kernel import LOOK_UP_S
from cardswitch.wire.machine.keys.working import KeyStep, WorkingKeys
from cardswitch.wire.ports import Seconds

from ..row import CHECKPOINT, TOMBSTONES_MAX, HostRow, Rows, told_by
from .entries import AcquirerEntry, JournalEntry, PurchaseForwarded, ReversalAnswered
from .legs import Booking, Leg, leg_of
from .settling import booked_of, count
from .states import OPEN

REMEMBERED_MAX: Final = 20_000  # Legs at rest that are kept, some 30 MB.


class Approved(NamedTuple):
    """A purchase that is approved and not undone; *amount*, in minor units, is what stays.

    What the cardholder gets is below zero.
    """

    rrn: str
    merchant: str
    currency: str
    amount: int


class Books:
    """Legs by identity. Of those that no flow works on, the oldest are forgotten."""

    def __init__(
        self,
        rows: Rows[JournalEntry],
        remembered_max: int = REMEMBERED_MAX,
        keys: WorkingKeys | None = None,
    ) -> None:
        """*keys*: those that stand in for configured ones."""
        self.keys = keys or WorkingKeys({})
        self.open: set[int] = (
            set()
        )  # numbers of all without an outcome, here or not, that move money
        self.last_trace = 0
        self.tombstones = Tombstones(TOMBSTONES_MAX)
        self.settled = Settled()
        self._rows = rows
        self._remembered_max = remembered_max
        self._legs: dict[str, Leg] = {}
        # Since when; of a dict, the first would be the slower to find the more were taken from it.
        self._resting: OrderedDict[str, Seconds] = OrderedDict()

    def __len__(self) -> int:
        return len(self._legs)

    @property
    def has_rows(self) -> bool:
        """Whether the journal holds anything yet."""
        return self._rows.sequence > 0

    def find(self, name: str) -> Leg | None:
        """The leg of the identity *name*, if it is in memory."""
        return self._legs.get(name)

    def begun_as(self, begin: str) -> list[Booking]:
        """The purchases in memory whose identities begin with *begin*."""
        return [
            leg
            for name, leg in self._legs.items()
            if name.startswith(begin) and isinstance(leg, Booking)
        ]

    def approved(self) -> Mapping[str, Approved]:
        """By identity, what is approved and not undone, of the purchases in memory."""
        return {
            name: Approved(leg.rrn, leg.forwarded.merchant, leg.forwarded.asked.currency, leg.net)
            for name, leg in self._legs.items()
            if isinstance(leg, Booking) and leg.forwarded and leg.held
        }

    # What stays in memory -------------------------------------------------------------------------

    def hold(self, leg: Leg) -> None:
        """A flow begins to work on *leg*: it is in memory until it is let go."""
        leg.flows += 1
        self._legs[leg.identity.name] = leg
        self._resting.pop(leg.identity.name, None)

    def let_go(self, leg: Leg, now: Seconds) -> None:
        """A flow no longer works on *leg*; without a row, it never was."""
        leg.flows -= 1
        if leg.flows:
            return
        if leg.last is None:
            del self._legs[leg.identity.name]
        else:
            self._rest(leg, now)

    def _rest(self, leg: Leg, now: Seconds) -> None:
        """Forget the oldest, but none so fresh that a look-up in work may have seen it unfinished.

        What that finds would else be taken for how the leg stands.
        """
        self._legs[leg.identity.name] = leg
        resting = self._resting
        resting[leg.identity.name] = now
        while len(resting) > self._remembered_max:
            oldest = next(iter(resting))
            if resting[oldest] >= now - LOOK_UP_S:
                return
            del resting[oldest], self._legs[oldest]

    # Rows -----------------------------------------------------------------------------------------

    def apply(self, leg: Leg, entry: AcquirerEntry) -> None:
        """Take over what *entry*, which is new, says of *leg*."""
        before = booked_of(leg)
        leg.apply(entry)
        self._count(leg.number, entry)
        count(self.settled, before, booked_of(leg))

    def adopt(self, rows: Iterable[HostRow], now: Seconds) -> list[Leg]:
        """The legs of *rows*, which the journal found: as they are in memory, if they are."""
        return [self._adopt(of_one, now) for of_one in by_leg(rows)]

    def _adopt(self, rows: Sequence[HostRow], now: Seconds) -> Leg:
        first = rows[0]
        leg = self._legs.get(first.identity)
        if leg is not None and leg.last is not None:
            return leg  # It may be further on than what was found.
        leg = leg or leg_of(Identity(first.sent_on, first.identity))
        for row in rows:
            self._take(leg, row)
        if not leg.flows:
            self._rest(leg, now)
        return leg

    def recall(self, rows: Iterable[HostRow]) -> Mapping[str, Any]:
        """After a start: take over the last checkpoint, the legs that it names, what followed.

        Returns what the checkpoint says.
        """
        legs: dict[int, Leg] = {}
        told: Mapping[str, Any] = {}
        for row in rows:
            if row.state == CHECKPOINT:
                told = self._take_checkpoint(row)
                continue
            entry = self._rows.read(row)
            if isinstance(entry, KeyStep):
                self._rows.seen(row)
                self.keys.apply(entry)
                continue
            is_new = row.sequence > self._rows.sequence  # else it is older than the checkpoint
            if is_new:
                self.last_trace = int(getattr(entry, "trace", self.last_trace))
            self._rows.seen(row)
            if row.identity:
                legs[row.leg] = leg_of(Identity(row.sent_on, row.identity))
            if (leg := legs.get(row.leg)) is None:
                # It came to rest before the checkpoint, and is looked up when it is needed.
                self._count(row.leg, entry)
                continue
            before = booked_of(leg)
            self._take(leg, row)
            self._rest(leg, row.at)
            if is_new:
                count(self.settled, before, booked_of(leg))
        return told

    def _take_checkpoint(self, row: HostRow) -> Mapping[str, Any]:
        told = told_by(row)
        self._rows.seen(row)
        self._rows.since_checkpoint = 0
        self._rows.leg = max(self._rows.leg, told["leg_number"])
        self.last_trace = told["last_trace"]
        self.keys.restore(told.get("keys", ()))
        self.settled.restore(told.get("settled", ()))
        return told

    def _take(self, leg: Leg, row: HostRow) -> None:
        leg.number = row.leg
        leg.rrn = row.rrn or leg.rrn
        entry = self._rows.read(row)
        assert not isinstance(entry, KeyStep), "it belongs to no leg"
        leg.apply(entry)
        self._count(leg.number, entry)

    def _count(self, number: int, entry: AcquirerEntry) -> None:
        if entry.state in OPEN and not _is_inquiry(entry):
            self.open.add(number)
        else:
            self.open.discard(number)
        if isinstance(entry, ReversalAnswered) and entry.binds is not None:
            self.tombstones.add(number, entry.binds)


def _is_inquiry(entry: AcquirerEntry) -> bool:
    """Whether it moves no money: nobody need ever hear how it ended."""
    return isinstance(entry, PurchaseForwarded) and not KINDS.named(entry.asked.kind).moves_money


def by_leg(rows: Iterable[HostRow]) -> list[list[HostRow]]:
    """*rows*, each leg's by itself."""
    legs: dict[int, list[HostRow]] = {}
    for row in rows:
        legs.setdefault(row.leg, []).append(row)
    return list(legs.values())


def books_of(rows: Iterable[HostRow]) -> Books:
    """The books of a whole journal, for whoever looks at it from outside: *rows* are all of it."""
    books = Books(Rows(JournalEntry), sys.maxsize)
    books.recall(rows)
    return books
