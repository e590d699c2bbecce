"""What has changed a merchant's balance: movements, deposits, what came back, what was charged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final, TypeVar

from cardswitch.gateway.core.things.payouts import Place
from cardswitch.gateway.money import (
    CAME_BACK,
    CHARGED,
    CORRECTED,
    DEPOSITED,
    MOVED,
    Between,
    Entry,
    Fee,
    FeeKind,
)
from cardswitch.switch.settlement.deeds.corrections import deed_journal
from cardswitch.switch.settlement.formats.orders import Ordered
from cardswitch.switch.settlement.ledger import merchant_payable
from cardswitch.switch.settlement.standing import Bounced
from cardswitch.switch.store import merchant as movements
from cardswitch.switch.store.books import BooksReader, Close
from cardswitch.switch.store.fees.reading import TakenFee
from cardswitch.switch.store.reader import JournalReader
from cardswitch.switch.store.tables import TRANSFERS
from cardswitch.wire.ports import Seconds

T = TypeVar("T")
AT_ONCE: Final = 500  # references, or movements, of one query: SQLite takes 999 values or more


class Deposits:
    """The transfers to one merchant, in their order, and what of them came back."""

    def __init__(self, books: BooksReader, merchant: str) -> None:
        self._books = books
        self._merchant = merchant
        ordered = books.transfers(TRANSFERS.c.merchant == merchant)
        self._bounced = [each for each in books.bounced() if each.merchant == merchant]
        # Read behind what they have ordered: one that is made meanwhile lacks nothing.
        self.closes = {close.business_date: close for close in books.closes()}
        self._ordered = sorted(ordered, key=lambda each: (self._close(each).number, each.reference))

    def __iter__(self) -> Iterator[tuple[Ordered, Close, Place]]:
        """Each, by which close, and its place."""
        for number, each in enumerate(self._ordered):
            close = self._close(each)
            yield each, close, (close.read_to, DEPOSITED, number)

    def back(self) -> Iterator[tuple[Bounced, Place]]:
        """Each that came back, and the place of that: behind the last close before it."""
        read_to = {close.number: close.read_to for close in self.closes.values()}
        for number, each in enumerate(self._bounced):
            yield each, (read_to[each.closes], CAME_BACK, number)

    def entries(self) -> Iterator[Entry]:
        """All of it as entries."""
        for each, close, place in self:
            yield _deposit(each, -each.amount, close.closed_at, place)
        at = {entry.number: entry.at for entry in self._books.entries()}
        for back, place in self.back():
            yield _deposit(back, back.amount, at[back.number], place)
        yield from self._charges()
        yield from self._corrections()

    def _charges(self) -> Iterator[Entry]:
        """What was taken of deposits, or given back with them, by the close that did it.

        Fees of movements are told with these.
        """
        charges = self._books.all_charges(merchant=self._merchant)
        for number, each in enumerate(charge for charge in charges if charge.is_net):
            if each.kind == "fees":
                continue
            close = self.closes[each.business_date]
            yield Entry(
                place=(close.read_to, CHARGED, number),
                kind=each.kind,
                currency=each.currency,
                amount=-each.amount,
                at=close.closed_at,
                available_on=close.closed_at,
                is_booked=True,
                reference=each.journal_id,
            )

    def _corrections(self) -> Iterator[Entry]:
        """What people have booked to what it is owed, behind the last close before that."""
        read_to = {0: 0, **{close.number: close.read_to for close in self.closes.values()}}
        account = merchant_payable(self._merchant)
        for each in self._books.entries():
            if each.amount and account in (each.debit, each.credit):
                yield Entry(
                    place=(read_to[each.closes], CORRECTED, each.number),
                    kind=each.kind,
                    currency=each.currency,
                    amount=each.amount if account == each.credit else -each.amount,
                    at=each.at,
                    available_on=each.at,
                    is_booked=True,
                    reference=deed_journal(each),
                )

    def _close(self, each: Ordered) -> Close:
        return self.closes[each.business_date]


def entries_of(
    merchant: str, between: Between, journal: JournalReader, books: BooksReader | None
) -> list[Entry]:
    """The entries of *merchant* that are meant, newest first. Raises Error."""
    deposits = Deposits(books, merchant) if books is not None else None
    found = [] if deposits is None else [*deposits.entries()]
    found = [each for each in found if between.has(each.place, each.at)]
    moved = movements.movements_of(journal, merchant, _rows(between))
    found += _entries(moved, journal, books, deposits)
    found.sort(key=lambda each: each.place, reverse=True)
    return found[-between.size :] if between.above is not None else found[: between.size]


def entries_named(
    merchant: str, references: Sequence[str], journal: JournalReader, books: BooksReader | None
) -> list[Entry]:
    """The movements of *merchant* whose field 37 is one of *references*. Raises Error."""
    deposits = Deposits(books, merchant) if books is not None else None
    found: list[movements.MerchantMovement] = []
    for some in _pieces(sorted(set(references))):
        rows = movements.Between(size=None, rrns=tuple(some))
        found += movements.movements_of(journal, merchant, rows)
    found.sort(key=lambda each: each.sequence, reverse=True)
    return [*_entries(found, journal, books, deposits)]


def _entries(
    found: Sequence[movements.MerchantMovement],
    journal: JournalReader,
    books: BooksReader | None,
    deposits: Deposits | None,
) -> Iterator[Entry]:
    """The movements *found* as entries, with what the books say of them."""
    booked: dict[int, str] = {}
    fees: dict[int, tuple[Fee, ...]] = {}
    for some in _pieces([each.sequence for each in found]):
        if books is None:
            break
        booked |= {n: batch.business_date for n, batch in books.batch_of(some).items()}
        fees |= {each.sequence: _fees(each) for each in books.fees_taken(some)}
    closes = deposits.closes if deposits is not None else {}
    ends_at = _ends_at(journal, closes)
    for each in found:
        close = closes.get(booked.get(each.sequence, ""))
        yield Entry(
            place=(each.sequence, MOVED, 0),
            kind=each.kind,
            currency=each.currency,
            amount=each.amount,
            at=each.at,
            available_on=close.closed_at if close is not None else ends_at,
            is_booked=close is not None,
            reference=each.rrn,
            channel=each.channel,
            fees=fees.get(each.sequence, ()),
        )


def _pieces(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    """*wanted* in pieces that one query takes."""
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]


def _fees(taken: TakenFee) -> tuple[Fee, ...]:
    """The parts of a fee that are not nothing: what others get, where the merchant pays it too."""
    passed = (taken.interchange, taken.scheme) if taken.is_plus else (0, 0)
    parts: tuple[tuple[FeeKind, int], ...]
    parts = (("interchange", passed[0]), ("scheme", passed[1]), ("own", taken.fee - sum(passed)))
    rate = f"{taken.version}, rate {taken.place}"
    return tuple(Fee(kind=kind, amount=amount, rate=rate) for kind, amount in parts if amount)


def _rows(between: Between) -> movements.Between:
    """The rows whose movements are meant."""
    until = None
    if between.below is not None:
        row, step, number = between.below
        until = row if (step, number) > (MOVED, 0) else row - 1
    return movements.Between(
        size=between.size,
        above=between.above[0] if between.above is not None else None,
        until=until,
        since=between.since,
        before=between.before,
    )


def _ends_at(journal: JournalReader, closed: Collection[str]) -> Seconds:
    """When the first day ends that is still to be closed."""
    days = [day for day in journal.days() if day.label not in closed]
    return days[0].ends_at if days else 0.0


def _deposit(each: Ordered | Bounced, amount: int, at: Seconds, place: Place) -> Entry:
    return Entry(
        place=place,
        kind="payout",
        currency=each.currency,
        amount=amount,
        at=at,
        available_on=at,
        is_booked=True,
        reference=each.reference,
    )
