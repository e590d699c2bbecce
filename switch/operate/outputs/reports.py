"""The reports to merchants: written as movements come, each durable at the end."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from cardswitch.wire.store.disk import sync_file, write_all

from ...settlement.fees.charges import Charge, charged_by_movement
from ...settlement.formats.invoice_csv import invoices
from ...settlement.formats.report_csv import (
    ReportLines,
    manifest,
    named_in,
    report_columns,
    report_name,
)
from ...settlement.movements import BatchedLine, ChargedLine
from ...settlement.payouts import Payout
from ...settlement.totals import BatchTotals

# Movements held at once, some 20 MB: of each merchant as many lines as these have are one write.
HELD_AT_ONCE: Final = 100_000
_UNCHARGED: Final = 4  # values of a BatchedLine
Lines = list[Any]  # BatchedLine or ChargedLine, each of them
Take = Callable[[str, Lines], None]  # takes some movements of a merchant


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
    beside: Take | None = None,
) -> bytes:
    """Write *movements*, in their order, to *folder*, or nowhere; the manifest of it all.

    They are those of *batches*, and *beside* takes them too. *paid* are the references of the
    deposits, *charges* what the close charges: what of that is no part of deposits gets an
    invoice. Raises OSError.
    """
    written = _Reports(ReportLines(label, batches, paid), charged_by_movement(charges), folder)
    for merchant, some in by_merchant(batches, movements):
        written.take(merchant, some)
        if beside is not None:
            beside(merchant, some)
    for name, content in invoices(label, charges).items():
        written.add(name, content)
    return manifest(label, written.ended())


def by_merchant(
    batches: Iterable[BatchTotals], movements: Iterable[Any]
) -> Iterator[tuple[str, Lines]]:
    """Some *movements* of a merchant after those of another, each in their order.

    So many are held at once, and no list beyond the next one: merchants come again. What is in none
    of *batches* is left out.
    """
    held: defaultdict[str, Lines] = defaultdict(list)
    lists = {batch.number: held[batch.merchant] for batch in batches}
    left = iter(movements)
    while read := [*islice(left, HELD_AT_ONCE)]:
        for movement in read:
            if (of_merchant := lists.get(movement[0])) is not None:
                of_merchant.append(movement)
        read.clear()  # What is held, is held once.
        for merchant, some in held.items():
            if some:
                yield merchant, some
                some.clear()


def uncharged(movements: Lines) -> Lines:
    """What *movements* say but for fees, of which a close that charges others says nothing."""
    return movements if len(movements[0]) == _UNCHARGED else [m[:_UNCHARGED] for m in movements]


class _Reports:
    """Files that grow in *folder*, or nowhere: the lines of movements, and what they come to."""

    def __init__(self, lines: ReportLines, charged: frozenset[str], folder: Path | None) -> None:
        self._lines = lines
        self._charged = charged
        self._folder = folder
        self._digests: dict[str, Any] = {}

    def take(self, merchant: str, movements: Lines) -> None:
        """Write *movements*, some more of those of *merchant*."""
        name, has_fees = report_name(merchant), merchant in self._charged
        if has_fees:
            lines = self._lines.charged_lines(movements)
        else:
            lines = self._lines.lines(uncharged(movements))
        if name not in self._digests:
            lines.insert(0, report_columns(has_fees=has_fees))
        self.add(name, "".join(lines).encode())

    def add(self, name: str, content: bytes) -> None:
        """Write *content* to the end of the file *name*, which must be new at first."""
        mode = "ab" if name in self._digests else "xb"
        self._digests.setdefault(name, hashlib.sha256()).update(content)
        if self._folder is not None:
            with (self._folder / name).open(mode, buffering=0) as file:
                write_all(file.fileno(), content)

    def ended(self) -> dict[str, str]:
        """All is durable: by name, the SHA-256 of each file."""
        if self._folder is not None:
            for name in self._digests:
                with (self._folder / name).open("rb") as file:
                    sync_file(file.fileno())
        return {name: digest.hexdigest() for name, digest in self._digests.items()}


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
