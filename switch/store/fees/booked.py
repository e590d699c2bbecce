"""Books the fee of each movement of a close, in the transaction of the close.

What is captured has the rate of its batch; what undoes it, that of the batch in which its leg was
captured, on whatever day.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import BigInteger, ColumnElement, Connection, case, cast, func, insert, select

from ...settlement.fees.charges import BatchFees
from ...settlement.fees.schedules import MILLION, BatchRate
from ..tables import BATCHES, FEES, MOVEMENTS, RATES

COSTS: Final = ("interchange", "scheme", "fee")


def book_fees(writer: Connection, rates: Iterable[BatchRate], after: int) -> tuple[BatchFees, ...]:
    """Book *rates*, and the fees of all movements in batches behind number *after*; their sums."""
    rows = [asdict(rate) for rate in rates]
    if rows:
        writer.execute(insert(RATES), rows)
    names = [column.name for column in FEES.c]
    writer.execute(insert(FEES).from_select(names, _captured(after)))
    writer.execute(insert(FEES).from_select(names, _undone(after)))
    m, f = MOVEMENTS.c, FEES.c
    query = (
        select(m.batch, *[func.sum(f[name]) for name in COSTS])
        .select_from(MOVEMENTS.join(FEES, f.sequence == m.sequence))
        .where(m.batch > after)
        .group_by(m.batch)
        .order_by(m.batch)
    )
    return tuple(BatchFees(*map(int, row)) for row in writer.execute(query))


def _captured(after: int) -> Any:
    m, r = MOVEMENTS.c, RATES.c
    rest = func.abs(m.amount)
    return (
        select(m.sequence, m.leg, m.batch, rest, *_costs(r, rest, None))
        .select_from(MOVEMENTS.join(RATES, r.batch == m.batch))
        .where(m.batch > after)
    )


def _undone(after: int) -> Any:
    m, f, r = MOVEMENTS.c, FEES.c, RATES.c
    taken = func.sum(func.abs(m.amount)).over(partition_by=m.leg, order_by=m.sequence)
    steps = (
        select(m.sequence, m.leg, func.abs(m.amount).label("amount"), taken.label("taken"))
        .select_from(MOVEMENTS.join(BATCHES, BATCHES.c.number == m.batch))
        .where(m.batch > after, BATCHES.c.kind.endswith("-reversal"))
        .subquery()
    )
    last = (
        select(func.max(f.sequence).label("sequence"))
        .where(f.leg.in_(select(steps.c.leg)))
        .group_by(f.leg)
        .subquery()
    )
    s = steps.c
    rest = cast(f.rest - s.taken, BigInteger)
    return (
        select(s.sequence, s.leg, f.rated, rest, *_costs(r, rest, rest + s.amount))
        .select_from(
            last.join(FEES, f.sequence == last.c.sequence)
            .join(steps, s.leg == f.leg)
            .join(RATES, r.batch == f.rated)
        )
        .where(s.sequence > f.sequence)
    )


def _costs(rates: Any, rest: Any, before: Any) -> list[ColumnElement[int]]:
    """What it costs that *rest* is captured of a leg, and not what was *before*, if anything."""
    interchange, scheme, fee = (
        _price(rates, name, rest) - (0 if before is None else _price(rates, name, before))
        for name in COSTS
    )
    paid = case((rates.is_plus, fee + interchange + scheme), else_=fee)
    return [rates.sign * interchange, rates.sign * scheme, rates.sign * paid]


def _price(rates: Any, name: str, amount: Any) -> ColumnElement[int]:
    """Half up to the minor unit; and nothing is charged for nothing."""
    rate = rates[f"{name}_millionths"]
    plain = (amount * rate + MILLION // 2) // MILLION + rates[f"{name}_fixed"]
    least, most = rates[f"{name}_min"], rates[f"{name}_max"]
    return case((amount == 0, 0), (plain < least, least), (plain > most, most), else_=plain)
