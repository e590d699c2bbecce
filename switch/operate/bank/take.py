"""Takes the files of a bank into the books, each once and whole, and books what people decide."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePath
from stat import S_ISREG
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error, FormatError
from cardswitch.specs.masking import printable
from cardswitch.wire.operator.files import read_at_most, staged_files
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.disk import user_name

from ...settlement.answers import Answer, answer_postings, read_answer
from ...settlement.deeds.corrections import deed_sheet
from ...settlement.entries import BankEntry, BankSheet
from ...settlement.formats.from_bank import EDITION, SIZE_MAX
from ...settlement.ledger import require_balance
from ...settlement.matching import Matched, Matcher, overdue
from ...settlement.standing import DeedKind
from ...store.books import BooksReading
from ..deeds import refuse_cards_in
from ..settle import Settling
from .copies import TAKEN, kept_file

NAME_MAX: Final = 100  # of a file, as the books keep it
SUFFIXES: Final = (".xml", ".bai", ".bai2", ".ach")  # of files that may be a bank's, in any case
AT_ONCE: Final = 100  # files that are taken of a folder in one go
NS_IN_S: Final = 1_000_000_000


class Stamp(NamedTuple):
    """What is another where a file is another one, or may be read by now."""

    size: int
    written_ns: int
    changed_ns: int  # it came, got its name or its permissions


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
        yield _take(opened, name, content)


def take_new(opened: Settling, seen: dict[str, Stamp]) -> Iterator[Taken]:
    """Book the first AT_ONCE files in the folder of answers that are new.

    *seen* has, by path, what was looked at before: it is no more new while it is as it was. It
    grows here. Raises Error if there is no folder, or nothing can be booked.
    """
    for path, stamp in [*_new(opened, seen)]:
        try:
            content = read_at_most(Path(path), SIZE_MAX)
        except FileNotFoundError:
            continue  # Somebody has taken it away.
        except OSError as error:
            yield Taken(name=path, state="refused", faults=(f"cannot be read: {error.strerror}",))
        else:
            yield _take(opened, path, content)
        seen[path] = stamp


def take_all_new(opened: Settling) -> Iterator[Taken]:
    """Book all files in the folder of answers that are new, some of them at a time."""
    seen: dict[str, Stamp] = {}
    while found := [*take_new(opened, seen)]:
        yield from found


def stamps_in(folder: str | Path) -> dict[str, Stamp]:
    """By path, the files in *folder* that may be a bank's. Raises Error if it cannot be read."""
    found: dict[str, Stamp] = {}
    try:
        with os.scandir(folder) as entries:
            files = [each for each in entries if each.name.lower().endswith(SUFFIXES)]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Error(f"settlement.answers: {folder} cannot be read: {error.strerror}") from None
    for file in sorted(files, key=lambda each: each.name):
        with suppress(OSError):  # It was taken away meanwhile.
            about = file.stat()
            if S_ISREG(about.st_mode):
                found[file.path] = Stamp(about.st_size, about.st_mtime_ns, about.st_ctime_ns)
    return found


def _new(opened: Settling, seen: dict[str, Stamp]) -> Iterator[tuple[str, Stamp]]:
    """The first files in the folder of answers that neither the books know nor *seen*.

    A stamp is taken before its file is read: if that grows meanwhile, it has another one later.
    """
    if not opened.config.answers:
        raise Error("settlement.answers names no folder: give the files themselves")
    known: dict[str, list[BankEntry]] = {}
    for entry in opened.books.entries():
        known.setdefault(entry.name, []).append(entry)
    count = 0
    for path, stamp in stamps_in(opened.config.answers).items():
        if seen.get(path) == stamp:
            continue
        if _is_known(Path(path), stamp, known):
            seen[path] = stamp
        elif count < AT_ONCE:
            count += 1
            yield path, stamp


def _is_known(path: Path, stamp: Stamp, known: Mapping[str, Sequence[BankEntry]]) -> bool:
    """Whether the books have that file; it is read only where its name does not say so.

    Of a long name they keep the beginning, which others may share; and a bank may use one again.
    """
    name = printable(path.name, NAME_MAX)
    if name not in known:
        return False
    taken_at = max(entry.at for entry in known[name])
    if name == path.name and max(stamp.written_ns, stamp.changed_ns) <= taken_at * NS_IN_S:
        return True
    try:
        digest = sha256(read_at_most(path, SIZE_MAX)).hexdigest()
    except OSError:
        return False
    return digest in {entry.content_sha256 for entry in known[name]}


def _take(opened: Settling, name: str, content: bytes) -> Taken:
    try:
        answer = read_answer(content)
    except FormatError as error:
        return Taken(name=name, state="refused", faults=(str(error),))
    return _taken(opened, name, content, answer)


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
    missing = overdue(
        each for code, day in answer.until.items() for each in books.overdue(day, code)
    )
    return Taken(name=name, state="taken", matched=sheet.lines, missing=tuple(missing))


def matched(
    books: BooksReading,
    name: str,
    content: bytes,
    answer: Answer,
    now: Seconds,
    edition: int = EDITION,
) -> BankSheet:
    """What *answer*, read from *content*, comes to as the next entry; nothing is booked yet."""
    ordered = books.ordered(*answer.named())
    references = {each.reference for each in ordered}
    told, still_open = books.told(references), books.still_open(references, answer.kind)
    known = books.known(answer.entries(), answer.kind)
    lines = tuple(answer.matched(Matcher(ordered, told, known, still_open, edition)))
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
