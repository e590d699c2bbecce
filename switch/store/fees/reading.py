"""What the books hold of charges, fees and rates, whoever opened them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection, Text, cast, func, literal, select

from ...settlement.days import date_of
from ...settlement.fees.charges import RESERVE, Before, Charge, Key
from ...settlement.fees.expected import CODES
from ...settlement.fees.schedules import BatchRate
from ..tables import BATCHES, CHARGES, FEES, JOURNALS, MOVEMENTS, POSTINGS, RATES

_CHARGE: Final = [CHARGES.c[name] for name in Charge.__struct_fields__]
_RATE: Final = [RATES.c[name] for name in BatchRate.__struct_fields__]


class MovementFee(Struct, frozen=True, gc=False, kw_only=True):
    """The fee of one movement, and what it came about by."""

    sequence: int
    leg: int
    rrn: str
    batch: int
    amount: int
    rest: int
    interchange: int
    scheme: int
    fee: int
    business_date: str
    merchant: str
    channel: str
    currency: str
    kind: str
    rate: BatchRate


class TakenFee(Struct, frozen=True, gc=False, kw_only=True):
    """What the fee of one movement has taken of its deposit, and by which rate."""

    sequence: int
    interchange: int
    scheme: int
    fee: int  # all in all
    is_plus: bool  # whether interchange and scheme are a part of it
    version: str  # of the schedule
    place: int  # which of its rates: 1, 2, 3, …


def has_charges(reader: Connection) -> bool:
    """Whether a close has ever charged anything, or could have."""
    return reader.execute(select(RATES.c.batch).limit(1)).first() is not None or (
        reader.execute(select(CHARGES.c.journal_id).limit(1)).first() is not None
    )


def charges_of(reader: Connection, business_date: str) -> tuple[Charge, ...]:
    """What a close has charged."""
    query = select(*_CHARGE).where(CHARGES.c.business_date == business_date)
    rows = reader.execute(query.order_by(CHARGES.c.journal_id))
    return tuple(Charge(**row._mapping) for row in rows)


def charges_like(reader: Connection, month: str, merchant: str) -> list[Charge]:
    """All charges, of *month* (YYYY-MM) and *merchant* where they are not empty."""
    query = select(*_CHARGE).where(CHARGES.c.business_date.startswith(month))
    if merchant:
        query = query.where(CHARGES.c.merchant == merchant)
    rows = reader.execute(query.order_by(CHARGES.c.business_date, CHARGES.c.journal_id))
    return [Charge(**row._mapping) for row in rows]


def rates_booked(reader: Connection, business_date: str) -> tuple[BatchRate, ...]:
    """The rates of the batches of a close."""
    query = select(*_RATE).join(BATCHES, BATCHES.c.number == RATES.c.batch)
    chosen = query.where(BATCHES.c.business_date == business_date).order_by(RATES.c.batch)
    return tuple(BatchRate(**row._mapping) for row in reader.execute(chosen))


def charged_before(reader: Connection, label: str) -> Before:
    """What the close of *label* must know, by the table of charges."""
    c, key = CHARGES.c, (CHARGES.c.merchant, CHARGES.c.currency)
    due: Counter[Key] = Counter()
    given = (c.kind == "release") | ((c.kind == "reserve") & (c.due <= date_of(label)))
    for merchant, code, amount in reader.execute(
        select(*key, func.sum(c.amount)).where(given).group_by(*key)
    ):
        due[merchant, code] = int(amount)
    month = f"monthly:{date_of(label)[:7]}-"
    monthly = reader.execute(select(*key).where(c.journal_id.startswith(month)))
    return Before(due, {(merchant, code) for merchant, code in monthly})


def charged_before_again(reader: Connection, label: str) -> Before:
    """The same by the general ledger."""
    p, c = POSTINGS.c, CHARGES.c
    due: Counter[Key] = Counter()
    kept = select(p.account, p.currency, func.sum(p.amount)).where(p.account.startswith(RESERVE))
    for account, code, amount in reader.execute(kept.group_by(p.account, p.currency)):
        due[account.removeprefix(RESERVE), code] -= int(amount)
    later = select(c.merchant, c.currency, c.amount).where(
        c.kind == "reserve", c.due > date_of(label)
    )
    for merchant, code, amount in reader.execute(later):
        due[merchant, code] -= amount
    month = f"monthly:{date_of(label)[:7]}-"
    names = reader.execute(
        select(JOURNALS.c.journal_id).where(JOURNALS.c.journal_id.startswith(month))
    )
    parts = [name.removeprefix(month).rpartition("-") for (name,) in names]
    return Before(due, {(merchant, CODES.get(code, code)) for merchant, _, code in parts})


def fees_by_movement(*columns: Any) -> Any:
    """The rest of a query: movements, and fees where they have some."""
    m, f = MOVEMENTS.c, FEES.c
    return select(*columns, f.interchange, f.scheme, f.fee, RATES.c.version).select_from(
        MOVEMENTS.outerjoin(FEES, f.sequence == m.sequence).outerjoin(
            RATES, RATES.c.batch == f.rated
        )
    )


def fees_of_rrn(reader: Connection, rrn: str) -> list[MovementFee]:
    """The movements of *rrn* that were charged, in their order."""
    m, f, b = MOVEMENTS.c, FEES.c, BATCHES.c
    own = (m.sequence, m.leg, m.rrn, m.batch, m.amount)
    costs = (f.rest, f.interchange, f.scheme, f.fee)
    batch = (b.business_date, b.merchant, b.channel, b.currency, b.kind)
    query = (
        select(*own, *costs, *batch, *[column.label(f"of_{column.name}") for column in _RATE])
        .select_from(
            MOVEMENTS.join(BATCHES, b.number == m.batch)
            .join(FEES, f.sequence == m.sequence)
            .join(RATES, RATES.c.batch == f.rated)
        )
        .where(m.rrn == rrn)
        .order_by(m.sequence)
    )
    names = [name for name in MovementFee.__struct_fields__ if name != "rate"]
    return [
        MovementFee(
            **{name: getattr(row, name) for name in names},
            rate=BatchRate(**{c.name: getattr(row, f"of_{c.name}") for c in _RATE}),
        )
        for row in reader.execute(query)
    ]


def fees_taken(reader: Connection, sequences: Collection[int]) -> list[TakenFee]:
    """The fees of the movements *sequences*, few, those that are no affair of an invoice."""
    m, f, r = MOVEMENTS.c, FEES.c, RATES.c
    charge = CHARGES.c.journal_id == literal("fees:").concat(cast(m.batch, Text))
    query = (
        select(m.sequence, f.interchange, f.scheme, f.fee, r.is_plus, r.version, r.place)
        .select_from(
            MOVEMENTS.join(FEES, f.sequence == m.sequence)
            .join(RATES, r.batch == f.rated)
            .join(CHARGES, charge)
        )
        .where(m.sequence.in_(sorted(sequences)), CHARGES.c.is_net)
    )
    return [TakenFee(**row._mapping) for row in reader.execute(query)]
