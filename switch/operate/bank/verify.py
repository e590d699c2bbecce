"""Goes through what the books hold of banks: entries, lines, postings, transfers ordered."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from xml.etree.ElementTree import ParseError

from ...settlement.entries import DEEDS, BankSheet, bank_head
from ...settlement.ledger import merchant_payable, unbalanced
from ...store.booking import transfers_in
from ...store.books import BooksReading
from ...store.tables import TRANSFERS


def altered_bank(books: BooksReading) -> Iterator[str]:
    """What of it is not as it was booked, one sentence each."""
    head = ""
    for entry in books.entries():
        head = bank_head(head, entry.sha256)
        sheet = books.sheet(entry)
        yield from _altered_sheet(sheet, head)
        if books.places(entry.number) != [*range(1, len(sheet.lines) + 1)]:
            yield f"{entry.name}: its lines do not have the numbers that they were booked by"
        sealed = dict.fromkeys((line.journal_id for line in sheet.postings), entry.because)
        if books.sealed(entry.number) != sealed:
            yield f"{entry.name}: its journals are not those that it has sealed, or not for that"
        if entry.kind in DEEDS:
            yield from _altered_deed(sheet, books)
    for close in books.closes():
        yield from _altered_transfers(books, close.business_date)


def _altered_sheet(sheet: BankSheet, head: str) -> Iterator[str]:
    entry = sheet.entry
    if sheet.computed() != entry.sha256:
        yield f"{entry.name}: entry, line or posting is not what was booked"
    if entry.kind not in DEEDS and sha256(sheet.content).hexdigest() != entry.content_sha256:
        yield f"{entry.name} is not the file that was taken"
    if entry.head != head:
        yield f"{entry.name} is not chained to the entry before it"
    for name in unbalanced(sheet.postings):
        yield f"{entry.name}: journal {name} does not sum to zero"


def _altered_deed(sheet: BankSheet, books: BooksReading) -> Iterator[str]:
    """Whether it has booked what it says; of a movement, what the sub-ledger says of that."""
    entry = sheet.entry
    moved = {(line.account, line.currency): line.amount for line in sheet.postings}
    wanted = {(entry.debit, entry.currency): entry.amount}
    wanted |= {(entry.credit, entry.currency): -entry.amount}
    if moved != (wanted if entry.amount else {}):
        yield f"{entry.name}: it has booked something else than it says"
    if entry.kind == "clear":
        found = books.movement(entry.reference)
        about = found and (merchant_payable(found.merchant), found.currency, found.amount)
        if about != (entry.debit, entry.currency, entry.amount):
            yield f"{entry.name}: no movement {entry.reference} of that account comes to that"


def _altered_transfers(books: BooksReading, label: str) -> Iterator[str]:
    try:
        ordered = {each.reference: each for each in transfers_in(label, books.files(label))}
    except ParseError:
        yield f"the order of {label} in the books cannot be read"
        return
    booked = books.transfers(TRANSFERS.c.business_date == label)
    there = {each.reference: each for each in booked}
    for reference in sorted(ordered.keys() | there.keys()):
        if ordered.get(reference) != there.get(reference):
            yield f"transfer {reference} is not what the order of {label} says"
