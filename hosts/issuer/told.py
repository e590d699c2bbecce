"""What the issuer is told of its cards, and not about money: its stop list, and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cardswitch.specs.codes import APPROVED, CARD_UNKNOWN, UNKNOWN_ORIGINAL
from cardswitch.specs.masking import printable, star_pans
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.card_files import ADD, DELETE
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.ports import LinkId

from .books import IssuerBooks
from .config import CardConfig
from .entries import CardListed

TEXT: Final = 104


class Told:
    """No card is verified: one that may not be used is the first to be told of."""

    def __init__(
        self,
        desk: Desk,
        books: IssuerBooks,
        record_of: Callable[[str], CardConfig | None],
        write: Callable[[CardListed], None],
    ) -> None:
        """*record_of* finds the card of a number."""
        self._desk = desk
        self._books = books
        self._record_of = record_of
        self._write = write

    @staticmethod
    def takes(terms: Terms) -> bool:
        """Whether what *terms* ask for is not about paying."""
        return not KINDS.named(terms.kind).processing

    def take(self, link: LinkId, request: Message, terms: Terms, pan: str) -> str:
        """Do what *request* says of the card *pan*; the code of the answer."""
        record = self._record_of(pan)
        if record is None:
            return CARD_UNKNOWN
        if not terms.part:
            self._desk.tell("report", link, printable(star_pans(request[TEXT])))
            return APPROVED
        is_listed = record.id in self._books.listed
        if terms.part != ADD and not is_listed:
            return UNKNOWN_ORIGINAL
        if terms.part in (ADD, DELETE) and is_listed != (terms.part == ADD):
            self._write(CardListed(card=record.id, is_listed=terms.part == ADD))
        return APPROVED
