"""What settlement must find in a journal, derived from its rows in memory, in plain Python."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import Mark, State
from cardswitch.switch.settlement.days import BankDay, bank_days
from cardswitch.switch.settlement.movements import BatchedLine, Movement, movement_kind
from cardswitch.switch.settlement.totals import BatchTotals

KEY = ("moved_on", "merchant", "channel", "terminal", "currency", "kind")


def days_of(rows: Iterable[Row]) -> tuple[BankDay, ...]:
    """The bank days that *rows* begin."""
    cut_overs = (row for row in rows if row.state == Mark.CUT_OVER)
    return bank_days((row.sequence, row.business_date, row.fields) for row in cut_overs)


def day_of(rows: Iterable[Row], label: str) -> BankDay:
    """The bank day *label*."""
    return next(day for day in days_of(rows) if day.label == label)


def movements_of(rows: Iterable[Row]) -> list[Movement]:
    """What *rows* have moved for merchants, by what they say."""
    return [
        _movement(row, row.moved, row.day if row.state == State.REVERSING else row.business_date)
        for row in rows
        if row.moved and row.serves == "merchants"
    ]


def due(
    rows: Sequence[Row], label: str, closed: Collection[str] = (), read_to: int = 0
) -> list[Movement]:
    """What the close of the day *label* books of *rows*; the one before has read to *read_to*."""
    since = day_of(rows, label).sequence
    return [
        m
        for m in movements_of(rows)
        if m.sequence > since
        and (m.moved_on == label or (m.sequence > read_to and m.moved_on in closed))
    ]


def expected(rows: Sequence[Row], label: str) -> list[Movement]:
    """What must be booked once the day *label* is closed, of legs that moved on since, by states.

    Of a journal in which every leg is sold to one merchant by one terminal.
    """
    days = days_of(rows)
    order = [day.label for day in days]
    since = day_of(rows, label).sequence
    began: dict[int, int] = {}
    captured: dict[int, int] = {}
    touched = {row.leg for row in rows if row.sequence > since and row.leg}
    found = []
    for row in rows:
        began.setdefault(row.leg, row.sequence)
        sign = KINDS.named(row.kind).sign if row.kind else 0
        if row.leg not in touched or row.serves != "merchants" or not sign:
            continue
        left = captured.get(row.leg, 0)
        if row.state == State.REVERSING:
            amount, place = -max(left - row.stays, 0), row.sequence
        elif row.state in (State.APPROVED, State.TAKEN) and row.leg not in captured:
            amount, place = row.amount, began[row.leg]
        else:
            continue
        captured[row.leg] = left + amount
        day = max((d for d in days if d.sequence < place), key=lambda d: d.sequence)
        if amount and order.index(day.label) <= order.index(label):
            found.append(_movement(row, sign * amount, day.label))
    return found


def _movement(row: Row, amount: int, day: str) -> Movement:
    bucket = KINDS.named(row.kind).bucket
    return Movement(
        sequence=row.sequence,
        leg=row.leg,
        batch=0,
        amount=amount,
        rrn=row.rrn,
        moved_on=day,
        merchant=row.merchant,
        channel=row.source,
        terminal=row.terminal,
        currency=row.currency,
        kind=movement_kind(bucket, is_undone=row.state == State.REVERSING),
    )


def totals_of(label: str, movements: Iterable[Movement], after: int = 0) -> tuple[BatchTotals, ...]:
    """*movements* in batches of the close of *label*, numbered behind *after*."""
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for m in movements:
        groups[tuple(getattr(m, name) for name in KEY)].append(m.amount)
    return tuple(
        BatchTotals(
            number=number,
            business_date=label,
            count=len(groups[key]),
            amount=sum(groups[key]),
            **dict(zip(KEY, key, strict=True)),
        )
        for number, key in enumerate(sorted(groups), after + 1)
    )


def batched(movements: Iterable[Movement], totals: Iterable[BatchTotals]) -> list[Movement]:
    """*movements*, each with the number of its batch, by merchant and in their order."""
    numbers = {tuple(getattr(batch, name) for name in KEY): batch.number for batch in totals}
    found = [m._replace(batch=numbers[tuple(getattr(m, n) for n in KEY)]) for m in movements]
    return sorted(found, key=lambda m: (m.merchant, m.sequence))


def lines_of(movements: Iterable[Movement], totals: Iterable[BatchTotals]) -> list[BatchedLine]:
    """The same, as reports to merchants are written from it."""
    return [(m.batch, m.sequence, m.amount, m.rrn) for m in batched(movements, totals)]
