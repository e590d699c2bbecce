"""The files of closes that are no longer where they were written: the books have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from cardswitch.specs.errors import Error
from cardswitch.wire.operator.files import write_files

from ..store.books import BooksReader
from .config import SettlementConfig
from .verify_books import Findings


def missing(folder: str, names: Iterable[str]) -> tuple[str, ...]:
    """Which of the files *names* do not lie in *folder*."""
    return tuple(name for name in names if not (Path(folder) / name).exists())


def write_missing(settlement: SettlementConfig, business_date: str | None = None) -> list[str]:
    """Write what is missing of *business_date*, or of all closed days, again; its names.

    Raises Findings (a file is there and is another; nothing is written), ConfigError or Error.
    """
    books = BooksReader(settlement.books)
    closes = [close.business_date for close in books.closes()]
    if business_date is not None and business_date not in closes:
        raise Error(f"{business_date} is not closed: cardswitch settle close does that")
    files = {
        name: content
        for label in ([business_date] if business_date else closes)
        for name, content in books.files(label).items()
    }
    folder = Path(settlement.deposits)
    require_same(folder, files)
    gone = missing(settlement.deposits, files)
    write_files(folder, {name: files[name] for name in gone})
    return list(gone)


def require_same(folder: Path, files: Mapping[str, bytes]) -> None:
    """Raise Findings if one of *files* lies in *folder* with another content.

    Perhaps a bank has it already, so it is not written over.
    """
    others = [
        f"{folder / name} is there and says something else: see whether a bank has it, then move it"
        for name, content in files.items()
        if (folder / name).exists() and (folder / name).read_bytes() != content
    ]
    if others:
        raise Findings("nothing is written", others)
