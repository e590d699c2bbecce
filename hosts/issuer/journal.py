"""Writes and reads the rows of the issuer's journal; books and memory take each over at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from cardswitch.specs.errors import Error
from cardswitch.specs.transactions.tombstones import Tombstones
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Question

from ..row import CHECKPOINT, TOMBSTONES_MAX, HostRow, Rows, told_by
from .books import IssuerBooks
from .entries import HoldExpired, IssuerEntry, ReversalAnswered
from .holds import Holds
from .legs import Leg, Legs, Purchase, leg_of

EXPIRED_AT_ONCE: Final = 100  # holds that end in one look-up
AGAIN_S: Final = 60.0
WRONG_KEY: Final = (
    "the key in issuer.vault is not the one that this journal was written with: put the key of "
    "this data folder back, or move the folder away and start with a new one"
)


class Journal:
    """Each row is made once, here. A checkpoint says all that a start must know of before."""

    def __init__(
        self, desk: Desk, books: IssuerBooks, legs: Legs, key: str, checkpoint_rows: int
    ) -> None:
        """*key* tells one key of fingerprints from another."""
        self.tombstones = Tombstones(TOMBSTONES_MAX)
        self.holds = Holds(desk, lambda: desk.start(self._expire(), budget=Budget.CARING))
        self._desk = desk
        self._books = books
        self._legs = legs
        self._key = key
        self._checkpoint_rows = checkpoint_rows
        self._rows: Rows[IssuerEntry] = Rows(IssuerEntry)

    def write(self, entry: IssuerEntry, leg: Leg | None = None) -> None:
        """Durably *entry*, of *leg*, which begins with it if it has no row yet."""
        now, who = self._desk.now, None
        if leg is not None:
            if not leg.leg:
                leg.leg, who = self._rows.new_leg(), leg.who
            leg.apply(entry)
            self._legs.remember(leg, now)
        self._books.apply(entry)
        number, rrn = (leg.leg, leg.rrn) if leg is not None else (0, "")
        self._take(number, entry)
        self.holds.watch()
        self._desk.append(self._rows.row(entry, now, number, who, rrn))
        if self._rows.since_checkpoint >= self._checkpoint_rows:
            self._checkpoint()

    async def look_up(self, question: Question) -> Sequence[Leg]:
        """The legs that *question* names, as they stand now. Raises NoAnswer."""
        if not self._rows.identities.may_answer(question):
            return ()
        rows = sorted(await self._desk.look_up(question), key=lambda row: row.leg)
        return [self._adopt(list(of_one)) for _, of_one in groupby(rows, lambda row: row.leg)]

    def recover(self, rows: Iterable[HostRow]) -> None:
        """Know again what *rows* say: the last checkpoint, what moves again later, what followed.

        Raises Error if they were written with another key, or for other accounts.
        """
        legs: dict[int, Leg] = {}
        told_until = 0
        for row in rows:
            if row.state == CHECKPOINT:
                told_until = row.sequence
                self._restore(row)
                continue
            entry = self._rows.read(row)
            if row.sequence > told_until:  # What is older, the sums of the checkpoint contain.
                self._rows.seen(row)
                self._books.apply(entry)
                self.holds.apply(row.leg, entry)
            self._bury(row.leg, entry)
            if row.identity:
                legs[row.leg] = leg_of(row, entry)
            elif row.leg in legs:
                legs[row.leg].apply(entry)
            if row.leg in legs:
                self._legs.remember(legs[row.leg], self._desk.now)
        if not self._rows.sequence:
            self._checkpoint()
        self.holds.watch()

    async def _expire(self) -> None:
        """Release what nobody has captured in time. Without the journal, try again later."""
        due = self.holds.due(EXPIRED_AT_ONCE)
        try:
            found = await self.look_up(Question(legs=tuple(due))) if due else ()
        except NoAnswer:
            return self.holds.watch(AGAIN_S)
        for leg in found:
            if isinstance(leg, Purchase) and leg.held and leg.decided is not None:
                decided = leg.decided
                kind = decided.terms.kind
                expired = HoldExpired(account=decided.account, kind=kind, released=leg.held)
                self.write(expired, leg)
        self.holds.over(due)
        return self.holds.watch()

    def _restore(self, row: HostRow) -> None:
        told = told_by(row)
        if told["key"] != self._key:
            raise Error(WRONG_KEY)
        self._books.restore(told)
        self.holds.restore(told["holds"])
        self._rows.seen(row)
        self._rows.leg = max(self._rows.leg, told["leg_number"])
        self._rows.since_checkpoint = 0

    def _checkpoint(self) -> None:
        """Tombstones are named: what is in work is nowhere but in memory, and ends with it."""
        told = {"key": self._key, "holds": self.holds.told(), **self._books.told()}
        legs = self.tombstones.legs(self._desk.now)
        self._desk.append(self._rows.checkpoint(self._desk.now, legs, told))

    def _take(self, number: int, entry: IssuerEntry) -> None:
        self.holds.apply(number, entry)
        self._bury(number, entry)

    def _bury(self, number: int, entry: IssuerEntry) -> None:
        if isinstance(entry, ReversalAnswered) and entry.binds is not None:
            self.tombstones.add(number, entry.binds)

    def _adopt(self, rows: Sequence[HostRow]) -> Leg:
        """The leg of *rows*; where it is in memory, that is what it is now."""
        known = self._legs.find(rows[0].identity)
        if known is not None and known.leg:
            return known
        first, *others = rows
        leg = leg_of(first, self._rows.read(first))
        for row in others:
            leg.apply(self._rows.read(row))
        self._legs.remember(leg, self._desk.now)
        return leg
