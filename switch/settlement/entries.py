"""What the books remember of banks and people, entry by entry, each chained to the one before."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any, Final, get_args

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict, astuple, replace

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from .ledger import Posting
from .matching import Matched
from .standing import DeedKind

DEEDS: Final = frozenset(get_args(DeedKind))
WORDS_MAX: Final = 200  # of a reason; and of names, which a bank has given or a person
MESSAGE_MAX: Final = 240
_MOVING: Final = ("debit", "credit", "amount")
Words = Annotated[str, Meta(max_length=WORDS_MAX)]


class BankEntry(Struct, frozen=True, kw_only=True):
    """A file of a bank that was taken, or what a person has decided on payouts.

    The journal keeps all of it but the content of the file, so that lost books can be made anew.
    """

    number: int
    closes: int  # how many days were closed by then
    at: Seconds
    kind: Words  # status, statement, notice, hold, release, retry, correct, clear
    name: Words  # of the file
    message: Annotated[str, Meta(max_length=MESSAGE_MAX)]  # what the bank calls it
    content_sha256: Words
    merchant: Words = ""  # that a decision is about
    currency: Words = ""
    reference: Words = ""
    by: Words = ""
    because: Words = ""
    debit: Words = ""  # of a correction: the account that ``amount`` comes to
    credit: Words = ""  # ... and the one that it leaves
    amount: int = 0  # minor units; below zero where what is taken out of suspense was undone
    sha256: Words = ""  # over this and what follows from it
    head: Words = ""  # chained over all entries up to this one


class BankSheet(Struct, frozen=True, kw_only=True):
    """An entry with all that belongs to it."""

    entry: BankEntry
    content: bytes = b""
    lines: tuple[Matched, ...] = ()
    postings: tuple[Posting, ...] = ()

    def computed(self) -> str:
        """Its SHA-256, over what it holds now."""
        content = [
            _hashed(self.entry),
            sha256(self.content).hexdigest(),
            [astuple(line) for line in self.lines],
            sorted(astuple(posting) for posting in self.postings),
        ]
        return sha256(msgspec.json.encode(content)).hexdigest()


def _hashed(entry: BankEntry) -> list[Any]:
    """What of it is hashed: that of one which moves nothing is what it was before any did."""
    about = asdict(replace(entry, sha256="", head=""))
    is_moving = any(about[name] for name in _MOVING)
    return [about[name] for name in about if is_moving or name not in _MOVING]


def bank_head(before: str, entry_sha256: str) -> str:
    """All entries up to one as one SHA-256, chained: *before* is that of the entry before it."""
    return sha256(f"{before}:{entry_sha256}".encode()).hexdigest()


def numbered(sheet: BankSheet, entries: Sequence[BankEntry]) -> BankSheet:
    """*sheet* as the one behind *entries*. Raises Error if it has the number of another one."""
    number = len(entries) + 1
    if number != sheet.entry.number:
        raise Error(f"entry {sheet.entry.number} cannot be booked: the next one is {number}")
    digest = sheet.computed()
    head = bank_head(entries[-1].head if entries else "", digest)
    return replace(sheet, entry=replace(sheet.entry, sha256=digest, head=head))
