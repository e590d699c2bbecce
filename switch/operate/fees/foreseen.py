"""What the day that runs would be charged so far: as its close would, of which nothing is kept."""

from __future__ import annotations

from contextlib import closing
from tempfile import TemporaryDirectory

from cardswitch.wire.store.database import InUse, Missing

from ...settlement.days import BankDay
from ...settlement.fees.charges import Charge
from ...store.books import Books, BooksReader
from ...store.reader import JournalReader
from ..config import SettlementConfig
from .charging import charge


class _SeenError(Exception):
    """Ends the transaction: all that was booked for a look is rolled back."""


def foreseen(
    journal: JournalReader, settlement: SettlementConfig, day: BankDay, after: int
) -> tuple[Charge, ...] | None:
    """What a close of *day* by now would charge; None while another settlement has the books.

    The close before it has read up to row *after*. Raises ConfigError or Error.
    """
    try:
        earlier = BooksReader(settlement.books).all_charges()
        if not settlement.fees and not earlier:
            return ()
        return _foreseen(journal, settlement, day, after, settlement.books)
    except Missing:  # Nothing was ever closed: books of an hour, which nobody sees.
        if not settlement.fees:
            return ()
        with TemporaryDirectory() as folder:
            return _foreseen(journal, settlement, day, after, f"sqlite:///{folder}/books.db")
    except InUse:
        return None


def _foreseen(
    journal: JournalReader, settlement: SettlementConfig, day: BankDay, after: int, url: str
) -> tuple[Charge, ...]:
    found: tuple[Charge, ...] = ()
    with closing(Books(url)) as books:
        try:
            with books.booking(journal, day.sequence) as booking:
                totals = booking.book(day, after, journal.head()[0])
                found = charge(booking, day.label, totals, settlement).charges
                raise _SeenError
        except _SeenError:
            return found
