"""What the books hold of banks: what they said of each transfer, and what people have decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, cast

from msgspec.structs import astuple
from sqlalchemy import Engine, Table, and_, case, exists, func, or_, select

from cardswitch.wire.store.database import reading

from ..settlement.entries import DEEDS, BankEntry, BankSheet
from ..settlement.formats.orders import Ordered
from ..settlement.ledger import Posting, merchant_of, merchant_payable
from ..settlement.matching import OWED_AGAIN, Matched, Outcome, is_of_bank
from ..settlement.standing import Bounced, Deed, Key, Standing, standing
from .tables import (
    BANK,
    BANK_JOURNALS,
    BANK_LINES,
    BANK_POSTINGS,
    CLOSES,
    POSTINGS,
    TRANSFERS,
)

AT_ONCE: Final = 500  # Names looked for in one question.
TELL_OF_ENTRIES: Final = ("notice", "statement")
PAYOUT: Final = "payout:"  # So begin the journal ids of deposits, see settlement.payouts.
_LINE: Final = [BANK_LINES.c[name] for name in Matched.__struct_fields__]
_TRANSFER: Final = [TRANSFERS.c[name] for name in Ordered.__struct_fields__]
_POSTING: Final = [BANK_POSTINGS.c[name] for name in Posting.__struct_fields__]


class BankReading:
    """What can be read from the books of banks, whoever opened them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Entries --------------------------------------------------------------------------------------

    def entries(self) -> list[BankEntry]:
        """All entries, in their order."""
        columns = [BANK.c[name] for name in BankEntry.__struct_fields__]
        found = self._rows(select(*columns).order_by(BANK.c.number))
        return [BankEntry(**row._mapping) for row in found]

    def sheet(self, entry: BankEntry) -> BankSheet:
        """*entry* with all that the books hold of it."""
        number = entry.number
        [(content,)] = self._rows(select(BANK.c.content).where(BANK.c.number == number))
        postings = select(*_POSTING).where(BANK_POSTINGS.c.number == number)
        return BankSheet(
            entry=entry,
            content=bytes(content),
            lines=tuple(self.lines(BANK_LINES.c.number == number)),
            postings=tuple(Posting(*row) for row in self._rows(postings)),
        )

    def places(self, number: int) -> list[int]:
        """The numbers of the lines of entry *number*, in their order."""
        column = BANK_LINES.c.line
        query = select(column).where(BANK_LINES.c.number == number).order_by(column)
        return [place for (place,) in self._rows(query)]

    def sealed(self, number: int) -> dict[str, str]:
        """By name, the journals that entry *number* has sealed, and why it says it did."""
        j = BANK_JOURNALS.c
        return dict(self._rows(select(j.journal_id, j.because).where(j.number == number)))

    def events(self, business_date: str) -> list[Posting]:
        """What single events have booked between the close of a day and the next.

        What was booked before any close belongs to the first one.
        """
        p, first = BANK_POSTINGS.c, select(CLOSES.c.business_date).where(CLOSES.c.number == 1)
        day = case((p.business_date == "", first.scalar_subquery()), else_=p.business_date)
        query = select(*_POSTING).where(day == business_date).order_by(p.number, p.journal_id)
        rows = self._rows(query)
        return [Posting(**{**row._mapping, "business_date": business_date}) for row in rows]

    def reasons(self) -> dict[str, str]:
        """By name, the journals that people have booked, and why."""
        j = BANK_JOURNALS.c
        return dict(self._rows(select(j.journal_id, j.because).where(j.because != "")))

    def lines(self, *where: Any) -> list[Matched]:
        """What banks have said, in its order."""
        order = BANK_LINES.c.number, BANK_LINES.c.line
        query = select(*_LINE).where(*where).order_by(*order)
        return [Matched(**row._mapping) for row in self._rows(query)]

    def taken(self, content_sha256: str, message: str) -> BankEntry | None:
        """What was taken before and has this content, or this name at its bank."""
        columns = [BANK.c[name] for name in BankEntry.__struct_fields__]
        same = or_(BANK.c.content_sha256 == content_sha256, BANK.c.message == message)
        found = self._rows(select(*columns).where(same).order_by(BANK.c.number))
        return BankEntry(**found[0]._mapping) if found else None

    # Transfers ------------------------------------------------------------------------------------

    def ordered(
        self, references: Collection[str], payments: Collection[str], orders: Collection[str]
    ) -> list[Ordered]:
        """The transfers of ours that are meant, each once."""
        asked = (
            (TRANSFERS.c.reference, references),
            (TRANSFERS.c.payment_id, payments),
            (TRANSFERS.c.order_id, orders),
        )
        found: dict[str, Ordered] = {}
        for column, names in asked:
            for some in _parted(names):
                for row in self._rows(select(*_TRANSFER).where(column.in_(some))):
                    found[row.reference] = Ordered(**row._mapping)
        return list(found.values())

    def transfers(self, *where: Any) -> list[Ordered]:
        """All transfers that were ordered, by day and reference."""
        order = TRANSFERS.c.business_date, TRANSFERS.c.reference
        query = select(*_TRANSFER).where(*where).order_by(*order)
        return [Ordered(**row._mapping) for row in self._rows(query)]

    def transfers_of(self, reference: str) -> list[Ordered]:
        """The transfer *reference*, or none."""
        return self.transfers(TRANSFERS.c.reference == reference)

    def overdue(self, until: str, code: str) -> list[Ordered]:
        """What was to be carried out in the currency *code* by *until*, and no bank has told of."""
        t = TRANSFERS.c
        told = exists().where(BANK_LINES.c.reference == t.reference)
        return self.transfers(t.execution <= until, t.currency == code, ~told)

    def unsettled(self) -> list[Ordered]:
        """What was ordered and is not simply booked: a line says something else, or none does."""
        mine = exists().where(BANK_LINES.c.reference == TRANSFERS.c.reference)
        is_booked = BANK_LINES.c.outcome == "booked"
        return self.transfers(or_(~mine.where(is_booked), mine.where(~is_booked)))

    def story(self, reference: str) -> list[tuple[BankEntry, Matched]]:
        """What banks have said of the transfer *reference*, in its order, and in which file."""
        same = BANK_LINES.c.number == BANK.c.number
        about = [BANK.c[name] for name in BankEntry.__struct_fields__]
        query = (
            select(*[column.label(f"of_{column.name}") for column in about], *_LINE)
            .join(BANK, same)
            .where(BANK_LINES.c.reference == reference)
            .order_by(BANK.c.number, BANK_LINES.c.line)
        )
        return [
            (
                BankEntry(**{column.name: getattr(row, f"of_{column.name}") for column in about}),
                Matched(**{column.name: getattr(row, column.name) for column in _LINE}),
            )
            for row in self._rows(query)
        ]

    def told(self, references: Collection[str]) -> dict[str, set[str]]:
        """The outcomes of *references*, by each."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for some in _parted(references):
            query = select(BANK_LINES.c.reference, BANK_LINES.c.outcome)
            for reference, outcome in self._rows(query.where(BANK_LINES.c.reference.in_(some))):
                found[reference].add(outcome)
        return found

    def known(
        self, entries: Collection[str], kind: str
    ) -> dict[str, dict[tuple[str, int], Outcome]]:
        """Of the bank's *entries*, those that a file of another kind than *kind* has told of."""
        found: defaultdict[str, dict[tuple[str, int], Outcome]] = defaultdict(dict)
        same = BANK_LINES.c.number == BANK.c.number
        query = select(*_LINE).join(BANK, same).where(BANK.c.kind != kind)
        for some in _parted(entries):
            for row in self._rows(query.where(BANK_LINES.c.entry.in_(some))):
                found[row.entry][row.reference, row.amount] = cast(Outcome, row.outcome)
        return found

    def still_open(
        self, references: Collection[str], kind: str
    ) -> dict[tuple[str, int], list[tuple[str, Outcome]]]:
        """By reference and amount, entries that notices have told of and statements not, or so.

        *kind* is that of the file which tells now. An entry that a notice calls by the bank's name
        waits for that name; each of the others is taken by one line of *kind* that was known.
        """
        told: defaultdict[tuple[str, int], list[tuple[str, Outcome]]] = defaultdict(list)
        again: list[tuple[tuple[str, int], str]] = []
        columns = BANK.c.kind, *_LINE
        for some in _parted(references):
            query = select(*columns).join(BANK, BANK.c.number == BANK_LINES.c.number)
            where = BANK_LINES.c.reference.in_(some), BANK.c.kind.in_(TELL_OF_ENTRIES)
            for row in self._rows(query.where(*where).order_by(BANK.c.number, BANK_LINES.c.line)):
                key = row.reference, row.amount
                if row.kind != kind and not row.is_known:
                    told[key].append((row.entry, cast(Outcome, row.outcome)))
                elif row.kind == kind and row.is_known:
                    again.append((key, row.entry))
        names = {key: {name for name, _ in entries} for key, entries in told.items()}
        if kind == "statement":
            for entries in told.values():
                entries[:] = [entry for entry in entries if not is_of_bank(entry[0])]
        for key, name in again:
            if not (is_of_bank(name) and name in names.get(key, ())):
                del told.get(key, [])[:1]
        return told

    # Money ----------------------------------------------------------------------------------------

    def bank_balances(self, before_close: int | None = None) -> list[tuple[str, str, int]]:
        """Account, currency and sum of what banks' files have booked, before that close."""
        place = BANK_POSTINGS.c.account, BANK_POSTINGS.c.currency
        query = select(*place, func.sum(BANK_POSTINGS.c.amount))
        if before_close is not None:
            query = query.join(BANK, BANK.c.number == BANK_POSTINGS.c.number)
            query = query.where(BANK.c.closes < before_close)
        return [
            (name, code, int(total)) for name, code, total in self._rows(query.group_by(*place))
        ]

    def corrected(self) -> dict[Key, int]:
        """By merchant and currency, what people have added to what it is owed, by their entries."""
        b, found = BANK.c, Counter[Key]()
        for column, sign in ((b.debit, -1), (b.credit, 1)):
            query = select(column, b.currency, func.sum(b.amount)).where(b.amount != 0)
            for account, code, total in self._rows(query.group_by(column, b.currency)):
                merchant = merchant_of(account)
                if merchant is not None:
                    found[merchant, code] += sign * int(total)
        return found

    def bounced(self) -> list[Bounced]:
        """What did not get there, in the order in which it was told of."""
        columns = [column for column in _LINE if column.name not in ("entry", "is_known", "text")]
        query = (
            select(BANK.c.number, BANK.c.closes, *columns)
            .join(BANK, BANK.c.number == BANK_LINES.c.number)
            .where(BANK_LINES.c.outcome.in_(sorted(OWED_AGAIN)), ~BANK_LINES.c.is_known)
            .order_by(BANK.c.number, BANK_LINES.c.line)
        )
        return [Bounced(**{**row._mapping, "amount": abs(row.amount)}) for row in self._rows(query)]

    def deeds(self) -> list[Deed]:
        """What people have decided, in its order."""
        columns = [BANK.c[name] for name in Deed.__struct_fields__]
        query = select(*columns).where(BANK.c.kind.in_(sorted(DEEDS))).order_by(BANK.c.number)
        return [Deed(**row._mapping) for row in self._rows(query)]

    def paid(self, keys: Iterable[Key]) -> dict[Key, int]:
        """The number of the last close that has paid anything, for each of *keys* that has one."""
        accounts = {merchant_payable(merchant): merchant for merchant, _ in keys}
        found: dict[Key, int] = {}
        place = POSTINGS.c.account, POSTINGS.c.currency
        for some in _parted(accounts):
            query = (
                select(*place, func.max(CLOSES.c.number))
                .join(CLOSES, CLOSES.c.business_date == POSTINGS.c.business_date)
                .where(and_(POSTINGS.c.account.in_(some), POSTINGS.c.journal_id.startswith(PAYOUT)))
                .group_by(*place)
            )
            for account, code, number in self._rows(query):
                found[accounts[account], code] = number
        return found

    def standing(self) -> Standing:
        """How payouts stand now."""
        bounced = self.bounced()
        keys = {(each.merchant, each.currency) for each in bounced}
        return standing(bounced, self.deeds(), self.paid(keys))

    def _rows(self, query: Any) -> list[Any]:
        with reading(self._engine) as reader:
            return list(reader.execute(query))


def _parted(names: Collection[str]) -> Iterator[list[str]]:
    wanted = sorted(names)
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]


def rows_of_sheet(sheet: BankSheet) -> Sequence[tuple[Table, list[tuple[Any, ...]]]]:
    """The rows of each table; the fields of the Structs are its columns, in their order."""
    number = sheet.entry.number
    journals = dict.fromkeys(posting.journal_id for posting in sheet.postings)
    return [
        (BANK, [(*astuple(sheet.entry), sheet.content)]),
        (
            BANK_LINES,
            [(number, place, *astuple(line)) for place, line in enumerate(sheet.lines, 1)],
        ),
        (BANK_POSTINGS, [(number, *astuple(posting)) for posting in sheet.postings]),
        # Behind their postings: what is sealed must sum to zero by then.
        (BANK_JOURNALS, [(number, name, sheet.entry.because) for name in journals]),
    ]
