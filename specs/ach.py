"""Files of the ACH, as NACHA has them: 94 columns, blocks of ten, sums and hashes on two levels.

The layout is data. Read strictly: what has no such structure is refused with its line; what does
not add up is named. Source of the columns: docs/file-structure.md of moov-io/ach (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from string import digits
from typing import Final

from msgspec import Struct

from .errors import FormatError
from .masking import printable

LINE_SIZE: Final = 94
BLOCK_SIZE: Final = 10  # lines
HASH_MODULUS: Final = 10**10
LINES_MAX: Final = 1_000_000
FILL: Final = "9" * LINE_SIZE
CREDIT, DEBIT = "22", "27"  # to and from a checking account
# Second digit of a transaction code: a return of it, itself, a notice without money, a loan's.
_CREDITS: Final = frozenset("1234")
_DEBITS: Final = frozenset("6789")
CHANGE, RETURN, TEXT = "98", "99", "05"  # types of addenda

# Name and length of each field, in their order; by the first digit, and of addenda by their type.
LAYOUT: Final[Mapping[str, Sequence[tuple[str, int]]]] = {
    "1": (
        ("type", 1), ("priority", 2), ("destination", 10), ("origin", 10), ("date", 6), ("time", 4),
        ("modifier", 1), ("size", 3), ("blocking", 2), ("format", 1), ("destination_name", 23),
        ("origin_name", 23), ("reference", 8),
    ),
    "5": (
        ("type", 1), ("service", 3), ("company", 16), ("discretionary", 20), ("company_id", 10),
        ("entry_class", 3), ("description", 10), ("descriptive_date", 6), ("effective", 6),
        ("settlement", 3), ("status", 1), ("odfi", 8), ("batch", 7),
    ),
    "6": (
        ("type", 1), ("code", 2), ("routing", 9), ("account", 17), ("amount", 10), ("id", 15),
        ("name", 22), ("discretionary", 2), ("has_addenda", 1), ("trace", 15),
    ),
    "705": (("type", 1), ("addenda", 2), ("text", 80), ("number", 4), ("entry", 7)),
    "798": (
        ("type", 1), ("addenda", 2), ("reason", 3), ("original", 15), ("reserved", 6), ("rdfi", 8),
        ("corrected", 29), ("more", 15), ("trace", 15),
    ),
    "799": (
        ("type", 1), ("addenda", 2), ("reason", 3), ("original", 15), ("died", 6), ("rdfi", 8),
        ("text", 44), ("trace", 15),
    ),
    "8": (
        ("type", 1), ("service", 3), ("count", 6), ("hash", 10), ("debits", 12), ("credits", 12),
        ("company_id", 10), ("mac", 19), ("reserved", 6), ("odfi", 8), ("batch", 7),
    ),
    "9": (
        ("type", 1), ("batches", 6), ("blocks", 6), ("count", 8), ("hash", 10), ("debits", 12),
        ("credits", 12), ("reserved", 39),
    ),
}  # fmt: skip
Record = Mapping[str, str]


class AchEntry(Struct, frozen=True):
    """An entry, with its addenda."""

    fields: Record
    addenda: tuple[Record, ...]

    @property
    def amount(self) -> int:
        """In cents: above zero to the account that it names, below zero from it."""
        cents = int(self.fields["amount"])
        return -cents if self.fields["code"][1] in _DEBITS else cents

    def addendum(self, kind: str) -> Record | None:
        """Its addenda of that *kind*, or none."""
        return next((each for each in self.addenda if each["addenda"] == kind), None)


class AchBatch(Struct, frozen=True):
    """The entries of one company, class and day."""

    header: Record
    entries: tuple[AchEntry, ...]
    control: Record


class AchFile(Struct, frozen=True):
    """A file; *faults* are what does not add up in it."""

    header: Record
    batches: tuple[AchBatch, ...]
    control: Record
    faults: tuple[str, ...]

    @property
    def name(self) -> str:
        """What tells it apart from others of its sender: date, time and modifier.

        The standard has no other name for a file.
        """
        said = self.header
        return f"ACH-20{said['date']}{said['time'].strip() or '0000'}{said['modifier']}"


def is_ach(content: bytes) -> bool:
    """Whether *content* looks like such a file: a header of priority 01.

    >>> is_ach(b"101 031300012"), is_ach(b"<Document>"), is_ach(b"01,BANK")
    (True, False, False)
    """
    return content[:3] == b"101"


def is_routing_number(text: str) -> bool:
    """Whether *text* is a routing number of the ABA: nine digits, the last of which checks.

    >>> is_routing_number("021000021"), is_routing_number("021000012")
    (True, False)
    """
    if len(text) != len("021000021") or text.strip(digits):
        return False
    return sum(int(digit) * (3, 7, 1)[place % 3] for place, digit in enumerate(text)) % 10 == 0


def read_ach(content: bytes) -> AchFile:
    """The file *content*. Raises FormatError, which names the line."""
    lines = _lines(content)
    records = [_record(number, line) for number, line in enumerate(lines, 1) if line != FILL]
    reader = _Reader(records)
    header = reader.one("1", "the header of a file")
    batches = []
    while reader.next_type == "5":
        batches.append(_batch(reader))
    control = reader.one("9", "a batch, or the control of a file")
    reader.end()
    return AchFile(header, tuple(batches), control, tuple(_faults(lines, batches, control)))


class _Reader:
    def __init__(self, records: list[tuple[int, Record]]) -> None:
        self._records = records
        self._place = 0

    @property
    def next_type(self) -> str:
        if self._place == len(self._records):
            return ""
        return self._records[self._place][1]["type"]

    def one(self, type_: str, what: str) -> Record:
        if self.next_type != type_:
            raise FormatError(f"{self.line}{what}", seen=self.next_type or "the end")
        self._place += 1
        return self._records[self._place - 1][1]

    @property
    def line(self) -> str:
        """Where it stands, for an error."""
        if self._place == len(self._records):
            return ""
        return f"line {self._records[self._place][0]}: "

    def end(self) -> None:
        if self.next_type:
            raise FormatError(f"{self.line}nothing behind the control", seen=self.next_type)


def _batch(reader: _Reader) -> AchBatch:
    header = reader.one("5", "the header of a batch")
    entries = []
    while reader.next_type == "6":
        fields = reader.one("6", "an entry")
        addenda = []
        while reader.next_type == "7":
            addenda.append(reader.one("7", "addenda"))
        entries.append(AchEntry(fields, tuple(addenda)))
    return AchBatch(header, tuple(entries), reader.one("8", "an entry, or the control of a batch"))


def _lines(content: bytes) -> list[str]:
    try:
        lines = content.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError("ASCII", seen=f"another byte at {error.start}") from None
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) > LINES_MAX:
        raise FormatError(f"at most {LINES_MAX} lines", seen=str(len(lines)))
    for number, line in enumerate(lines, 1):
        if len(line) != LINE_SIZE:
            raise FormatError(f"line {number}: {LINE_SIZE} columns", seen=str(len(line)))
    return lines


def _record(number: int, line: str) -> tuple[int, Record]:
    layout = LAYOUT.get(line[:3] if line[0] == "7" else line[0])
    if layout is None:
        raise FormatError(f"line {number}: a record that NACHA has", seen=printable(line[:3], 3))
    fields, start = {}, 0
    for name, length in layout:
        fields[name] = line[start : start + length]
        start += length
    for name in ("amount", "count", "hash", "debits", "credits", "batches", "blocks"):
        if fields.get(name, "0").strip(digits):
            raise FormatError(f"line {number}: digits as {name}", seen=printable(fields[name], 12))
    return number, fields


# What does not add up -----------------------------------------------------------------------------


def entry_hash(entries: Sequence[AchEntry]) -> int:
    """The sum of the banks' first eight digits, of which ten are kept."""
    routing = [each.fields["routing"][:8] for each in entries]
    return sum(int(text) for text in routing if not text.strip(digits)) % HASH_MODULUS


