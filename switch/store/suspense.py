"""The movements that stand in suspense: booked, owed to nobody who can be paid, and not cleared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, String, and_, cast, exists, literal, select

from ..settlement.movements import Movement
from ..settlement.standing import Key
from .moved import BATCH_KEY
from .tables import BANK, BATCHES, CLOSES, MOVEMENTS

_M, _B = MOVEMENTS.c, BATCHES.c
_COLUMNS = (_M.sequence, _M.leg, _M.batch, _M.amount, _M.rrn, *[_B[name] for name in BATCH_KEY])
_BATCHED = MOVEMENTS.join(BATCHES, _B.number == _M.batch)


def suspended(
    reader: Connection, keys: Iterable[Key], paid: Mapping[Key, int]
) -> Iterator[Movement]:
    """What was booked for each of *keys* and not cleared since, in its order.

    *paid* has the number of the last close that has paid anything, by key: that one paid all.
    """
    name = _B.kind + literal(":") + cast(_M.sequence, String)
    was_cleared = exists().where(BANK.c.kind == "clear", BANK.c.reference == name)
    for merchant, code in sorted(keys):
        query = (
            select(*_COLUMNS)
            .select_from(_BATCHED.join(CLOSES, CLOSES.c.business_date == _B.business_date))
            .where(
                and_(_B.merchant == merchant, _B.currency == code),
                CLOSES.c.number > paid.get((merchant, code), 0),
                ~was_cleared,
            )
            .order_by(_M.sequence)
        )
        yield from map(Movement._make, reader.execute(query))


def movement_named(reader: Connection, name: str) -> Movement | None:
    """The movement that is called *name*, such as ``sale:17``."""
    kind, _, sequence = name.rpartition(":")
    if not (sequence.isascii() and sequence.isdigit()):
        return None
    query = select(*_COLUMNS).select_from(_BATCHED)
    found = reader.execute(query.where(_M.sequence == int(sequence), _B.kind == kind)).first()
    return Movement._make(found) if found else None
