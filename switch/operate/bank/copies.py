"""Copies of the files that were taken of banks: should the books be lost, they are taken again."""

from __future__ import annotations

from typing import Final

from ...settlement.entries import DEEDS, BankEntry, BankSheet
from ...store.books import BooksReading

TAKEN: Final = "taken"  # the folder of the copies, below that of deposits


def kept_name(entry: BankEntry) -> str:
    """What the copy of a bank's file is called."""
    return f"{entry.number:06d}-{entry.kind}-{entry.content_sha256[:12]}"


def kept_file(sheet: BankSheet) -> dict[str, bytes]:
    """By name, the copy of what *sheet* was taken from; nothing for a decision."""
    return {} if sheet.entry.kind in DEEDS else {kept_name(sheet.entry): sheet.content}


def taken_files(books: BooksReading) -> dict[str, bytes]:
    """By name, all copies that should lie there."""
    return {
        name: content
        for entry in books.entries()
        for name, content in kept_file(books.sheet(entry)).items()
    }
