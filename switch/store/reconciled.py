"""The batches that terminals have closed, as the journal tells: what was compared, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from msgspec import Struct
from sqlalchemy import ColumnElement, select

from cardswitch.specs.codes import APPROVED
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.totals import (
    BY_DAY,
    IN_BALANCE,
    SETTLEMENT_CODE,
    Totals,
    read_days,
    read_totals,
    total,
)
from cardswitch.wire.ports import Seconds

from ..core.flows.batches import CURRENCY, Counted, counted_in
from ..core.row import Row, answer_beside, beside, fields_of
from .reader import JournalReader
from .tables import JOURNAL

RECONCILIATION: Final = "reconciliation"
UPLOAD: Final = "upload"


class Item(Struct, frozen=True, kw_only=True):
    """An item in which a terminal and the journal differ; 0 where one of them has none of it."""

    kind: str
    rrn: str
    original: int  # its leg here, if there is one
    here: int  # minor units
    there: int  # at the terminal


class Reconciled(Struct, frozen=True, kw_only=True):
    """What one 0500, or 0520, came to."""

    leg: int
    at: Seconds
    source: str
    merchant: str
    terminal: str
    batch: int
    currency: str  # ISO 4217 numeric
    code: str
    is_balanced: bool
    there: Totals  # what the terminal counts
    days: Mapping[str, Totals]  # what is here, by bank day
    items: tuple[Item, ...] = ()  # once they were compared: those that differ

    @property
    def is_closed(self) -> bool:
        """Whether the batch was closed by it."""
        return self.code == APPROVED

    @property
    def here(self) -> Totals:
        """What is here, all days together."""
        return total(self.days.values())


def reconciled(journal: JournalReader, limit: int, terminal: str = "") -> list[Reconciled]:
    """The last *limit* of them, oldest first; only those of *terminal*, if one is given.

    What was refused and never compared is none of them, and takes no place of theirs.
    """
    query = select(JOURNAL).where(JOURNAL.c.kind == RECONCILIATION)
    if terminal:
        query = query.where(JOURNAL.c.terminal == terminal)
    newest = journal.select(query.order_by(JOURNAL.c.sequence.desc()))
    rows = [*islice(filter(_is_compared, newest), limit)]
    return [_reconciled(journal, row) for row in reversed(rows)]


def _is_compared(row: Row) -> bool:
    return SETTLEMENT_CODE in answer_beside(row)


def _reconciled(journal: JournalReader, row: Row) -> Reconciled:
    said, fields = answer_beside(row), fields_of(row)
    is_balanced = said[SETTLEMENT_CODE] == IN_BALANCE
    has_items = row.code == APPROVED and not is_balanced
    return Reconciled(
        leg=row.leg,
        at=row.at,
        source=row.source,
        merchant=row.merchant,
        terminal=row.terminal,
        batch=int(beside(row).get("batch", 0)),
        currency=fields.get(CURRENCY, ""),
        code=row.code,
        is_balanced=is_balanced,
        there=read_totals(Message(row.mti, fields)),
        days=read_days(said.get(BY_DAY, "")),
        items=tuple(_items(journal, row)) if has_items else (),
    )


def _items(journal: JournalReader, row: Row) -> Iterator[Item]:
    """In which items the terminal of *row*, which closes its batch, differs."""
    since = _closed_before(journal, row)
    currency = fields_of(row)[CURRENCY]
    uploads = _rows(journal, row, since, JOURNAL.c.kind == UPLOAD)
    newest = {beside(each).get("names", ""): each for each in uploads if each.currency == currency}
    of_money = JOURNAL.c.kind.in_([name for name, kind in KINDS.all.items() if kind.sign])
    begun = _rows(journal, row, since, of_money, JOURNAL.c.identity != "")
    steps = [step for first in begun for step in journal.steps_of(first.leg)]
    legs = {each.leg: each for each in counted_in(steps)}
    rrns = {step.leg: step.rrn for step in steps if step.rrn}
    named = set()
    for each in newest.values():
        if not (item := beside(each).get("item")):
            continue
        named.add(each.original)
        if each.code != APPROVED:
            here = int(answer_beside(each).get(4, "0"))
            yield Item(
                kind=item, rrn=each.rrn, original=each.original, here=here, there=each.amount
            )
    yield from _not_there(legs.values(), named, currency, rrns)


def _not_there(
    legs: Iterable[Counted], named: set[int], currency: str, rrns: Mapping[int, str]
) -> Iterator[Item]:
    for leg in legs:
        if leg.owed and leg.currency == currency and leg.leg not in named:
            rrn = rrns.get(leg.leg, "")
            yield Item(kind=leg.kind, rrn=rrn, original=leg.leg, here=abs(leg.owed), there=0)


def _closed_before(journal: JournalReader, row: Row) -> int:
    """The row that closed the batch before that of *row*; 0 if there is none."""
    batch, currency = beside(row).get("batch"), fields_of(row).get(CURRENCY)
    for each in reversed(_rows(journal, row, 0, JOURNAL.c.kind == RECONCILIATION)):
        is_of_this = beside(each).get("batch") == batch and fields_of(each)[CURRENCY] != currency
        if each.code == APPROVED and not is_of_this:
            return each.sequence
    return 0


def _rows(
    journal: JournalReader, row: Row, since: int, *conditions: ColumnElement[bool]
) -> list[Row]:
    """The rows of the same terminal between *since* and *row* that fulfil *conditions*."""
    c = JOURNAL.c
    same = (c.source == row.source, c.terminal == row.terminal, c.merchant == row.merchant)
    between = (c.sequence > since, c.sequence < row.sequence)
    query = select(JOURNAL).where(*same, *between, *conditions).order_by(c.sequence)
    return list(journal.select(query))
