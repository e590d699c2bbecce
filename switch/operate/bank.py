"""Holds files of a bank against the orders in the books; nothing is booked by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from cardswitch.specs.errors import Error, FormatError
from cardswitch.specs.masking import printable

from ..settlement.formats.camt053 import Statement, read_statements
from ..settlement.formats.from_bank import message_of
from ..settlement.formats.orders import Ordered, read_order
from ..settlement.formats.pain002 import read_status
from ..settlement.matching import Matched, Matcher
from ..store.books import BooksReader
from .config import SettlementConfig


class Answers(Struct, frozen=True):
    """What a bank's files come to."""

    matched: tuple[Matched, ...]
    faults: tuple[str, ...]  # what does not add up in them, or came twice

    @property
    def is_settled(self) -> bool:
        """Whether all was booked as it was ordered."""
        return not self.faults and all(each.outcome == "booked" for each in self.matched)


def match(settlement: SettlementConfig, files: Mapping[str, bytes]) -> Answers:
    """Every line of *files*, by name, pain.002 and camt.053, in their order, with its outcome.

    At last what of ours should have been booked by the last day that they tell of. Raises Error (a
    file is neither, no day was closed yet).
    """
    books = BooksReader(settlement.books)
    matcher = Matcher(_ordered(books), {})
    matched: list[Matched] = []
    faults: list[str] = []
    read: set[str] = set()
    until = ""
    for name, content in files.items():
        try:
            if message_of(content) == "pain.002.001":
                matched += matcher.status(read_status(content))
                continue
            statements = read_statements(content)
        except FormatError as error:
            raise Error(f"{name}: {error}") from None
        for each in _new(statements, read, faults):
            matched += matcher.statement(each)
            faults += [f"{name}: {fault}" for fault in each.faults]
            until = max(until, each.until)
    return Answers((*matched, *matcher.missing(until)), tuple(faults))


def _new(statements: Iterable[Statement], read: set[str], faults: list[str]) -> Iterator[Statement]:
    for each in statements:
        if each.name in read:
            faults.append(f"statement {printable(each.name, 80)} was read before, and is left out")
        else:
            read.add(each.name)
            yield each


def _ordered(books: BooksReader) -> Iterator[Ordered]:
    for close in books.closes():
        for name, content in books.files(close.business_date).items():
            if name.endswith(".xml"):
                yield from read_order(close.business_date, content)
