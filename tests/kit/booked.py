"""Books, and the journal that they are made from, closed day by day by what settlement runs."""

from collections.abc import Callable, Sequence

from cardswitch.switch.settlement.close import DayClose, close_day
from cardswitch.switch.settlement.parties import MerchantAccount
from cardswitch.switch.settlement.payouts import payouts
from cardswitch.switch.store.booking import Booking
from cardswitch.switch.store.books import Books
from cardswitch.switch.store.reader import JournalReader

from .derivations import day_of
from .histories import ACQUIRER, DAYS, LATER_S, MERCHANTS, History, JournalFile


class Ledger:
    """A journal at *journal*, and the books at *books*: two files, or one server, or apart."""

    def __init__(self, books: str, journal: str) -> None:
        self.url = books
        self.history = History()
        self.books = Books(books)
        self._journal = journal
        self._file: JournalFile | None = JournalFile(journal)

    def close_day(
        self,
        label: str = DAYS[0],
        merchants: Sequence[MerchantAccount] = MERCHANTS,
        then: Callable[[Booking], None] = lambda _: None,
    ) -> DayClose:
        """Close the day *label*, as the history is by now; *then* before it is recorded."""
        rows = self.history.rows
        assert self._file is not None
        self._file.write(rows)
        day = day_of(rows, label)
        closes, opening = self.books.closes(), self.books.balances()
        with self.books.booking(JournalReader(self._journal), day.sequence) as booking:
            totals = booking.book(day, closes[-1].read_to if closes else 0, len(rows))
            paid = payouts(label, totals, merchants, ACQUIRER, opening)
            made = close_day(
                day,
                totals,
                paid,
                ACQUIRER,
                opening,
                read_to=len(rows),
                closed_at=day.ends_at + LATER_S,
            )
            then(booking)
            booking.record(made)
        return made

    def end(self) -> None:
        """Let go of both."""
        self.books.close()
        if self._file is not None:
            self._file.close()
            self._file = None
