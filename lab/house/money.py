"""What the books of a house say of a merchant: owed, still to be booked, and deposited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from cardswitch.gateway.core.things.payouts import Batch, DayClosed, Owed, Payout, Place
from cardswitch.gateway.money import Between, Entry, Mark, Money
from cardswitch.switch.operate.config import SettlementConfig, SwitchConfig
from cardswitch.switch.settlement.formats.orders import Ordered
from cardswitch.switch.settlement.standing import Bounced
from cardswitch.switch.settlement.totals import BatchTotals
from cardswitch.switch.store.books import BooksReader, Close
from cardswitch.switch.store.reader import JournalReader
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import Missing

from .entries import Deposits, entries_named, entries_of
from .programs import Runs, settlements_of

LOOKS_MAX: Final = 5  # Nobody closes so many days in the time of one look.


def money_of(house: Runs) -> Money | None:
    """The books of *house*, if it has a switch and settles."""
    settlements = settlements_of(house)
    if house.switch is None or not settlements:
        return None
    return LabMoney(house.switch, settlements)


class LabMoney:
    """Reads the journal of the switch and the books, also while they are written.

    Of a merchant the books of that acquirer are read who settles what it sells now.
    """

    def __init__(self, switch: SwitchConfig, settlements: Sequence[SettlementConfig]) -> None:
        self._switch = switch
        self._settlements = settlements
        self._of = {name: each for each in settlements for name in each.merchant_ids}

    def mark(self) -> Mark:
        """See :class:`~cardswitch.gateway.money.Money`."""
        found = [books.mark() for each in self._settlements if (books := _books(each)) is not None]
        return sum(closes for closes, _ in found), sum(entries for _, entries in found)

    def closes(self, merchant: str, since: Seconds) -> list[DayClosed]:
        """See :class:`~cardswitch.gateway.money.Money`."""
        books = self._books(merchant)
        booked = books.batches_of(merchant, since) if books is not None else {}
        return [
            DayClosed(business_date=day, at=at, batches=_summed(batches))
            for (day, at), batches in booked.items()
        ]

    def balance(self, merchant: str) -> list[Owed]:
        """See :class:`~cardswitch.gateway.money.Money`."""
        for _ in range(LOOKS_MAX):
            books = self._books(merchant)
            closes = books.closes() if books is not None else []
            available = books.payable(merchant) if books is not None else {}
            pending = self._pending(merchant, closes)
            # A close in between has booked what was pending: look again.
            if books is None or len(books.closes()) == len(closes):
                break
        return [
            Owed(currency=code, available=available.get(code, 0), pending=pending[code])
            for code in sorted(available.keys() | pending.keys())
        ]

    def payouts(self, merchant: str) -> list[Payout]:
        """See :class:`~cardswitch.gateway.money.Money`."""
        books = self._books(merchant)
        if books is None:
            return []
        deposits = Deposits(books, merchant)
        back = {each.reference: (each, place) for each, place in deposits.back()}
        transfers = list(deposits)
        told = books.told({each.reference for each, _, _ in transfers})
        payouts = [
            _payout(each, close, place, "booked" in told.get(each.reference, ()))
            for each, close, place in reversed(transfers)
        ]
        return [
            _failed(each, *back[each.reference]) if each.reference in back else each
            for each in payouts
        ]

    def entries(self, merchant: str, between: Between) -> list[Entry]:
        """See :class:`~cardswitch.gateway.money.Money`."""
        journal = self._journal(merchant)
        with journal.snapshot():
            return entries_of(merchant, between, journal, self._books(merchant))

    def named(self, merchant: str, references: Sequence[str]) -> list[Entry]:
        """See :class:`~cardswitch.gateway.money.Money`."""
        journal = self._journal(merchant)
        with journal.snapshot():
            return entries_named(merchant, references, journal, self._books(merchant))

    def _settles(self, merchant: str) -> SettlementConfig:
        return self._of.get(merchant, self._settlements[0])

    def _books(self, merchant: str) -> BooksReader | None:
        return _books(self._settles(merchant))

    def _journal(self, merchant: str) -> JournalReader:
        return JournalReader(self._switch.database, self._settles(merchant).name)

    def _pending(self, merchant: str, closes: list[Close]) -> Counter[str]:
        """By currency, what closes to come will book of what the journal has by now."""
        journal = self._journal(merchant)
        labels = [close.business_date for close in closes]
        read_to = closes[-1].read_to if closes else 0
        found: Counter[str] = Counter()
        with journal.snapshot():
            days = [day for day in journal.days() if day.label not in labels]
            for number, day in enumerate(days):
                # What came late of days before, the next close books.
                late_of = () if number else labels
                for batch in journal.batches(day, late_of, read_to):
                    if batch.merchant == merchant:
                        found[batch.currency] += batch.amount
        return found


def _books(settlement: SettlementConfig) -> BooksReader | None:
    """The books, once a day was closed."""
    try:
        return BooksReader(settlement.books)
    except Missing:
        return None


def _summed(batches: Iterable[BatchTotals]) -> tuple[Batch, ...]:
    """*batches* by channel, currency and kind, whichever terminal and day they are of."""
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for each in batches:
        key = (each.channel, each.currency, each.kind)
        count, amount = sums.get(key, (0, 0))
        sums[key] = (count + each.count, amount + each.amount)
    return tuple(
        Batch(channel=channel, currency=code, kind=kind, count=count, amount=amount)
        for (channel, code, kind), (count, amount) in sorted(sums.items())
    )


def _payout(each: Ordered, close: Close, place: Place, is_booked: bool) -> Payout:
    return Payout(
        reference=each.reference,
        business_date=each.business_date,
        currency=each.currency,
        amount=each.amount,
        at=close.closed_at,
        execution=each.execution,
        account=each.iban,
        place=place,
        status="paid" if is_booked else "in_transit",
    )


def _failed(payout: Payout, back: Bounced, place: Place) -> Payout:
    return replace(payout, status="failed", back=place, code=back.code, because=back.reason)
