"""The files of closes that are no longer where they were written: the books have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cardswitch.specs.errors import Error
from cardswitch.wire.operator.files import staged_folder, write_files

from ..settlement.days import option_of
from ..settlement.formats.report_csv import manifest_name, named_in, reports_name
from ..store.books import BooksReader, BooksReading
from .config import SettlementConfig
from .outputs.reports import altered_reports, missing, write_reports
from .verify_books import Findings


def write_again(folder: Path, books: BooksReading, label: str) -> None:
    """Write all that the close of *label* wrote once more. Raises Findings or Error."""
    files = books.files(label)
    require_same(folder, files)
    write_files(folder, files)
    manifest = files.get(manifest_name(label), b"")
    if not all((folder / reports_name(label) / name).exists() for name in named_in(manifest)):
        _write_reports(folder, books, label, manifest)


def _write_reports(folder: Path, books: BooksReading, label: str, manifest: bytes) -> None:
    paid = {(d.merchant, d.currency): d.end_to_end_id for d in books.deposits(label)}
    with staged_folder(folder, reports_name(label)) as reports:
        batches, lines, charges = books.batches(label), books.batched(label), books.charges(label)
        if write_reports(label, batches, lines, paid, reports, charges) != manifest:
            raise Findings(
                "nothing is written",
                [f"the movements of {label} do not come to the reports that its close has written"],
            )


def write_missing(settlement: SettlementConfig, business_date: str | None = None) -> list[str]:
    """Write what is missing of *business_date*, or of all closed days, again; its names.

    Raises Findings (a file is there and is another; nothing is written), ConfigError or Error.
    """
    books = BooksReader(settlement.books)
    closes = [close.business_date for close in books.closes()]
    if business_date is not None and business_date not in closes:
        do = f"cardswitch settle close{option_of(business_date)} does that"
        raise Error(f"{business_date} is not closed: {do}")
    folder = Path(settlement.deposits)
    written: list[str] = []
    labels = [business_date] if business_date else closes
    for label in labels:
        require_same(folder, books.files(label))
    for label in labels:
        gone = missing(settlement.deposits, books.files(label))
        if gone:
            write_again(folder, books, label)
        written += gone
    return written


def require_same(folder: Path, files: Mapping[str, bytes]) -> None:
    """Raise Findings if one of *files* lies in *folder* with another content.

    Perhaps a bank has it already, so it is not written over.
    """
    others = [
        f"{folder / name} is there and says something else: see whether a bank has it, then move it"
        for name, content in files.items()
        if (folder / name).exists() and (folder / name).read_bytes() != content
    ]
    for name, content in files.items():
        if name.startswith("reports-"):
            altered = altered_reports(folder / name.removesuffix(".sha256"), content)
            others += [f"{path} is not what the books hold" for path in altered]
    if others:
        raise Findings("nothing is written", others)
