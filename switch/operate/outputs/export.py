"""The books for other people's programs: the general ledger as text, movements as rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import msgspec

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.operator.files import staged_folder

from ...settlement.days import option_of
from ...settlement.formats.plain_text import Dialect, PlainText
from ...settlement.payouts import amount_text, currency_name
from ...store.books import BooksReader
from ..config import SettlementConfig

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

Format = Literal["beancount", "hledger", "csv", "json", "parquet"]
FORMATS: Final = get_args(Format)
COLUMNS: Final = (
    "business_date", "movement", "leg", "batch", "moved_on", "kind", "merchant", "channel",
    "terminal", "rrn", "currency", "amount", "amount_minor",
)  # fmt: skip
NUMBERS: Final = frozenset(("leg", "batch", "amount_minor"))
ROWS_AT_ONCE: Final = 50_000  # of a group of rows in Parquet
_LINES_AT_ONCE: Final = 1_000
_NO_WRITER: Final = "no writer of Parquet is installed: pip install 'cardswitch[parquet]'"
_FOLDER: Final = "business_date={}"  # how readers of Parquet know what a folder holds


def export_text(
    settlement: SettlementConfig, to: Format, business_date: str | None = None
) -> Iterator[str]:
    """The closed days, or that of *business_date*, in a format of text; piece by piece.

    Raises ConfigError, Missing (nothing closed yet) or Error (that day is not closed).
    """
    books = BooksReader(settlement.books)
    days = _days(books, business_date)
    if to in get_args(Dialect):
        writer = PlainText(to)  # type: ignore[arg-type]
        yield writer.title()
        reasons = books.reasons()
        for day in days:
            yield from writer.day(books.postings(day), books.batches(day))
            yield from writer.day(books.events(day), reasons=reasons)
        return
    rows = chain.from_iterable(_rows(books, day) for day in days)
    yield from _csv(rows) if to == "csv" else map(_json, rows)


def export_parquet(
    settlement: SettlementConfig, into: Path, business_date: str | None = None
) -> list[Path]:
    """A folder of *into* for each closed day, or for *business_date*, in Parquet; their names.

    Each is there whole or not at all. Raises ConfigError (no writer), Missing or Error.
    """
    try:
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise ConfigError(_NO_WRITER) from None
    books = BooksReader(settlement.books)
    written = []
    for day in _days(books, business_date):
        name = _FOLDER.format(day)
        with (
            staged_folder(into, name) as folder,
            ParquetWriter(folder / "movements.parquet", _schema()) as writer,
        ):
            _write_groups(writer, _rows(books, day))
        written.append(into / name)
    return written


def _days(books: BooksReader, business_date: str | None) -> list[str]:
    days = [close.business_date for close in books.closes()]
    if business_date is None:
        return days
    if business_date not in days:
        do = f"cardswitch settle close{option_of(business_date)} does that"
        raise Error(f"{business_date} is not closed: {do}")
    return [business_date]


def _rows(books: BooksReader, day: str) -> Iterator[tuple[str | int, ...]]:
    for m in books.movements(day):
        yield (
            day, m.name, m.leg, m.batch, m.moved_on, m.kind, m.merchant, m.channel, m.terminal,
            m.rrn, currency_name(m.currency), amount_text(m.amount, m.currency), m.amount,
        )  # fmt: skip


def _csv(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    more = chain([COLUMNS], rows)
    while some := [*islice(more, _LINES_AT_ONCE)]:
        text = StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(some)
        yield text.getvalue()


def _json(row: tuple[Any, ...]) -> str:
    return msgspec.json.encode(dict(zip(COLUMNS, row, strict=True))).decode() + "\n"


def _schema() -> Any:
    import pyarrow

    # The name of the folder says which day it is; a column of that name would be there twice.
    kinds = {True: pyarrow.int64(), False: pyarrow.string()}
    return pyarrow.schema([(name, kinds[name in NUMBERS]) for name in COLUMNS[1:]])


def _write_groups(writer: ParquetWriter, rows: Iterator[tuple[Any, ...]]) -> None:
    import pyarrow

    while some := [*islice(rows, ROWS_AT_ONCE)]:
        _, *columns = zip(*some, strict=True)
        writer.write_table(pyarrow.table([*map(list, columns)], schema=_schema()))
