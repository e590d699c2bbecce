"""The books of settlement: what was closed, booked and written for the bank, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select

from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import Database, open_reader, reading

from ..settlement.entries import BankSheet, numbered
from ..settlement.fees.charges import Charge, charged_by_movement
from ..settlement.fees.schedules import BatchRate
from ..settlement.ledger import Posting, merchant_of, merchant_payable
from ..settlement.movements import BatchedLine, ChargedLine, Movement
from ..settlement.totals import BatchTotals
from .audit import AuditReading
from .bank import PAYOUT, rows_of_sheet
from .beside import rows_beside
from .booking import Booking, batched_lines, movements
from .fees.reading import (
    MovementFee,
    TakenFee,
    charges_like,
    charges_of,
    fees_of_rrn,
    fees_taken,
    rates_booked,
)
from .reader import JournalReader
from .suspense import SuspenseReading
from .tables import (
    BANK,
    BANK_POSTINGS,
    BATCHES,
    BOOKS_SCHEMA,
    CHARGES,
    CLOSES,
    FILES,
    JOURNALS,
    MOVEMENTS,
    POSTINGS,
    TRANSFERS,
)


class Deposit(Struct, frozen=True, gc=False):
    """What a merchant was paid in one currency; *amount* in minor units."""

    merchant: str
    currency: str  # ISO 4217 numeric
    amount: int
    end_to_end_id: str


class Suspense(Struct, frozen=True, gc=False):
    """What a merchant is owed and could not be paid; in minor units."""

    merchant: str  # "" where field 42 was empty
    currency: str
    amount: int
    because: str = ""  # why, as things are configured now; the books do not say


class Close(Struct, frozen=True, gc=False, kw_only=True):
    """One line of the books' list of closes."""

    number: int
    business_date: str  # the label of the day
    follows: str
    starts_at: Seconds
    ends_at: Seconds
    read_to: int  # the last row of the journal that it has seen
    closed_at: Seconds
    balances: str  # what it leaves in every account, as one SHA-256
    sha256: str
    books_head: str  # chained over all closes up to this one


class ClosedDay(Struct, frozen=True, kw_only=True):
    """A bank day as it was closed, and stays."""

    business_date: str
    starts_at: Seconds
    ends_at: Seconds
    read_to: int
    closed_at: Seconds
    sha256: str
    books_head: str
    batches: tuple[BatchTotals, ...]
    payouts: tuple[Deposit, ...]
    suspense: tuple[Suspense, ...]
    files: Mapping[str, bytes]  # by name
    charges: tuple[Charge, ...] = ()


