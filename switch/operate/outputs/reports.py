"""The reports to merchants: written line by line, and read back against what they must say."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from io import BufferedReader, TextIOWrapper
from itertools import chain, groupby, islice, zip_longest
from pathlib import Path
from typing import Final

from cardswitch.specs.amounts import currency
from cardswitch.specs.masking import printable
from cardswitch.wire.store.disk import sync_file, write_all

from ...settlement.formats.report_csv import (
    END_OF_LINE,
    REPORT_COLUMNS,
    ReportLines,
    manifest,
    named_in,
    report_name,
)
from ...settlement.movements import BatchedLine
from ...settlement.payouts import Payout, is_currency
from ...settlement.totals import BatchTotals

LINES_AT_ONCE: Final = 1_000
FINDINGS_MAX: Final = 1_000  # where more lines differ, more than a record is wrong
_is_special: Final = re.compile('[",\r\n]').search
_MOVEMENT: Final = REPORT_COLUMNS.index("movement")


def references(payouts: Iterable[Payout]) -> dict[tuple[str, str], str]:
    """The reference of each deposit, by merchant and currency."""
    return {(p.merchant, p.currency): p.end_to_end_id for p in payouts if p.amount}


def write_reports(
    label: str,
    batches: Sequence[BatchTotals],
    movements: Iterable[BatchedLine],
    paid: Mapping[tuple[str, str], str],
    folder: Path | None = None,
) -> bytes:
    """Write *movements*, ordered by merchant, to *folder*, or nowhere; their manifest.

    They are those of *batches*. *paid* are the references of the deposits. Raises OSError.
    """
    written = ReportLines(label, batches, paid)
    digests = {}
    for merchant, some in _by_merchant(batches, movements):
        name = report_name(merchant)
        digests[name] = _write(written.lines(some), folder / name if folder else None)
    return manifest(label, digests)


def _by_merchant(
    batches: Iterable[BatchTotals], movements: Iterable[BatchedLine]
) -> Iterator[tuple[str, Iterator[BatchedLine]]]:
    merchants = {batch.number: batch.merchant for batch in batches}
    return groupby(movements, key=lambda line: merchants.get(line[0], ""))


def _write(lines: Iterator[str], path: Path | None) -> str:
    """Write *lines* to *path*, durably; their SHA-256."""
    digest = hashlib.sha256()
    with ExitStack() as stack:
        file = stack.enter_context(path.open("xb", buffering=0)) if path else None
        more = chain([f"{','.join(REPORT_COLUMNS)}{END_OF_LINE}"], lines)
        while some := "".join(islice(more, LINES_AT_ONCE)).encode():
            digest.update(some)
            if file:
                write_all(file.fileno(), some)
        if file:
            sync_file(file.fileno())
    return digest.hexdigest()


# Read back ----------------------------------------------------------------------------------------


class ReportCheck:
    """Reads the reports in *folder* back, against movements that were found to be right.

    They must be, byte for byte, what is put down here a second time. Only where they are not, they
    are parsed to name what differs.
    """

    def __init__(self, folder: Path, label: str, paid: Mapping[tuple[str, str], str]) -> None:
        self._folder = folder
        self._label = label
        self._paid = paid
        self.findings: list[str] = []
        self._digests: dict[str, str] = {}

    def read(self, batches: Sequence[BatchTotals], movements: Iterable[BatchedLine]) -> bytes:
        """Hold each report against *movements* of *batches*, ordered by merchant; the manifest."""
        around = _Around({batch.number: self._around(batch) for batch in batches})
        for merchant, some in _by_merchant(batches, movements):
            self._read_one(report_name(merchant), _wanted(around, some))
        for path in self._folder.iterdir():
            if path.name not in self._digests:
                self._find(f"{path.name} does not belong there")
        return manifest(self._label, self._digests)

    def _read_one(self, name: str, lines: Iterator[str]) -> None:
        path = self._folder / name
        wanted = chain([",".join(REPORT_COLUMNS) + END_OF_LINE], lines)
        try:
            with path.open("rb") as file:
                self._digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
                file.seek(0)
                while some := [*islice(wanted, LINES_AT_ONCE)]:
                    start, want = file.tell(), "".join(some).encode()
                    if file.read(len(want)) != want:
                        file.seek(start)
                        self._name_differences(name, file, chain(some, wanted))
                        return
                if file.peek(1):
                    self._name_differences(name, file, ())
        except FileNotFoundError:
            self._digests[name] = ""
            self._find(f"{name} is missing")
        except (ValueError, csv.Error) as error:
            self._find(f"{name}: unreadable ({type(error).__name__})")

    def _name_differences(self, name: str, file: BufferedReader, wanted: Iterable[str]) -> None:
        """Hold what *file* says from here on against *wanted*, line by line."""
        before = len(self.findings)
        with TextIOWrapper(file, encoding="utf-8", newline="") as text:
            for line, want in zip_longest(csv.reader(text), csv.reader(wanted)):
                if line != want:
                    self._find(f"{name}: {_difference(line, want)}")
        if len(self.findings) == before:
            self._find(f"{name}: it says what it must in other bytes")

    def _around(self, batch: BatchTotals) -> tuple[str, str, str, int, str]:
        letters, digits = batch.currency, 0
        if is_currency(batch.currency):
            unit = currency(batch.currency)
            letters, digits = unit.alpha, unit.exponent
        quote = '"' if _is_special(batch.kind) else ""
        first = [self._label, batch.merchant]
        then = [batch.moved_on, str(batch.number), batch.kind, batch.channel, batch.terminal]
        reference = self._paid.get((batch.merchant, batch.currency), "")
        return (
            f"{','.join(map(_cell, first))},{quote}{_doubled(batch.kind)}:",
            f"{quote},{','.join(map(_cell, then))},",
            f",{_cell(letters)},",
            digits,
            f",{_cell(reference)}{END_OF_LINE}",
        )

    def _find(self, finding: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(f"report {printable(finding, 300)}")


class _Around(dict[int, tuple[str, str, str, int, str]]):
    """By batch, what stands around number, RRN and amount; nothing of a batch that is none."""

    def __missing__(self, batch: int) -> tuple[str, str, str, int, str]:
        return "", "", "", 0, END_OF_LINE


def _wanted(around: _Around, movements: Iterable[BatchedLine]) -> Iterator[str]:
    for batch, sequence, amount, rrn in movements:
        name, about, letters, digits, end = around[batch]
        sign = "-" if amount < 0 else ""
        whole, minor = divmod(abs(amount), 10**digits)
        money = f"{sign}{whole}.{minor:0{digits}}" if digits else f"{amount}"
        yield f"{name}{sequence}{about}{_cell(rrn)}{letters}{money}{end}"


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def _cell(text: str) -> str:
    """RFC 4180, 2: what has a comma, a quote or the end of a line stands in quotes."""
    return f'"{_doubled(text)}"' if _is_special(text) else text


def _difference(line: Sequence[str] | None, want: Sequence[str] | None) -> str:
    if want is None:
        return f"{_named(line)} does not belong there"
    if line is None:
        return f"{_named(want)} is missing"
    for name, said, expected in zip(REPORT_COLUMNS, line, want, strict=False):
        if said != expected:
            return f"{_named(want)} has {name} {said!r}, expected {expected!r}"
    return f"{_named(want)} has {len(line)} values, expected {len(want)}"


def _named(line: Sequence[str] | None) -> str:
    return line[_MOVEMENT] if line and len(line) > _MOVEMENT else "a line"


# Closed days --------------------------------------------------------------------------------------


def altered_reports(folder: Path, content: bytes) -> Iterator[str]:
    """Which reports in *folder* are not what their manifest *content* says; missing ones are."""
    for name, digest in named_in(content).items():
        path = folder / name
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"{path} is not what the books hold"
