"""The fees of a close, derived a second time: from what befell each leg, not from what is booked.

Of legs that an earlier close has booked, the rate is what stands in the books.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)

from cardswitch.specs.masking import printable

from ...settlement.fees.charges import BatchFees
from ...settlement.fees.schedules import MILLION, BatchRate
from ...settlement.totals import BatchTotals
from ..moved import BATCH_KEY, temporary
from ..tables import FEES, MOVEMENTS, RATES

FINDINGS_MAX: Final = 1_000  # where more differ, more than a record is wrong
_NUMBERS: Final = BatchRate.__struct_fields__[4:]  # all that a fee is computed from, but is_plus
_COSTS: Final = ("interchange", "scheme", "fee")
_WANTED: Final = temporary(
    "wanted_rates",
    *[Column(name, Text) for name in BATCH_KEY],
    Column("version", Text),
    Column("is_plus", Boolean),
    *[Column(name, BigInteger) for name in _NUMBERS],
)
_COUNTED: Final = temporary(
    "wanted_fees",
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    *[Column(name, Text) for name in (*BATCH_KEY, "rrn", "version")],
    *[Column(name, BigInteger) for name in _COSTS],
)


class FeeRecount:
    """The fees of *expected* movements that are not in a batch up to number *after*.

    *rates* are those of *batches*, the ones that must be booked.
    """

    def __init__(
        self,
        writer: Connection,
        expected: Table,
        batches: Sequence[BatchTotals],
        rates: Sequence[BatchRate],
        after: int,
    ) -> None:
        self._writer = writer
        self._after = after
        _WANTED.create(writer)
        _COUNTED.create(writer)
        by_number = {batch.number: batch for batch in batches}
        rows = [_wanted(by_number[rate.batch], rate) for rate in rates]
        if rows:
            writer.execute(insert(_WANTED), rows)
        names = [column.name for column in _COUNTED.c]
        writer.execute(insert(_COUNTED).from_select(names, _counted(expected, after)))

    def sums(self, batches: Sequence[BatchTotals]) -> tuple[BatchFees, ...]:
        """By batch, those of *batches* that are charged anything."""
        c = _COUNTED.c
        key = [c[name] for name in BATCH_KEY]
        rows = self._writer.execute(
            select(*key, *[func.sum(c[name]) for name in _COSTS]).group_by(*key)
        )
        found = {tuple(row[:6]): tuple(map(int, row[6:])) for row in rows}
        keys = [(batch.number, tuple(getattr(batch, n) for n in BATCH_KEY)) for batch in batches]
        return tuple(BatchFees(number, *found[key]) for number, key in keys if key in found)

    def findings(self) -> Iterator[str]:
        """What is wrong with the fees in the books, one sentence for each."""
        c, f = _COUNTED.c, FEES.c
        differs = [f.sequence.is_(None), *[f[name] != c[name] for name in _COSTS]]
        query = (
            select(c.sequence, c.kind, c.rrn, *[c[n] for n in _COSTS], *[f[n] for n in _COSTS])
            .select_from(_COUNTED.outerjoin(FEES, f.sequence == c.sequence))
            .where(or_(*differs))
            .order_by(c.sequence)
            .limit(FINDINGS_MAX)
        )
        for sequence, kind, rrn, *values in self._writer.execute(query):
            yield f"{_name(kind, sequence, rrn)} {_difference(values[:3], values[3:])}"
        m = MOVEMENTS.c
        strangers = (
            select(f.sequence, m.rrn)
            .select_from(FEES.outerjoin(MOVEMENTS, m.sequence == f.sequence))
            .where(
                or_(m.batch > self._after, m.batch.is_(None)),
                ~exists().where(c.sequence == f.sequence),
            )
            .order_by(f.sequence)
            .limit(FINDINGS_MAX)
        )
        for sequence, rrn in self._writer.execute(strangers):
            yield f"{_name('movement', sequence, rrn or '')} does not belong there"

    def close(self) -> None:
        """Let go of what was only counted."""
        _COUNTED.drop(self._writer)
        _WANTED.drop(self._writer)


def _wanted(batch: BatchTotals, rate: BatchRate) -> Mapping[str, Any]:
    about = asdict(rate)
    key = {name: getattr(batch, name) for name in BATCH_KEY}
    return {**key, **{name: about[name] for name in ("version", "is_plus", *_NUMBERS)}}


def _counted(expected: Table, after: int) -> Any:
    e = expected.c
    rest = func.abs(func.sum(e.amount).over(partition_by=e.leg, order_by=e.sequence))
    steps = select(*e, cast(rest, BigInteger).label("rest")).subquery()
    rates = _rates(expected, after).subquery()
    s, r, m = steps.c, rates.c, MOVEMENTS.c
    before = case((s.kind.endswith("-reversal"), s.rest + func.abs(s.amount)), else_=0)
    interchange, scheme, fee = (
        r.sign * (_price(r, name, s.rest) - _price(r, name, before)) for name in _COSTS
    )
    paid = fee + case((r.is_plus, interchange + scheme), else_=literal(0))
    was_booked = exists().where(m.sequence == s.sequence, m.batch <= after)
    return (
        select(
            s.sequence,
            *[s[name] for name in BATCH_KEY],
            s.rrn,
            r.version,
            interchange,
            scheme,
            paid,
        )
        .select_from(steps.join(rates, r.leg == s.leg))
        .where(~was_booked)
    )


def _rates(expected: Table, after: int) -> Any:
    """By leg, the rate of where it was captured: as it must be now, or as it was booked before."""
    e, w, m, r = expected.c, _WANTED.c, MOVEMENTS.c, RATES.c
    names = ("version", "is_plus", *_NUMBERS)
    captured = ~e.kind.endswith("-reversal")
    same = and_(*[w[name] == e[name] for name in BATCH_KEY])
    was_booked = exists().where(m.sequence == e.sequence, m.batch <= after)
    new = (
        select(e.leg, *[w[name] for name in names])
        .select_from(expected.join(_WANTED, same))
        .where(captured, ~was_booked)
    )
    booked = (
        select(e.leg, *[r[name] for name in names])
        .select_from(
            expected.join(MOVEMENTS, m.sequence == e.sequence).join(RATES, r.batch == m.batch)
        )
        .where(captured, m.batch <= after)
    )
    return union_all(new, booked)


def _price(rates: Any, name: str, amount: Any) -> ColumnElement[int]:
    """In whole millions and what is left of them, each by itself."""
    rate = rates[f"{name}_millionths"]
    left = (amount % MILLION) * rate
    half_up = case((left % MILLION * 2 >= MILLION, 1), else_=0)
    summed = (amount // MILLION) * rate + left // MILLION + half_up + rates[f"{name}_fixed"]
    at_most = case((summed > rates[f"{name}_max"], rates[f"{name}_max"]), else_=summed)
    bounded = case((at_most < rates[f"{name}_min"], rates[f"{name}_min"]), else_=at_most)
    return case((amount > 0, bounded), else_=literal(0))


def _name(kind: str, sequence: int, rrn: str) -> str:
    return f"fee of {kind}:{sequence}/RRN {printable(rrn, 40)}"


def _difference(wanted: Sequence[int], booked: Sequence[int | None]) -> str:
    if booked[0] is None:
        return "is missing"
    pairs = zip(_COSTS, booked, wanted, strict=True)
    told = [f"{name} {was}, expected {want}" for name, was, want in pairs if was != want]
    return f"has {', '.join(told)}"
