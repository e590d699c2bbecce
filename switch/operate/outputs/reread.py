"""Reads the reports to merchants back, against what they must say, put down a second time."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, groupby, zip_longest
from pathlib import Path
from typing import Any, Final

from cardswitch.specs.amounts import currency
from cardswitch.specs.masking import printable

from ...settlement.fees.charges import Charge, charged_by_movement
from ...settlement.formats.report_csv import (
    END_OF_LINE,
    FEE_COLUMNS,
    REPORT_COLUMNS,
    manifest,
    report_name,
)
from ...settlement.movements import BatchedLine, ChargedLine
from ...settlement.payouts import is_currency
from ...settlement.totals import BatchTotals
from .invoices import invoice_findings, money, wanted_invoices
from .reports import Lines, uncharged

FINDINGS_MAX: Final = 1_000  # where more lines differ, more than a record is wrong
_is_special: Final = re.compile('[",\r\n]').search
_UNITS: Final = (1, 10, 100, 1_000, 10_000)  # by decimals, of which no currency has more
_MOVEMENT: Final = REPORT_COLUMNS.index("movement")


class ReportCheck:
    """Holds the reports in *folder* against movements of *batches* that were found to be right.

    Each must be, byte for byte, what is put down here a second time. Only where one is not, it is
    parsed to name what differs.
    """

    def __init__(
        self,
        folder: Path,
        label: str,
        batches: Sequence[BatchTotals],
        paid: Mapping[tuple[str, str], str],
        charges: Collection[Charge] = (),
    ) -> None:
        self._folder = folder
        self._label = label
        self._paid = paid
        self._merchants = {batch.number: batch.merchant for batch in batches}
        self._around = _Around({batch.number: self._about(batch) for batch in batches})
        self._charged = charged_by_movement(charges)
        self._invoices = wanted_invoices(label, charges)
        self._wanted: dict[str, Any] = {}  # by name, the hash of what a report must say
        self.findings: list[str] = []

    def take(self, merchant: str, movements: Lines) -> None:
        """Note what the report to *merchant* must say of *movements*, behind those before."""
        name, lines = report_name(merchant), self._lines(merchant, movements)
        if name not in self._wanted:
            self._wanted[name] = hashlib.sha256(self._columns(merchant).encode())
        self._wanted[name].update("".join(lines).encode())

    def read(self, again: Callable[[], Iterable[BatchedLine | ChargedLine]]) -> bytes:
        """Hold all that lies there against what was noted; its manifest.

        Where something differs all movements are asked for *again*, ordered by merchant.
        """
        digests = {name: self._digest(name) for name in (*self._wanted, *self._invoices)}
        wanted = {name: digest.hexdigest() for name, digest in self._wanted.items()}
        altered = {name for name in wanted if digests[name] not in ("", wanted[name])}
        if altered:
            for merchant, some in groupby(again(), lambda m: self._merchants.get(m[0], "")):
                if report_name(merchant) in altered:
                    self._name_differences(merchant, some)
        for name, invoice in self._invoices.items():
            if digests[name]:
                for finding in invoice_findings(name, (self._folder / name).read_bytes(), invoice):
                    self._find(finding)
        for path in self._folder.iterdir():
            if path.name not in digests:
                self._find(f"{path.name} does not belong there")
        return manifest(self._label, digests)

    def _digest(self, name: str) -> str:
        try:
            with (self._folder / name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            self._find(f"{name} is missing")
            return ""

    def _name_differences(self, merchant: str, movements: Iterable[Any]) -> None:
        """Hold the report to *merchant* against *movements*, line by line."""
        name, before = report_name(merchant), len(self.findings)
        each = (line for movement in movements for line in self._lines(merchant, [movement]))
        wanted = csv.reader(chain([self._columns(merchant)], each))
        try:
            with (self._folder / name).open(encoding="utf-8", newline="") as text:
                for line, want in zip_longest(csv.reader(text), wanted):
                    if line != want:
                        self._find(f"{name}: {_difference(line, want)}")
        except (ValueError, csv.Error) as error:
            self._find(f"{name}: unreadable ({type(error).__name__})")
        if len(self.findings) == before:
            self._find(f"{name}: it says what it must in other bytes")

    def _columns(self, merchant: str) -> str:
        has_fees = merchant in self._charged
        names = (*REPORT_COLUMNS, *FEE_COLUMNS) if has_fees else REPORT_COLUMNS
        return ",".join(names) + END_OF_LINE

    def _lines(self, merchant: str, movements: Lines) -> list[str]:
        if merchant in self._charged:
            return _charged(self._around, movements)
        return _wanted(self._around, uncharged(movements))

    def _about(self, batch: BatchTotals) -> tuple[str, str, str, int, str]:
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
