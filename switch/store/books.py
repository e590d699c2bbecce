"""The books of settlement: what was closed, booked and written for the bank, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import Connection, Table, func, select

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import Database, open_reader

from ..settlement.close import DayClose, books_head
from ..settlement.entries import BankSheet, numbered
from ..settlement.formats.orders import Ordered, read_order
from ..settlement.ledger import Posting, merchant_of
from ..settlement.totals import BatchTotals
from .bank import AT_ONCE, PAYOUT, BankReading, rows_of_sheet
from .tables import BATCHES, BOOKS_SCHEMA, CLOSES, FILES, POSTINGS, TRANSFERS


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


class BooksReading(BankReading):
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
            payouts=self._deposits(business_date),
            suspense=self._suspense(close.number),
            files=self.files(business_date),
        )

    def batches(self, business_date: str) -> tuple[BatchTotals, ...]:
        """The batches of a close, by day, merchant, terminal, currency and kind."""
        query = select(BATCHES).where(BATCHES.c.business_date == business_date)
        names = ("moved_on", "merchant", "terminal", "currency", "kind")
        order = [BATCHES.c[name] for name in names]
        return tuple(BatchTotals(**row._mapping) for row in self._rows(query.order_by(*order)))

    def postings(self, business_date: str) -> list[Posting]:
        """All that a close has booked."""
        query = select(POSTINGS).where(POSTINGS.c.business_date == business_date)
        return [Posting(*row) for row in self._rows(query)]

    def files(self, business_date: str) -> dict[str, bytes]:
        """By name, the files of a recorded close, as they were then; none if there is no close."""
        query = select(FILES.c.name, FILES.c.content).where(FILES.c.business_date == business_date)
        return {name: bytes(content) for name, content in self._rows(query.order_by(FILES.c.name))}

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

    def owed(self) -> dict[tuple[str, str], int]:
        """By merchant and currency, what was owed and not deposited: by batches, not postings.

        What did not get there is owed again, by what banks have said.
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
        for each in self.bounced():
            owed[each.merchant, each.currency] += each.amount
        return owed

    def booked(self, names: Collection[str]) -> dict[str, int]:
        """Of the movements *names*, those that are booked, each with its size."""
        wanted = list(names)
        found: dict[str, int] = {}
        for start in range(0, len(wanted), AT_ONCE):
            query = select(POSTINGS.c.journal_id, POSTINGS.c.amount).where(
                POSTINGS.c.journal_id.in_(wanted[start : start + AT_ONCE]), POSTINGS.c.amount > 0
            )
            found |= {name: int(amount) for name, amount in self._rows(query)}
        return found

    def orphans(self) -> Iterator[str]:
        """The days that something is booked on, though no close is of them."""
        closed = select(CLOSES.c.business_date)
        for table in (BATCHES, POSTINGS, FILES):
            day = table.c.business_date
            for row in self._rows(select(day).where(day.not_in(closed)).distinct()):
                yield row.business_date

    def _deposits(self, business_date: str) -> tuple[Deposit, ...]:
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
        self._database = Database(url, BOOKS_SCHEMA)
        super().__init__(self._database.engine)

    def record_close(self, day: DayClose) -> bool:
        """Book *day* in one transaction; False if it is booked already, and then nothing changes.

        Raises Error if it is booked with another content, or does not follow the last close.
        """
        known = select(CLOSES.c.sha256).where(CLOSES.c.business_date == day.business_date)
        fingerprint = day.sha256
        with self._database.transaction() as writer:
            recorded = writer.scalar(known)
            if recorded is None:
                close = _require_order(writer, day, fingerprint)
                for table, rows in _rows_of(day, close):
                    if rows:
                        writer.exec_driver_sql(self._database.insertion(table), rows)
            elif recorded != fingerprint:
                raise Error(
                    f"{day.business_date} is closed already, with another content "
                    f"({recorded[:12]}…): its files are in the books, and remain what they were"
                )
            return recorded is None

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


def _require_order(writer: Connection, day: DayClose, fingerprint: str) -> Close:
    """The line of *day* behind the last one: no day is skipped, since none would pay for it."""
    last = writer.execute(select(CLOSES).order_by(CLOSES.c.number.desc()).limit(1)).first()
    before = _close(last) if last else None
    if day.follows != (before.business_date if before else ""):
        raise Error(
            f"{day.business_date} cannot be closed yet: first close "
            f"{day.follows or 'no other day'}, one day after the other"
        )
    return Close(
        number=before.number + 1 if before else 1,
        business_date=day.business_date,
        follows=day.follows,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        read_to=day.read_to,
        closed_at=day.closed_at,
        balances=day.balances,
        sha256=fingerprint,
        books_head=books_head(before.books_head if before else "", fingerprint),
    )


def _rows_of(day: DayClose, close: Close) -> list[tuple[Table, list[tuple[Any, ...]]]]:
    """The rows of each table; the fields of the Structs are its columns, in their order."""
    return [
        (CLOSES, [astuple(close)]),
        (BATCHES, [astuple(batch) for batch in day.batches]),
        (POSTINGS, [astuple(posting) for posting in day.postings]),
        (FILES, [(day.business_date, name, content) for name, content in day.files.items()]),
        (TRANSFERS, [astuple(transfer) for transfer in transfers_in(day.business_date, day.files)]),
    ]


def transfers_in(business_date: str, files: Mapping[str, bytes]) -> Iterator[Ordered]:
    """What the orders among *files* ask for."""
    for name, content in files.items():
        if name.endswith(".xml"):
            yield from read_order(business_date, content)
