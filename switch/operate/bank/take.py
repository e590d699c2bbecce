"""Takes the files of a bank into the books, each once and whole, and books what people decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error, FormatError
from cardswitch.specs.masking import printable
from cardswitch.wire.operator.files import staged_files
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.disk import user_name

from ...settlement.answers import Answer, answer_postings, read_answer
from ...settlement.deeds.corrections import deed_sheet
from ...settlement.entries import BankEntry, BankSheet
from ...settlement.ledger import require_balance
from ...settlement.matching import Matched, Matcher, overdue
from ...settlement.standing import DeedKind
from ...store.books import BooksReading
from ..deeds import refuse_cards_in
from ..settle import Settling
from .copies import TAKEN, kept_file

NAME_MAX: Final = 100  # of a file, as the books keep it
SUFFIXES: Final = frozenset((".xml", ".bai", ".bai2", ".ach"))  # of files that may be a bank's
AT_ONCE: Final = 100  # files that are taken of a folder in one go
Stamp = tuple[int, int]  # size of a file, and when it was written last: another one, another file


class Taken(Struct, frozen=True, kw_only=True):
    """What became of one file of a bank."""

    name: str
    state: str  # taken, taken before, refused
    matched: tuple[Matched, ...] = ()
    missing: tuple[Matched, ...] = ()  # of ours, what it should have told of
    faults: tuple[str, ...] = ()  # why it was refused: nothing of it is booked

    @property
    def is_settled(self) -> bool:
        """Whether all was booked as it was ordered."""
        is_all_booked = all(each.outcome == "booked" for each in self.matched)
        return is_all_booked and not (self.faults or self.missing)

    @property
    def summary(self) -> str:
        """How many lines have which outcome, in one line."""
        counts = Counter(each.outcome for each in (*self.matched, *self.missing))
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        return "; ".join(self.faults) or told or "nothing booked or rejected"


def take(opened: Settling, files: Mapping[str, bytes]) -> Iterator[Taken]:
    """Book *files* of a bank, by name, in their order: pain.002, camt.053, camt.054, BAI2, ACH.

    A file is taken once, whole or not at all; what a line of it comes to is in the books, and the
    journal names the file. Raises Error if nothing can be booked.
    """
    for name, content in files.items():
        try:
            answer = read_answer(content)
        except FormatError as error:
            yield Taken(name=name, state="refused", faults=(str(error),))
            continue
        yield _taken(opened, name, content, answer)


def take_new(opened: Settling, seen: dict[str, Stamp]) -> Iterator[Taken]:
    """Book the first AT_ONCE files in the folder of answers that are new.

    *seen* has, by path, what was refused or taken before: it is no more new while it is as it was.
    It grows here. Raises Error if there is no folder, or nothing can be booked.
    """
    stamps = _new(opened, seen)
    for taken in take(opened, _read(stamps)):
        if taken.state != "taken":
            seen[taken.name] = stamps[taken.name]
        yield taken


def take_all_new(opened: Settling) -> Iterator[Taken]:
    """Book all files in the folder of answers that are new, some of them at a time."""
    seen: dict[str, Stamp] = {}
    while found := [*take_new(opened, seen)]:
        yield from found


def stamp_of(path: str | Path) -> Stamp | None:
    """Size and time of a file; None if it is not there any more."""
    try:
        about = Path(path).stat()
    except FileNotFoundError:
        return None
    return about.st_size, about.st_mtime_ns


def _new(opened: Settling, seen: Mapping[str, Stamp]) -> dict[str, Stamp]:
    """By path, the files in the folder of answers that neither the books know nor *seen*."""
    if not opened.config.answers:
        raise Error("settlement.answers names no folder: give the files themselves")
    known: dict[str, set[str]] = {}
    for entry in opened.books.entries():
        known.setdefault(entry.name, set()).add(entry.content_sha256)
    found: dict[str, Stamp] = {}
    for path in sorted(Path(opened.config.answers).glob("*")):
        if path.suffix not in SUFFIXES or len(found) == AT_ONCE:
            continue
        # Its stamp is taken before it is read: if it grows meanwhile, it has another one later.
        stamp = stamp_of(path)
        if stamp is not None and seen.get(str(path)) != stamp and not _is_known(path, known):
            found[str(path)] = stamp
    return found


def _is_known(path: Path, known: Mapping[str, Collection[str]]) -> bool:
    """Whether the books have a file of that name, so that it need not be read.

    Of a long name they keep the beginning, which others may share: that one is read.
    """
    name = printable(path.name, NAME_MAX)
    if name not in known:
        return False
    return name == path.name or sha256(path.read_bytes()).hexdigest() in known[name]


def _read(paths: Iterable[str]) -> dict[str, bytes]:
    return {path: Path(path).read_bytes() for path in paths}


def _taken(opened: Settling, name: str, content: bytes, answer: Answer) -> Taken:
    books, digest = opened.books, sha256(content).hexdigest()
    before = books.taken(digest, answer.message)
    if before is not None and before.content_sha256 == digest:
        return Taken(name=name, state="taken before", matched=books.sheet(before).lines)
    faults = list(answer.faults)
    if before is not None:
        faults.append(f"{before.name} had the same name at the bank, and says something else")
    if faults:
        return Taken(name=name, state="refused", faults=tuple(faults))
    sheet = matched(books, name, content, answer, opened.clock())
    _book(opened, sheet)
    missing = overdue(books.overdue(answer.until)) if answer.until else ()
    return Taken(name=name, state="taken", matched=sheet.lines, missing=tuple(missing))


def matched(
    books: BooksReading, name: str, content: bytes, answer: Answer, now: Seconds
) -> BankSheet:
    """What *answer*, read from *content*, comes to as the next entry; nothing is booked yet."""
    ordered = books.ordered(*answer.named())
    told = books.told({each.reference for each in ordered})
    known = books.known(answer.entries(), answer.kind)
    lines = tuple(answer.matched(Matcher(ordered, told, known)))
    closes, number = books.closes(), len(books.entries()) + 1
    label = closes[-1].business_date if closes else ""
    postings = answer_postings(answer.kind, number, lines, label)
    require_balance(postings)
    entry = BankEntry(
        number=number,
        closes=len(closes),
        at=now,
        kind=answer.kind,
        name=printable(PurePath(name).name, NAME_MAX),
        message=answer.message,
        content_sha256=sha256(content).hexdigest(),
    )
    return BankSheet(entry=entry, content=content, lines=lines, postings=postings)


def decide(
    opened: Settling,
    kind: DeedKind,
    *,
    merchant: str = "",
    currency: str = "",
    reference: str = "",
    because: str,
    **moves: str | int,
) -> BankEntry:
    """Book what a person has decided, with the reason. Raises Error.

    *moves* are debit, credit and amount of one that books a journal.
    """
    refuse_cards_in(because)
    if not because.strip():
        raise Error(f"{kind}: --because: say in a few words why")
    closes = opened.books.closes()
    number = len(opened.books.entries()) + 1
    told = {
        "number": number,
        "closes": len(closes),
        "at": opened.clock(),
        "kind": kind,
        "name": f"{kind} {merchant or reference}".rstrip(),
        "message": f"{kind} {number}",
        "merchant": merchant,
        "currency": currency,
        "reference": reference,
        "by": user_name(),
        "because": because,
        **moves,
    }
    digest = sha256(msgspec.json.encode(told)).hexdigest()
    try:
        entry = msgspec.convert({**told, "content_sha256": digest}, BankEntry)
    except msgspec.ValidationError as error:
        raise Error(f"{kind}: {error}") from None
    return _book(opened, deed_sheet(entry, closes[-1].business_date if closes else ""))


def _book(opened: Settling, sheet: BankSheet) -> BankEntry:
    with staged_files(opened.folder / TAKEN, kept_file(sheet)):
        booked = opened.books.record_bank(sheet)
    opened.record(booked.entry)
    return booked.entry
