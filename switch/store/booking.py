"""The transaction of a close: its movements, batches and journals, or nothing of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import Connection, Row, Table, func, insert, select

from cardswitch.specs.errors import Error
from cardswitch.wire.store.reading import streamed
from cardswitch.wire.store.verify import ROWS_AT_ONCE

from ..settlement.ach.order import read_ach_order
from ..settlement.close import DayClose, books_head
from ..settlement.days import BankDay
from ..settlement.fees.charges import BatchFees, Before
from ..settlement.fees.schedules import BatchRate
from ..settlement.formats.orders import Ordered, read_order
from ..settlement.movements import BatchedLine, ChargedLine, Movement
from ..settlement.totals import BatchTotals
from .fees.booked import book_fees
from .fees.reading import charged_before, charged_before_again, fees_by_movement, has_charges
from .holds.booked import book_holds
from .moved import (
    ALONE,
    BATCH_KEY,
    Own,
    batched,
    batches,
    closed_days,
    moved,
    moved_columns,
    sums,
    temporary,
)
from .recounts.recount import Recount
from .tables import (
    BATCHES,
    CHARGES,
    CLOSES,
    FILES,
    JOURNALS,
    MOVEMENTS,
    POSTINGS,
    TRANSFERS,
)

_MOVED = temporary("moved", *moved_columns())


class Booking:
    """What one close does to the books, on the connection *writer*, in one transaction.

    *rows* are those of the journal, see `beside`, and among them the acquirer's *own*.
    """

    def __init__(self, writer: Connection, rows: Table, own: Own = ALONE) -> None:
        self._writer = writer
        self._rows = rows
        self._own = own
        self._has_fees = False
        self._since = 0
        self._after = writer.scalar(select(func.coalesce(func.max(BATCHES.c.number), 0))) or 0

    def book(self, day: BankDay, after: int, until: int) -> tuple[BatchTotals, ...]:
        """Book the movements that the close of *day* is to book, of rows up to *until*.

        The close before it has read up to row *after*. Gives back their batches.
        """
        self._since = day.sequence
        found = moved(self._rows, day.label, closed_days(), day.sequence, after, until)
        _MOVED.create(self._writer)
        names = [column.name for column in _MOVED.c]
        self._writer.execute(insert(_MOVED).from_select(names, found))
        totals = batches(day.label, self._writer.execute(sums(_MOVED)), self._after)
        _insert(self._writer, BATCHES, totals)
        names = [column.name for column in MOVEMENTS.c]
        self._writer.execute(insert(MOVEMENTS).from_select(names, batched(day.label, _MOVED)))
        _MOVED.drop(self._writer)
        return totals

    def hold(self, label: str, after: int, until: int, hold_days: int) -> tuple[str, ...]:
        """Book what befell holds in rows behind *after*, up to *until*; what is wrong with that."""
        return book_holds(self._writer, self._rows, label, after, until, hold_days, self._own)

    def has_charges(self) -> bool:
        """Whether anybody was ever charged."""
        return has_charges(self._writer)

    def charge(self, rates: Iterable[BatchRate]) -> tuple[BatchFees, ...]:
        """Book the fees of the movements of this close, whose batches have *rates*; their sums."""
        self._has_fees = True
        return book_fees(self._writer, rates, self._after)

    def before(self, label: str) -> tuple[Before, Before]:
        """What the close of *label* must know of earlier charges, by two ways."""
        return charged_before(self._writer, label), charged_before_again(self._writer, label)

    @contextmanager
    def recount(self, days: Sequence[BankDay], day: BankDay, until: int) -> Iterator[Recount]:
        """What must be booked of *day*, by the other way; *days* are all of the journal."""
        counted = Recount(
            self._writer, self._rows, days, day, until=until, after=self._after, own=self._own
        )
        yield counted
        counted.close()

    def movements(self, business_date: str) -> Iterator[Movement]:
        """What the close of *business_date* has booked, by merchant, in their order."""
        return movements(self._writer, business_date)

    def batched(
        self, business_date: str, *, is_by_merchant: bool = False
    ) -> Iterator[BatchedLine | ChargedLine]:
        """The same in the order of rows, but for what batches say; with fees, if they were booked.

        Or by merchant, if that is asked for, which costs as much again.
        """
        return batched_lines(
            self._writer,
            business_date,
            self._since,
            has_fees=self._has_fees,
            is_by_merchant=is_by_merchant,
        )

    def record(self, day: DayClose) -> None:
        """Book all else of *day*. Raises Error if it does not follow the last close."""
        before = _require_order(self._writer, day)
        number, head = (before.number, before.books_head) if before else (0, "")
        line = (
            number + 1,
            day.business_date,
            day.follows,
            day.starts_at,
            day.ends_at,
            day.read_to,
            day.closed_at,
            day.balances,
            day.sha256,
            books_head(head, day.sha256),
        )
        self._writer.execute(insert(CLOSES), dict(zip(CLOSES.c.keys(), line, strict=True)))
        _insert(self._writer, CHARGES, day.charges)
        _insert(self._writer, POSTINGS, day.postings)
        journals = dict.fromkeys(posting.journal_id for posting in day.postings)
        sealed = [{"journal_id": name, "business_date": day.business_date} for name in journals]
        if sealed:
            self._writer.execute(insert(JOURNALS), sealed)
        files = [
            {"business_date": day.business_date, "name": name, "content": content}
            for name, content in day.files.items()
        ]
        self._writer.execute(insert(FILES), files)
        _insert(self._writer, TRANSFERS, [*transfers_in(day.business_date, day.files)])


def transfers_in(business_date: str, files: Mapping[str, bytes]) -> Iterator[Ordered]:
    """What the orders among *files* ask for."""
    for name, content in files.items():
        if name.endswith(".xml"):
            yield from read_order(business_date, content)
        elif name.endswith(".ach"):
            yield from read_ach_order(business_date, content)


def movements(connection: Connection, business_date: str) -> Iterator[Movement]:
    """See :meth:`Booking.movements`."""
    m, b = MOVEMENTS.c, BATCHES.c
    key = [b[name] for name in BATCH_KEY]
    query = (
        select(m.sequence, m.leg, m.batch, m.amount, m.rrn, *key)
        .select_from(MOVEMENTS.join(BATCHES, b.number == m.batch))
        .where(b.business_date == business_date)
        .order_by(b.merchant, m.sequence)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for row in connection.execute(query):
        yield Movement._make(row)


def batched_lines(
    connection: Connection,
    business_date: str,
    since: int = 0,
    *,
    has_fees: bool,
    is_by_merchant: bool = False,
) -> Iterator[BatchedLine | ChargedLine]:
    """See :meth:`Booking.batched`.

    Who knows that the day began by row *since* spares a look at every movement of days before: no
    index leads to those of a batch, since it would cost each close more than it would spare it.
    """
    m, b = MOVEMENTS.c, BATCHES.c
    columns: list[Any] = [m.batch, m.sequence, m.amount, m.rrn]
    found: Any = fees_by_movement(*columns) if has_fees else select(*columns)
    # The batches of a close follow each other. A join would be planned by what a server knows of
    # these tables before the close, which is nothing.
    of_close = b.business_date == business_date
    first, last = (
        select(end(b.number)).where(of_close).scalar_subquery() for end in (func.min, func.max)
    )
    chosen = found.where(m.sequence > since, m.batch >= first, m.batch <= last)
    if is_by_merchant:
        merchant = select(b.merchant).where(b.number == m.batch).scalar_subquery()
        chosen = chosen.order_by(merchant)
    yield from streamed(connection, chosen.order_by(m.sequence))


def _insert(writer: Connection, table: Table, values: Sequence[Any]) -> None:
    """The fields of the Structs are the columns of *table*, in their order."""
    names = table.c.keys()
    rows = [dict(zip(names, astuple(value), strict=True)) for value in values]
    if rows:
        writer.execute(insert(table), rows)


def _require_order(writer: Connection, day: DayClose) -> Row[Any] | None:
    """The line of the last close, which *day* follows: no day is skipped, none would pay for it."""
    last = writer.execute(select(CLOSES).order_by(CLOSES.c.number.desc()).limit(1)).first()
    if day.follows != (last.business_date if last else ""):
        raise Error(
            f"{day.business_date} cannot be closed yet: first close "
            f"{day.follows or 'no other day'}, one day after the other"
        )
    return last
