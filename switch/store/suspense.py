"""The movements that stand in suspense: booked, owed to nobody who can be paid, and not cleared."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, String, cast, exists, literal, select

from ..settlement.movements import Movement
from ..settlement.standing import Key
from .bank import BankReading
from .moved import BATCH_KEY
from .tables import BANK, BATCHES, CLOSES, MOVEMENTS

_M, _B = MOVEMENTS.c, BATCHES.c
_COLUMNS = (_M.sequence, _M.leg, _M.batch, _M.amount, _M.rrn, *[_B[name] for name in BATCH_KEY])
_BATCHED = MOVEMENTS.join(BATCHES, _B.number == _M.batch)


class SuspenseReading(BankReading):
    """What can be read from the books of that, whoever opened them."""

    def suspended(self, keys: Collection[Key]) -> list[Movement]:
        """What is booked for each of *keys*, and not cleared, since it was paid last.

        That close has paid all that was owed.
        """
        paid = self.paid(keys)
        return [
            Movement._make(row)
            for key in sorted(keys)
            for row in self._rows(_suspended(key, paid.get(key, 0)))
        ]

    def movement(self, name: str) -> Movement | None:
        """The movement that is called *name*, such as ``sale:17``."""
        kind, _, sequence = name.rpartition(":")
        if not (sequence.isascii() and sequence.isdigit()):
            return None
        query = select(*_COLUMNS).select_from(_BATCHED)
        found = self._rows(query.where(_M.sequence == int(sequence), _B.kind == kind))
        return Movement._make(found[0]) if found else None


def _suspended(key: Key, after_close: int) -> Select[Any]:
    name = _B.kind + literal(":") + cast(_M.sequence, String)
    was_cleared = exists().where(BANK.c.kind == "clear", BANK.c.reference == name)
    joined = _BATCHED.join(CLOSES, CLOSES.c.business_date == _B.business_date)
    where = (_B.merchant == key[0], _B.currency == key[1], CLOSES.c.number > after_close)
    query = select(*_COLUMNS).select_from(joined).where(*where, ~was_cleared)
    return query.order_by(_M.sequence)
