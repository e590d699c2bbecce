"""How many files of the ACH were made on a day: those of one day are told apart by a letter."""

from __future__ import annotations

from cardswitch.specs.dates import CutOff, card_date
from cardswitch.wire.ports import Seconds

from ...settlement.ach.parties import CURRENCY
from ...store.books import BooksReading
from ..config import SettlementConfig


def ach_before(books: BooksReading, settlement: SettlementConfig, at: Seconds) -> int:
    """Those of the day of the instant *at*, by the closes that have made them."""
    if settlement.acquirer.ach is None:
        return 0
    midnight = CutOff("00:00", settlement.acquirer.cut_off(CURRENCY).zone)
    return books.ach_files(midnight.starts_at(midnight.business_date(at)))


def ach_before_again(books: BooksReading, settlement: SettlementConfig, at: Seconds) -> int:
    """The same, by the names of the orders in the books."""
    if settlement.acquirer.ach is None:
        return 0
    return books.ach_orders(card_date(at, settlement.acquirer.cut_off(CURRENCY).zone))