def _faults(lines: list[str], batches: list[AchBatch], control: Record) -> Iterator[str]:
    if len(lines) % BLOCK_SIZE:
        yield f"{len(lines)} lines, which are no whole blocks of {BLOCK_SIZE}"
    everything = [entry for batch in batches for entry in batch.entries]
    for batch in batches:
        name = f"batch {batch.header['batch']}"
        yield from _sums(name, batch.entries, batch.control)
        for field in ("service", "company_id", "odfi", "batch"):
            if batch.header[field].strip() != batch.control[field].strip():
                yield f"{name}: {field} of its control is another"
        yield from _entry_faults(name, batch)
    yield from _sums("the file", everything, control)
    blocks = -(-len(lines) // BLOCK_SIZE)
    for field, value in (("batches", len(batches)), ("blocks", blocks)):
        if int(control[field]) != value:
            yield f"the file: {field} {int(control[field])}, expected {value}"


def _sums(name: str, entries: Sequence[AchEntry], control: Record) -> Iterator[str]:
    amounts = [each.amount for each in entries]
    wanted = {
        "count": sum(1 + len(each.addenda) for each in entries),
        "hash": entry_hash(entries),
        "debits": -sum(amount for amount in amounts if amount < 0),
        "credits": sum(amount for amount in amounts if amount > 0),
    }
    for field, value in wanted.items():
        if int(control[field]) != value:
            yield f"{name}: {field} {int(control[field])}, expected {value}"


def _entry_faults(name: str, batch: AchBatch) -> Iterator[str]:
    before = ""
    for each in batch.entries:
        fields = each.fields
        said = f"{name}, entry {fields['trace']}"
        if not is_routing_number(fields["routing"]):
            yield f"{said}: {fields['routing']} is no routing number, its check digit is wrong"
        if fields["code"][1] not in _CREDITS | _DEBITS:
            yield f"{said}: no transaction code {fields['code']}"
        if (fields["has_addenda"] == "1") != bool(each.addenda):
            yield f"{said}: its addenda are not there, or not announced"
        if fields["trace"] <= before:
            yield f"{said}: trace numbers do not ascend"
        before = fields["trace"]
