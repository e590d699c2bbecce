"""What a bank has booked, as banks in the United States say it: BAI2, records and fields by commas.

01 begins a file, 02 a group of accounts, 03 an account with its balances, 16 is an entry, 88 goes
on with the record before, and 49, 98 and 99 end account, group and file, each with a control total
and a count of records. A transfer of ours is known by the customer's reference of its entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from cardswitch.specs.amounts import currency
from cardswitch.specs.dates import calendar_date
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import printable

from .camt053 import Part, Statement
from .from_bank import SIZE_MAX

BEGINS: Final = b"01,"
_AMOUNT: Final = re.compile(r"[+-]?[0-9]{1,18}")
_TYPE: Final = re.compile(r"[0-9]{3}")
_OPENING, _CLOSING = "010", "015"
_DEFAULT_CURRENCY: Final = "USD"
# How many fields of each funds type stand behind it; of D their number stands there.
_FUNDS: Final = {"": 0, "0": 0, "1": 0, "2": 0, "Z": 0, "V": 2, "S": 3}
# Credits that are returns: of an ACH item, of a check, of an item, EDIBANX.
_RETURNS: Final = frozenset(("123", "255", "257", "266"))
_CODE: Final = re.compile(r"\b([A-Z]{2}[0-9]{2}|R[0-9]{2})\b")
_TOTALS: Final = ("control total", "count", "count of records")
_DEBITS: Final = range(400, 700)
_CREDITS: Final = range(100, 400)


class _Record(NamedTuple):
    line: int  # where it begins, from 1
    code: str
    fields: list[str]
    lines: int  # how many it is, with those of 88


def is_bai2(content: bytes) -> bool:
    """Whether *content* begins as a file of BAI2 does.

    >>> is_bai2(b"01,BANK,US,261124,0800,1,,,2/"), is_bai2(b"<Document/>")
    (True, False)
    """
    return content.startswith(BEGINS)


def read_bai2(content: bytes) -> tuple[str, tuple[Statement, ...]]:
    """The name of the file, by sender, day, time and number, and its accounts. FormatError."""
    if len(content) > SIZE_MAX:
        raise FormatError(f"at most {SIZE_MAX} bytes of BAI2", seen=str(len(content)))
    records = list(_records(content.decode("latin-1")))
    head, *body = records
    name = "/".join(_field(head, place) for place in (0, 2, 3, 4))
    walk = _Walk(name)
    for record in body:
        walk.take(record)
    if not walk.is_ended:
        raise FormatError("the end of the file, record 99")
    return name, tuple(walk.done)


def _records(text: str) -> Iterator[_Record]:
    pending: list[str] = []
    begins = 0
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line:
            continue
        if line.startswith("88,") and pending:
            pending.append(line[3:])
            continue
        if pending:
            yield _record(begins, pending)
        pending, begins = [line], number
    if pending:
        yield _record(begins, pending)


def _record(number: int, lines: Sequence[str]) -> _Record:
    whole = lines[0]
    for more in lines[1:]:
        whole = f"{whole[:-1]},{more}" if whole.endswith("/") else f"{whole} {more}"
    code, *fields = whole.removesuffix("/").split(",")
    return _Record(number, code, fields, len(lines))


class _Walk:
    """Goes from record to record, each where it belongs; the totals of group and file are checked.

    What does not add up above the accounts is a fault of the last one.
    """

    def __init__(self, file: str) -> None:
        self.done: list[Statement] = []
        self.is_ended = False
        self._file = file
        self._group: _Record | None = None
        self._account: list[_Record] = []
        self._accounts: list[int] = []  # control totals of this group
        self._groups: list[int] = []
        self._lines = 1  # so far, that of 01 too
        self._lines_before = 0  # those before this group

    def take(self, record: _Record) -> None:
        """The next one. Raises FormatError if it has no business there."""
        self._lines += record.lines
        deeds = {
            "02": (self._group is None, self._begin_group),
            "03": (self._group is not None and not self._account, self._account.append),
            "16": (bool(self._account), self._account.append),
            "49": (bool(self._account), self._end_account),
            "98": (bool(self._accounts) and not self._account, self._end_group),
            "99": (bool(self._groups) and self._group is None, self._end_file),
        }
        belongs, deed = deeds.get(record.code, (False, None))
        if not belongs or deed is None or self.is_ended:
            raise _fault(record, "a record of BAI2 that belongs there")
        deed(record)

    def _begin_group(self, record: _Record) -> None:
        self._group, self._accounts = record, []
        self._lines_before = self._lines - record.lines

    def _end_account(self, record: _Record) -> None:
        assert self._group is not None, "there is an account in it"
        self.done.append(_statement(self._file, self._group, self._account, record))
        self._accounts.append(_amount(record, 0))
        self._account = []

    def _end_group(self, record: _Record) -> None:
        self._check(record, "group", self._accounts, self._lines - self._lines_before)
        self._groups.append(_amount(record, 0))
        self._group, self._accounts = None, []

    def _end_file(self, record: _Record) -> None:
        self._check(record, "file", self._groups, self._lines)
        self.is_ended = True

    def _check(self, record: _Record, what: str, totals: Sequence[int], lines: int) -> None:
        said = [str(_amount(record, 0)), *(_field(record, n).lstrip("0") for n in (1, 2))]
        wanted = [str(sum(totals)), str(len(totals)), str(lines)]
        last = self.done[-1]
        where = f"line {record.line}: the"
        faults = tuple(
            f"{where} {name} of the {what} is {printable(seen, 20)}, expected {want}"
            for name, seen, want in zip(_TOTALS, said, wanted, strict=True)
            if seen != want
        )
        self.done[-1] = replace(last, faults=(*last.faults, *faults))


def _statement(
    file: str, group: _Record, records: Sequence[_Record], trailer: _Record
) -> Statement:
    head, *entries = records
    letters = _field(head, 1) or _field(group, 5) or _DEFAULT_CURRENCY
    code = currency(letters).numeric
    summary = dict(_summary(head))
    parts = tuple(_part(entry, code) for entry in entries)
    faults = []
    total = sum(summary.values()) + sum(_amount(entry, 1) for entry in entries)
    count = str(sum(record.lines for record in (*records, trailer)))
    if (told := _amount(trailer, 0)) != total:
        faults.append(f"line {trailer.line}: the control total is {told}, expected {total}")
    if _field(trailer, 1).lstrip("0") != count:
        seen = printable(_field(trailer, 1), 20)
        faults.append(f"line {trailer.line}: the count of records is {seen}, expected {count}")
    moved = sum(part.amount for part in parts)
    if _OPENING in summary and _CLOSING in summary:
        left = summary[_OPENING] + moved
        if left != summary[_CLOSING]:
            faults.append(
                f"opening balance and entries come to {left}, the closing balance is "
                f"{summary[_CLOSING]}"
            )
    account = _field(head, 0)
    return Statement(
        name=f"{file}/{account}/{letters}", account=account, until=_day(group), parts=parts,
        faults=tuple(faults), currencies=(code,),
    )  # fmt: skip


def _summary(head: _Record) -> Iterator[tuple[str, int]]:
    """The balances and sums of an account, by type."""
    place = 2
    while place < len(head.fields):
        kind = _field(head, place)
        if kind and _field(head, place + 1):
            yield kind, _amount(head, place + 1)
        place = _behind_funds(head, place + 3)


def _part(entry: _Record, code: str) -> Part:
    kind, amount = _field(entry, 0), _amount(entry, 1)
    if not _TYPE.fullmatch(kind):
        raise _fault(entry, "a type code of three digits")
    number = int(kind)
    if amount < 0 or (number not in _DEBITS and number not in _CREDITS):
        raise _fault(entry, "a credit (100 to 399) or debit (400 to 699)")
    place = _behind_funds(entry, 2)
    text = ",".join(entry.fields[place + 2 :]).strip()
    is_return = kind in _RETURNS
    found = _CODE.search(text) if is_return else None
    return Part(
        amount=-amount if number in _DEBITS else amount,
        currency=code,
        reference=_field(entry, place + 1),
        entry=_field(entry, place),
        code=found[1] if found else "",
        text=printable(text, 140),
        is_return=is_return,
    )


def _behind_funds(record: _Record, place: int) -> int:
    """The place of the field behind the funds type at *place*, and what belongs to it."""
    kind = _field(record, place)
    if kind == "D":
        count = _field(record, place + 1)
        if not re.fullmatch("[0-9]{1,3}", count):
            raise _fault(record, "how many days of availability there are")
        return place + 2 + 2 * int(count)
    if kind not in _FUNDS:
        raise _fault(record, "a funds type, one of 0 1 2 D S V Z")
    return place + 1 + _FUNDS[kind]


def _day(group: _Record) -> str:
    text = _field(group, 3)
    if not re.fullmatch("[0-9]{6}", text):
        raise _fault(group, "an as-of date YYMMDD")
    day = f"20{text[:2]}-{text[2:4]}-{text[4:]}"
    calendar_date(day)
    return day


def _amount(record: _Record, place: int) -> int:
    text = _field(record, place)
    if not _AMOUNT.fullmatch(text or "0"):
        raise _fault(record, "an amount in minor units")
    return int(text or "0")


def _field(record: _Record, place: int) -> str:
    return record.fields[place].strip() if place < len(record.fields) else ""


def _fault(record: _Record, expected: str) -> FormatError:
    what = printable(f"record {record.code} {','.join(record.fields)}", 40)
    return FormatError(f"{expected}, in line {record.line}", seen=what)
