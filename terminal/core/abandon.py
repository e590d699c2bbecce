"""A person's word, which ends what a terminal owes."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.errors import Error
from cardswitch.specs.masking import holds_pan
from cardswitch.wire.ports import Seconds

from .entries import SaleAbandoned
from .errors import NotReady
from .state import Book

BECAUSE_MAX: Final = 200  # characters: a sentence or two, and one line of a report


def abandoned(book: Book, because: str, now: Seconds) -> list[SaleAbandoned]:
    """End by a person's word, *because*, whatever reversal the terminal of *book* still owes.

    Raises NotReady if there is none, and Error if *because* says nothing, or what nobody may keep.
    """
    if not because.strip() or len(because) > BECAUSE_MAX or holds_pan(because):
        raise Error(
            f"because: say in 1 to {BECAUSE_MAX} characters what you know, without a card number:"
            " the journal keeps it"
        )
    entries: list[SaleAbandoned] = []
    while (key := book.unsettled_key) is not None and book.sales[key].outcome.moves_money:
        entries.append(SaleAbandoned(now, key, because))
        book = book.with_entry(entries[-1])
    if not entries:
        raise NotReady("nothing to abandon: no reversal is pending")
    return entries