class BooksReading(SuspenseReading, AuditReading):
    """What can be read from the books, whoever opened them."""

    def closes(self) -> list[Close]:
        """All closes, in their order."""
        return [_close(row) for row in self._rows(select(CLOSES).order_by(CLOSES.c.number))]

    def closed(self, business_date: str) -> ClosedDay | None:
        """What the books hold of the day *business_date*, if it is closed."""
        found = self._rows(select(CLOSES).where(CLOSES.c.business_date == business_date))
        if not found:
            return None
        close = _close(found[0])
        return ClosedDay(
            business_date=business_date,
            starts_at=close.starts_at,
            ends_at=close.ends_at,
            read_to=close.read_to,
            closed_at=close.closed_at,
            sha256=close.sha256,
            books_head=close.books_head,
            batches=self.batches(business_date),
            payouts=self.deposits(business_date),
            suspense=self._suspense(close.number),
            files=self.files(business_date),
            charges=self.charges(business_date),
        )

    def batches(self, business_date: str) -> tuple[BatchTotals, ...]:
        """The batches of a close, by day, merchant, channel, terminal, currency and kind."""
        query = select(BATCHES).where(BATCHES.c.business_date == business_date)
        found = self._rows(query.order_by(BATCHES.c.number))
        return tuple(BatchTotals(**row._mapping) for row in found)

    def batches_of(
        self, merchant: str, since: Seconds
    ) -> dict[tuple[str, Seconds], list[BatchTotals]]:
        """The batches of *merchant*, by day and instant of each close since then."""
        query = (
            select(BATCHES, CLOSES.c.closed_at)
            .join(CLOSES, CLOSES.c.business_date == BATCHES.c.business_date)
            .where(BATCHES.c.merchant == merchant, CLOSES.c.closed_at >= since)
        )
        found: dict[tuple[str, Seconds], list[BatchTotals]] = {}
        for row in self._rows(query.order_by(CLOSES.c.number, BATCHES.c.number)):
            totals = dict(row._mapping)
            at = totals.pop("closed_at")
            found.setdefault((row.business_date, at), []).append(BatchTotals(**totals))
        return found

    def mark(self) -> tuple[int, int]:
        """The numbers of the last close and of the last entry of a bank or a person; 0 for none."""
        [found] = self._rows(
            select(
                select(func.coalesce(func.max(CLOSES.c.number), 0)).scalar_subquery(),
                select(func.coalesce(func.max(BANK.c.number), 0)).scalar_subquery(),
            )
        )
        return int(found[0]), int(found[1])

    def last_batch(self) -> int:
        """The number of the last batch; 0 if there is none."""
        [(number,)] = self._rows(select(func.coalesce(func.max(BATCHES.c.number), 0)))
        return int(number)

    def movements(self, business_date: str) -> Iterator[Movement]:
        """What a close has booked, by merchant, in their order; streamed."""
        with reading(self._engine) as reader:
            yield from movements(reader, business_date)

    def charges(self, business_date: str) -> tuple[Charge, ...]:
        """What a close has charged, kept and given back."""
        with reading(self._engine) as reader:
            return charges_of(reader, business_date)

    def all_charges(self, month: str = "", merchant: str = "") -> list[Charge]:
        """All charges in their order, of *month* (YYYY-MM) and *merchant* if they are given."""
        with reading(self._engine) as reader:
            return charges_like(reader, month, merchant)

    def rates(self, business_date: str) -> tuple[BatchRate, ...]:
        """What the batches of a close are charged by."""
        with reading(self._engine) as reader:
            return rates_booked(reader, business_date)

    def fees_of(self, rrn: str) -> list[MovementFee]:
        """The movements of *rrn* that are charged, with the rates of then."""
        with reading(self._engine) as reader:
            return fees_of_rrn(reader, rrn)

    def fees_taken(self, sequences: Collection[int]) -> list[TakenFee]:
        """The fees of the movements *sequences*, few, that were taken of deposits."""
        with reading(self._engine) as reader:
            return fees_taken(reader, sequences)

    def batched(
        self, business_date: str, *, is_by_merchant: bool = False
    ) -> Iterator[BatchedLine | ChargedLine]:
        """The same, but for what batches say, in the order of rows; with fees, if it charged any.

        Or by merchant, if that is asked for, which costs as much again.
        """
        has_fees = bool(charged_by_movement(self.charges(business_date)))
        with reading(self._engine) as reader:
            yield from batched_lines(
                reader, business_date, has_fees=has_fees, is_by_merchant=is_by_merchant
            )

    def postings(self, business_date: str) -> list[Posting]:
        """All that a close has booked."""
        query = select(POSTINGS).where(POSTINGS.c.business_date == business_date)
        return [Posting(*row) for row in self._rows(query)]

    def files(self, business_date: str) -> dict[str, bytes]:
        """By name, the files of a recorded close, as they were then; none if there is no close."""
        query = select(FILES.c.name, FILES.c.content).where(FILES.c.business_date == business_date)
        return {name: bytes(content) for name, content in self._rows(query.order_by(FILES.c.name))}

    def ach_files(self, since: Seconds) -> int:
        """How many files of the ACH were made by closes since that instant."""
        query = (
            select(func.count())
            .select_from(FILES.join(CLOSES, CLOSES.c.business_date == FILES.c.business_date))
            .where(FILES.c.name.endswith(".ach"), CLOSES.c.closed_at >= since)
        )
        [(count,)] = self._rows(query)
        return int(count)

    def ach_orders(self, day: str) -> int:
        """How many orders of the ACH are named after *day*, YYMMDD."""
        t = TRANSFERS.c
        query = select(func.count(func.distinct(t.order_id)))
        [(count,)] = self._rows(query.where(t.order_id.startswith(f"ACH-20{day}")))
        return int(count)

    def balances(self, up_to: int | None = None) -> dict[tuple[str, str], int]:
        """By account and currency, the sum of all postings; of those up to close number *up_to*.

        What banks' files have booked behind that close is not in it.
        """
        query = select(POSTINGS.c.account, POSTINGS.c.currency, func.sum(POSTINGS.c.amount))
        if up_to is not None:
            query = query.join(CLOSES, CLOSES.c.business_date == POSTINGS.c.business_date)
            query = query.where(CLOSES.c.number <= up_to)
        grouped = query.group_by(POSTINGS.c.account, POSTINGS.c.currency)
        found = Counter({(name, code): int(total) for name, code, total in self._rows(grouped)})
        for account, code, total in self.bank_balances(up_to):
            found[account, code] += total
        return dict(found)

    def payable(self, merchant: str) -> dict[str, int]:
        """By currency, what *merchant* is owed: that which is booked and not deposited."""
        account, found = merchant_payable(merchant), Counter[str]()
        for table in (POSTINGS, BANK_POSTINGS):
            c = table.c
            query = select(c.currency, func.sum(c.amount)).where(c.account == account)
            for code, total in self._rows(query.group_by(c.currency)):
                found[code] -= int(total)
        return dict(found)

    def owed(self) -> dict[tuple[str, str], int]:
        """By merchant and currency, what was owed and not deposited: by batches, not postings.

        Less what was charged.
        What did not get there is owed again, by what banks have said, and what people have
        corrected counts.
        """
        where = BATCHES.c.merchant, BATCHES.c.currency
        query = select(*where, func.sum(BATCHES.c.amount)).group_by(*where)
        owed = Counter({(name, code): int(total) for name, code, total in self._rows(query)})
        place = POSTINGS.c.account, POSTINGS.c.currency
        deposits = select(*place, func.sum(POSTINGS.c.amount)).where(
            POSTINGS.c.journal_id.startswith(PAYOUT), POSTINGS.c.amount > 0
        )
        for account, code, total in self._rows(deposits.group_by(*place)):
            owed[merchant_of(account) or "", code] -= int(total)
        c = CHARGES.c
        taken = select(c.merchant, c.currency, func.sum(c.amount)).where(c.is_net)
        for merchant, code, total in self._rows(taken.group_by(c.merchant, c.currency)):
            owed[merchant, code] -= int(total)
        for each in self.bounced():
            owed[each.merchant, each.currency] += each.amount
        owed.update(self.corrected())  # It is a Counter: what is there is added to.
        return owed

    def batch_of(self, sequences: Collection[int]) -> dict[int, BatchTotals]:
        """Of the movements *sequences*, few, those that are booked, each with its batch."""
        m, names = MOVEMENTS.c, BatchTotals.__struct_fields__
        columns = [BATCHES.c[name] for name in names]
        query = select(m.sequence, *columns).join(BATCHES, BATCHES.c.number == m.batch)
        found = self._rows(query.where(m.sequence.in_(sorted(sequences))))
        return {n: BatchTotals(**dict(zip(names, batch, strict=True))) for n, *batch in found}

    def miscounted(self, business_date: str) -> list[int]:
        """The numbers of the batches of a close that are not the sum of their movements."""
        m = MOVEMENTS.c
        summed = (
            select(m.batch, func.count().label("count"), func.sum(m.amount).label("amount"))
            .group_by(m.batch)
            .subquery()
        )
        b, s = BATCHES.c, summed.c
        query = (
            select(b.number)
            .select_from(BATCHES.outerjoin(summed, s.batch == b.number))
            .where(
                b.business_date == business_date,
                (func.coalesce(s.count, 0) != b.count) | (func.coalesce(s.amount, 0) != b.amount),
            )
        )
        return [row.number for row in self._rows(query.order_by(b.number))]

    def orphans(self) -> Iterator[str]:
        """The days that something is booked on, though no close is of them."""
        closed = select(CLOSES.c.business_date)
        for table in (BATCHES, CHARGES, JOURNALS, POSTINGS, FILES):
            day = table.c.business_date
            for row in self._rows(select(day).where(day.not_in(closed)).distinct()):
                yield row.business_date

    def deposits(self, business_date: str) -> tuple[Deposit, ...]:
        """What the close of a day has paid."""
        query = select(POSTINGS).where(
            POSTINGS.c.business_date == business_date, POSTINGS.c.journal_id.startswith(PAYOUT)
        )
        deposits = []
        for row in self._rows(query.order_by(POSTINGS.c.account, POSTINGS.c.currency)):
            merchant = merchant_of(row.account)  # The other line of the journal is our cash.
            if merchant is not None:
                name = row.journal_id.removeprefix(PAYOUT)
                deposits.append(Deposit(merchant, row.currency, row.amount, name))
        return tuple(deposits)

    def _suspense(self, number: int) -> tuple[Suspense, ...]:
        """What is still owed behind close *number*: all that could be paid has been."""
        left = sorted(self.balances(up_to=number).items())
        owed = ((merchant_of(account), code, -balance) for (account, code), balance in left)
        return tuple(
            Suspense(merchant, code, amount)
            for merchant, code, amount in owed
            if merchant is not None and amount > 0
        )


