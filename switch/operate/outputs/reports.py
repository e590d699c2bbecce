"""The reports to merchants: written line by line, and read back against what they must say."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from io import BufferedReader, TextIOWrapper
from itertools import chain, groupby, islice, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from cardswitch.specs.amounts import currency
from cardswitch.specs.masking import printable
from cardswitch.wire.store.disk import sync_file, write_all

from ...settlement.fees.charges import Charge, charged_by_movement
from ...settlement.formats.invoice_csv import invoices
from ...settlement.formats.report_csv import (
    END_OF_LINE,
    FEE_COLUMNS,
    REPORT_COLUMNS,
    ReportLines,
    manifest,
    named_in,
    report_columns,
    report_name,
)
from ...settlement.movements import BatchedLine, ChargedLine
from ...settlement.payouts import Payout, is_currency
from ...settlement.totals import BatchTotals
from .invoices import invoice_findings, money, wanted_invoices

LINES_AT_ONCE: Final = 1_000
FINDINGS_MAX: Final = 1_000  # where more lines differ, more than a record is wrong
_is_special: Final = re.compile('[",\r\n]').search
_batch: Final = itemgetter(0)  # of a BatchedLine
_UNITS: Final = (1, 10, 100, 1_000, 10_000)  # by decimals, of which no currency has more
_UNCHARGED: Final = 4  # values of a BatchedLine
_MOVEMENT: Final = REPORT_COLUMNS.index("movement")


def references(payouts: Iterable[Payout]) -> dict[tuple[str, str], str]:
    """The reference of each deposit, by merchant and currency."""
    return {(p.merchant, p.currency): p.end_to_end_id for p in payouts if p.amount}


def write_reports(
    label: str,
    batches: Sequence[BatchTotals],
    movements: Iterable[BatchedLine | ChargedLine],
    paid: Mapping[tuple[str, str], str],
    folder: Path | None = None,
    charges: Collection[Charge] = (),
) -> bytes:
    """Write *movements*, ordered by merchant, to *folder*, or nowhere; the manifest of it all.

    They are those of *batches*. *paid* are the references of the deposits, *charges* what the close
    charges: what of that is no part of deposits gets an invoice. Raises OSError.
    """
    written = ReportLines(label, batches, paid)
    charged = charged_by_movement(charges)
    digests = {}
    for merchant, parts in _by_merchant(batches, movements, charged):
        name, has_fees = report_name(merchant), merchant in charged
        lines = map(written.charged_lines if has_fees else written.lines, parts)
        more = chain([[report_columns(has_fees=has_fees)]], lines)
        digests[name] = _write(more, folder / name if folder else None)
    for name, content in invoices(label, charges).items():
        digests[name] = _write(iter([[content.decode()]]), folder / name if folder else None)
    return manifest(label, digests)


def _by_merchant(
    batches: Iterable[BatchTotals], movements: Iterable[Any], charged: Collection[str]
) -> Iterator[tuple[str, Iterator[Any]]]:
    """By merchant, its *movements*, so many at once; with fees if it is *charged*."""
    merchants = defaultdict(str, {batch.number: batch.merchant for batch in batches})

    def parts() -> Iterator[tuple[str, list[Any]]]:
        left = iter(movements)
        while some := [*islice(left, LINES_AT_ONCE)]:
            start = 0
            for merchant, same in groupby(map(_batch, some), merchants.__getitem__):
                end = start + len([*same])
                yield merchant, some[start:end]
                start = end

    for merchant, some in groupby(parts(), itemgetter(0)):
        if merchant in charged:
            yield merchant, (part for _, part in some)
        else:
            yield merchant, (_uncharged(part) for _, part in some)


def _uncharged(lines: list[Any]) -> list[Any]:
    """What *lines* say but for fees, of which a close that charges others says nothing."""
    return lines if len(lines[0]) == _UNCHARGED else [line[:_UNCHARGED] for line in lines]


def _write(more: Iterable[Sequence[str]], path: Path | None) -> str:
    """Write the lines *more* to *path*, durably; their SHA-256."""
    digest = hashlib.sha256()
    with ExitStack() as stack:
        file = stack.enter_context(path.open("xb", buffering=0)) if path else None
        for lines in more:
            some = "".join(lines).encode()
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

    def __init__(
        self,
        folder: Path,
        label: str,
        paid: Mapping[tuple[str, str], str],
        charges: Collection[Charge] = (),
    ) -> None:
        self._folder = folder
        self._label = label
        self._paid = paid
        self._charged = charged_by_movement(charges)
        self._invoices = wanted_invoices(label, charges)
        self.findings: list[str] = []
        self._digests: dict[str, str] = {}

    def read(
        self, batches: Sequence[BatchTotals], movements: Iterable[BatchedLine | ChargedLine]
    ) -> bytes:
        """Hold each report against *movements* of *batches*, ordered by merchant; the manifest."""
        around = _Around({batch.number: self._around(batch) for batch in batches})
        for merchant, parts in _by_merchant(batches, movements, self._charged):
            has_fees = merchant in self._charged
            names = (*REPORT_COLUMNS, *FEE_COLUMNS) if has_fees else REPORT_COLUMNS
            lines = map(partial(_charged if has_fees else _wanted, around), parts)
            wanted = chain([[",".join(names) + END_OF_LINE]], lines)
            self._read_one(report_name(merchant), wanted)
        for name, invoice in self._invoices.items():
            self._read_invoice(name, invoice)
        for path in self._folder.iterdir():
            if path.name not in self._digests:
                self._find(f"{path.name} does not belong there")
        return manifest(self._label, self._digests)

    def _read_one(self, name: str, wanted: Iterator[list[str]]) -> None:
        path, digest = self._folder / name, hashlib.sha256()
        try:
            with path.open("rb") as file:
                for lines in wanted:
                    start, want = file.tell(), "".join(lines).encode()
                    said = file.read(len(want))
                    digest.update(said)
                    if said != want:
                        file.seek(start)
                        self._differs(name, file, chain(lines, chain.from_iterable(wanted)))
                        return
                self._digests[name] = digest.hexdigest()
                if file.peek(1):
                    self._differs(name, file, ())
        except FileNotFoundError:
            self._digests[name] = ""
            self._find(f"{name} is missing")
        except (ValueError, csv.Error) as error:
            self._find(f"{name}: unreadable ({type(error).__name__})")

    def _differs(self, name: str, file: BufferedReader, wanted: Iterable[str]) -> None:
        """Note that what *file* says from here on is not *wanted*; and what all of it comes to."""
        start = file.tell()
        file.seek(0)
        self._digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(start)
        self._name_differences(name, file, wanted)

    def _read_invoice(self, name: str, lines: Sequence[list[str]]) -> None:
        path = self._folder / name
        if not path.exists():
            self._digests[name] = ""
            self._find(f"{name} is missing")
            return
        content = path.read_bytes()
        self._digests[name] = hashlib.sha256(content).hexdigest()
        for finding in invoice_findings(name, content, lines):
            self._find(finding)

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


def _wanted(around: _Around, movements: Iterable[BatchedLine]) -> list[str]:
    lines = []
    for batch, sequence, amount, rrn in movements:
        name, about, letters, digits, end = around[batch]
        cell = _cell(rrn) if _is_special(rrn) else rrn
        money = f"{amount}"
        if digits:
            unit = _UNITS[digits]
            whole, minor = divmod(abs(amount), unit)
            money = f"{'-' if amount < 0 else ''}{whole}.{f'{unit + minor}'[1:]}"
        lines.append(f"{name}{sequence}{about}{cell}{letters}{money}{end}")
    return lines


def _charged(around: _Around, movements: Sequence[ChargedLine]) -> list[str]:
    """The lines of *movements*, with their fees behind them."""
    plain = _wanted(around, (movement[:4] for movement in movements))
    return [
        f"{line[: -len(END_OF_LINE)]},{_costs(around[movement[0]][3], movement)}{END_OF_LINE}"
        for line, movement in zip(plain, movements, strict=True)
    ]


def _costs(digits: int, movement: ChargedLine) -> str:
    told = [0 if cost is None else cost for cost in movement[4:7]]
    costs = (*told, movement[2] - told[2])
    return ",".join([_cell(movement[7] or ""), *(money(cost, digits) for cost in costs)])


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
    names = (*REPORT_COLUMNS, *FEE_COLUMNS)
    for name, said, expected in zip(names, line, want, strict=False):
        if said != expected:
            return f"{_named(want)} has {name} {said!r}, expected {expected!r}"
    return f"{_named(want)} has {len(line)} values, expected {len(want)}"


def _named(line: Sequence[str] | None) -> str:
    return line[_MOVEMENT] if line and len(line) > _MOVEMENT else "a line"


# Closed days --------------------------------------------------------------------------------------


def altered_reports(folder: Path, content: bytes) -> Iterator[Path]:
    """Which reports in *folder* are not what their manifest *content* says; missing ones are."""
    for name, digest in named_in(content).items():
        path = folder / name
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield path


def missing(folder: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Which of *files* do not lie in *folder*, and which of the reports that a manifest names.

    Where all of these are gone, their folder alone.
    """
    return tuple(_missing(Path(folder), files))


def _missing(folder: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in files.items():
        if not (folder / name).exists():
            yield name
        if name.startswith("reports-") and name.endswith(".sha256"):
            reports = name.removesuffix(".sha256")
            if not (folder / reports).exists():
                yield reports
                continue
            named = (f"{reports}/{report}" for report in named_in(content))
            yield from (report for report in named if not (folder / report).exists())
