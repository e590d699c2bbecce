"""The audit log: entries that each hold the hash of the one before, so that no change is unseen.

The hash of the last entry has a file of its own (:mod:`.journal`), so that a cut end is seen.
Whoever rewrites both can hide a change: note the last hash elsewhere now and then, and give it to
:func:`verify_audit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import islice
from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.masking import printable

from .events import EVENTS

GENESIS: Final = "0" * 64  # What the first entry holds as the hash of the one before.
DETAIL_LENGTH_MAX: Final = 80  # Of one detail: names, codes and check values are far shorter.
FINDINGS_MAX: Final = 1_000  # After a break each entry is one: more tell nobody more.
LINE_LENGTH_MAX: Final = 4_096  # Of one entry: no line of ours comes near it.


class AuditEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event: *time* in seconds since the epoch, *details* without any PAN, PIN or key."""

    sequence: int
    time: float
    event: str
    details: dict[str, str]
    previous: str
    hash: str

    @property
    def is_whole(self) -> bool:
        """Whether its hash is that of what it says."""
        return self.hash == _hash_of(
            self.sequence, self.time, self.event, self.details, self.previous
        )


class Finding(Struct, frozen=True):
    """What is wrong at a *line* of an audit file, counted from 1."""

    line: int
    problem: str


class AuditLog:
    """Makes the entries, one after the other; where they are kept is for others to say."""

    def __init__(self, last: AuditEntry | None = None) -> None:
        """Go on after the entry *last*, or begin."""
        self.sequence = last.sequence if last else 0
        self.last_hash = last.hash if last else GENESIS

    def entry(self, event: str, details: Mapping[str, str], now: float) -> AuditEntry:
        """The next entry, with what *details* show of themselves.

        >>> AuditLog().entry("started", {}, 0.0).hash[:16]
        '5cda1b2b431621c5'
        """
        assert event in EVENTS, "an event that the table of events does not have"
        self.sequence += 1
        shown = {name: printable(text, DETAIL_LENGTH_MAX) for name, text in details.items()}
        previous = self.last_hash
        self.last_hash = _hash_of(self.sequence, now, event, shown, previous)
        return AuditEntry(
            sequence=self.sequence,
            time=now,
            event=event,
            details=shown,
            previous=previous,
            hash=self.last_hash,
        )


def verify_audit(lines: Iterable[bytes], *heads: str) -> list[Finding]:
    """The first FINDINGS_MAX things that are wrong with the *lines* of an audit file, in order.

    *heads* are hashes noted earlier: that they must still be there shows a cut end. Without them a
    log that ends earlier than it did looks like a log that was read earlier.
    """
    found = (item for item in _walk(lines, heads) if isinstance(item, Finding))
    return list(islice(found, FINDINGS_MAX))


def true_entries(lines: Iterable[bytes], *heads: str) -> Iterator[AuditEntry]:
    """The entries in *lines*, one after the other, as :func:`verify_audit` goes through them.

    Raises Error at the first thing that is wrong, naming its line.
    """
    for item in _walk(lines, heads):
        if isinstance(item, Finding):
            raise Error(f"line {item.line}: {item.problem}")
        yield item


def read_entries(lines: Iterable[bytes]) -> Iterator[AuditEntry]:
    """The entries in *lines*, true or not, but for one at the end that is still being written.

    Raises Error, naming the line, for what is no entry.
    """
    for number, line in enumerate(lines, 1):
        entry = _read(line)
        if isinstance(entry, AuditEntry):
            yield entry
        elif line.endswith(b"\n"):
            raise Error(f"line {number}: {entry}")


def _walk(lines: Iterable[bytes], heads: Iterable[str]) -> Iterator[AuditEntry | Finding]:
    """Each entry, after all that is wrong with it; at the end what is missing."""
    previous: AuditEntry | None = None
    missing, number = {head for head in heads if head not in ("", GENESIS)}, 0
    for number, line in enumerate(lines, 1):
        entry = _read(line)
        if isinstance(entry, str):
            yield Finding(number, entry)
            continue
        yield from (Finding(number, problem) for problem in _problems(entry, previous))
        yield entry
        missing.discard(entry.hash)
        previous = entry
    if missing:
        problem = "no entry has the hash that was noted: the end was cut, or all was rewritten"
        yield Finding(number + 1, problem)


def _problems(entry: AuditEntry, before: AuditEntry | None) -> Iterable[str]:
    expected = before.sequence + 1 if before else 1
    if not entry.is_whole:
        yield "the entry was changed: its hash is not that of what it says"
    if entry.sequence != expected:
        yield f"a gap: expected entry {expected}, seen {entry.sequence}"
    elif entry.previous != (before.hash if before else GENESIS):
        yield "the chain is broken: the entry before was changed or replaced"


def _read(line: bytes) -> AuditEntry | str:
    """The entry of *line*, or what is wrong with it."""
    if not line.endswith(b"\n"):
        return "the line is cut off: a crash, or somebody, ended the file here"
    if len(line) > LINE_LENGTH_MAX:
        return "no audit entry: the line is too long"
    try:
        entry = msgspec.json.decode(line, type=AuditEntry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "no audit entry: the line cannot be read"
    # What is written differently was not written by us, whatever it says.
    return entry if msgspec.json.encode(entry) + b"\n" == line else "the line was changed in form"


def _hash_of(
    sequence: int, time: float, event: str, details: Mapping[str, str], previous: str
) -> str:
    """SHA-256 over all of it as one line of JSON, details in the order of their names."""
    parts = [sequence, time, event, sorted(details.items()), previous]
    return sha256(msgspec.json.encode(parts)).hexdigest()