class BooksReader(BooksReading):
    """Reads the books, also while somebody settles.

    Raises ConfigError (the url), Missing (nothing closed yet) or Error (damaged, not ours).
    """

    def __init__(self, url: str) -> None:
        super().__init__(open_reader(url, BOOKS_SCHEMA))


class Books(BooksReading):
    """Books in SQLite or PostgreSQL, for one settlement at a time.

    *url* is SQLAlchemy's: ``sqlite:///books.db`` or ``postgresql+psycopg://…``. Raises ConfigError
    (the url) or Error (in use, damaged, not ours).
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._database = Database(url, BOOKS_SCHEMA)
        super().__init__(self._database.engine)

    @contextmanager
    def booking(self, journal: JournalReader, since: int) -> Iterator[Booking]:
        """What a close does, in one transaction, beside the rows of *journal* behind row *since*.

        All of it is durable at the end, or nothing is there. Raises Error.
        """
        with (
            rows_beside(self._database, self._url, journal, since) as rows,
            self._database.transaction() as writer,
        ):
            yield Booking(writer, rows, journal.own())

    def record_bank(self, sheet: BankSheet) -> BankSheet:
        """Book what a bank has said, or a person decided: all of it, in one transaction.

        Returns it as it was booked. Raises Error if another entry has its number.
        """
        booked = numbered(sheet, self.entries())
        with self._database.transaction() as writer:
            for table, rows in rows_of_sheet(booked):
                if rows:
                    writer.exec_driver_sql(self._database.insertion(table), rows)
        return booked

    def close(self) -> None:
        """Let go of the database; another settlement may then open it."""
        self._database.close()


def _close(row: Any) -> Close:
    return Close(**row._mapping)
