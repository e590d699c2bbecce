"""The reports to merchants: written line by line, and read back against what they must say."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from io import StringIO
from itertools import chain, groupby, islice, zip_longest
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Final

from cardswitch.specs.amounts import currency
from cardswitch.specs.masking import printable
from cardswitch.wire.store.disk import sync_file, write_all

from ...settlement.formats.report_csv import (
    REPORT_COLUMNS,
    manifest,
    named_in,
    report_name,
    report_rows,
)
from ...settlement.movements import Movement
from ...settlement.payouts import Payout, is_currency

LINES_AT_ONCE: Final = 1_000
FINDINGS_MAX: Final = 1_000  # where more lines differ, more than a record is wrong
_MERCHANT: Final = itemgetter(REPORT_COLUMNS.index("merchant"))
_MOVEMENT: Final = REPORT_COLUMNS.index("movement")


def references(payouts: Iterable[Payout]) -> dict[tuple[str, str], str]:
    """The reference of each deposit, by merchant and currency."""
    return {(p.merchant, p.currency): p.end_to_end_id for p in payouts if p.amount}


def write_reports(
    label: str,
    movements: Iterable[Movement],
    paid: Mapping[tuple[str, str], str],
    folder: Path | None = None,
) -> bytes:
    """Write *movements*, ordered by merchant, to *folder*, or nowhere; their manifest.

    *paid* are the references of the deposits. Raises OSError.
    """
    digests = {}
    for merchant, lines in groupby(report_rows(label, movements, paid), key=_MERCHANT):
        name = report_name(str(merchant))
        digests[name] = _write(lines, folder / name if folder else None)
    return manifest(label, digests)


def _write(lines: Iterator[tuple[object, ...]], path: Path | None) -> str:
    """Write *lines* to *path*, durably; their SHA-256."""
    digest = hashlib.sha256()
    with ExitStack() as stack:
        file = stack.enter_context(path.open("xb", buffering=0)) if path else None
        more = chain([REPORT_COLUMNS], lines)
        while some := [*islice(more, LINES_AT_ONCE)]:
            text = StringIO(newline="")
            csv.writer(text, lineterminator="\r\n").writerows(some)
            written = text.getvalue().encode()
            digest.update(written)
            if file:
                write_all(file.fileno(), written)
        if file:
            sync_file(file.fileno())
    return digest.hexdigest()


# Read back ----------------------------------------------------------------------------------------


class ReportCheck:
    """Reads the reports in *folder* back, against the movements that were counted again."""

    def __init__(self, folder: Path, label: str, paid: Mapping[tuple[str, str], str]) -> None:
        self._folder = folder
        self._label = label
        self._paid = paid
        self.findings: list[str] = []
        self._digests: dict[str, str] = {}

    def read(self, counted: Iterable[Movement]) -> bytes:
        """Hold each report against *counted*, which are ordered by merchant; the manifest."""
        for merchant, movements in groupby(counted, key=attrgetter("merchant")):
            self._read_one(report_name(merchant), movements)
        for path in self._folder.iterdir():
            if path.name not in self._digests:
                self._find(f"{path.name} does not belong there")
        return manifest(self._label, self._digests)

    def _read_one(self, name: str, movements: Iterable[Movement]) -> None:
        path = self._folder / name
        wanted = chain([[*REPORT_COLUMNS]], map(self._line, movements))
        try:
            with path.open("rb") as file:
                self._digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
            with path.open(encoding="utf-8", newline="") as text:
                for line, want in zip_longest(csv.reader(text), wanted):
                    if line != want:
                        self._find(f"{name}: {_difference(line, want)}")
        except FileNotFoundError:
            self._digests[name] = ""
            self._find(f"{name} is missing")
        except (ValueError, csv.Error) as error:
            self._find(f"{name}: unreadable ({type(error).__name__})")

    def _line(self, m: Movement) -> list[str]:
        letters, digits = (
            (currency(m.currency).alpha, currency(m.currency).exponent)
            if is_currency(m.currency)
            else (m.currency, 0)
        )
        whole, minor = divmod(abs(m.amount), 10**digits)
        amount = f"{'-' * (m.amount < 0)}{whole}" + (f".{minor:0{digits}}" if digits else "")
        return [
            self._label,
            m.merchant,
            f"{m.kind}:{m.sequence}",
            m.moved_on,
            str(m.batch),
            m.kind,
            m.channel,
            m.terminal,
            m.rrn,
            letters,
            amount,
            self._paid.get((m.merchant, m.currency), ""),
        ]

    def _find(self, finding: str) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(f"report {printable(finding, 300)}")


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
