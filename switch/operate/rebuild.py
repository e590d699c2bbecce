"""Makes books that were lost anew, close by close, from the journal; nothing is ordered or written.

The journal names each close with its hash, so what is made anew is the same or it is not made. The
accounts of then are taken from the CSV of that day, if it still lies in the folder of deposits, and
else from the configuration.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from io import StringIO
from pathlib import Path

from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.store.database import Missing

from ..settlement.ach.parties import is_destination, parted
from ..settlement.answers import read_answer
from ..settlement.close import close_day
from ..settlement.days import BankDay
from ..settlement.deeds.corrections import deed_sheet
from ..settlement.entries import DEEDS, BankEntry, BankSheet
from ..settlement.formats.from_bank import EDITION
from ..settlement.formats.report_csv import manifest_name
from ..settlement.parties import MerchantAccount
from ..settlement.payouts import payouts
from ..store.books import Books, BooksReader, ClosedDay
from ..store.reader import CloseRow, JournalReader
from .bank.copies import TAKEN, kept_name
from .bank.take import matched
from .config import SettlementConfig, SwitchConfig
from .fees.charging import charge
from .outputs.ach import ach_before
from .outputs.reports import references, write_reports
from .verify_books import Findings


def rebuild(switch: SwitchConfig, settlement: SettlementConfig) -> list[ClosedDay]:
    """Make every close that the journal names anew, in books that are not there yet.

    What was taken of banks, or decided, is booked between them as it was; also before any close.

    Raises Findings (a close cannot be made as it was), ConfigError or Error (there are books).
    """
    _require_none(settlement)
    journal = JournalReader(switch.database, settlement.name)
    with journal.snapshot():
        days = {day.label: day for day in journal.days()}
        rows, entries = journal.closes(), journal.bank()
        if not (rows or entries):
            raise Error("the journal names no close: there is nothing to make anew")
        with closing(Books(settlement.books)) as books:
            for number, row in enumerate(rows):
                _take_again(entries, number, books, settlement)
                _book(journal, days[row.day], row, books, settlement)
            _take_again(entries, len(rows), books, settlement)
            return [closed for row in rows if (closed := books.closed(row.day)) is not None]


def _require_none(settlement: SettlementConfig) -> None:
    try:
        if BooksReader(settlement.books).mark() == (0, 0):
            return
    except Missing:
        return
    raise Error(
        f"there are books, {settlement.books}: move them away first, and keep them: cardswitch "
        "settle verify says what is wrong with them"
    )


def _book(
    journal: JournalReader, day: BankDay, row: CloseRow, books: Books, settlement: SettlementConfig
) -> None:
    closes, balances = books.closes(), books.balances()
    after = closes[-1].read_to if closes else 0
    files = _files(Path(settlement.deposits), row.day)
    standing = books.standing()
    written = files.get(f"deposit-{row.day}.csv")
    with books.booking(journal, day.sequence) as booking:
        totals = booking.book(day, after, row.read_to)
        costs = charge(booking, row.day, totals, settlement)
        wrong = booking.hold(row.day, after, row.read_to, settlement.hold_days)
        if wrong:
            raise Findings(f"the holds of {row.day} cannot be made as they were", wrong)
        for accounts in _accounts(written, settlement.accounts):
            paid = payouts(
                row.day, totals, accounts, settlement.acquirer, balances, standing, costs.charges
            )
            lines = booking.batched(row.day)
            made = close_day(
                day,
                totals,
                paid,
                settlement.acquirer,
                balances,
                read_to=row.read_to,
                closed_at=row.closed_at,
                manifest=write_reports(
                    row.day, totals, lines, references(paid), None, costs.charges
                ),
                rates=costs.rates,
                charges=costs.charges,
                ach_before=ach_before(books, settlement, row.closed_at),
            )
            for close in (made, replace(made, files={**made.files, **files})):
                if close.sha256 == row.sha256:
                    booking.record(close)
                    return
        raise Findings(
            f"the close of {row.day} cannot be made as it was",
            [
                f"put deposit-{row.day}.csv and its orders, .xml and .ach, of that day back into "
                f"{settlement.deposits}, or the accounts of then into the configuration, and try "
                "again"
            ],
        )


def _take_again(
    entries: Sequence[BankEntry], closes: int, books: Books, settlement: SettlementConfig
) -> None:
    """Book what was taken of banks, or decided, once that many days were closed."""
    for entry in entries:
        if entry.closes == closes:
            books.record_bank(_taken(entry, books, settlement))


def _taken(entry: BankEntry, books: Books, settlement: SettlementConfig) -> BankSheet:
    if entry.kind in DEEDS:
        closes = books.closes()
        sheet = deed_sheet(entry, closes[-1].business_date if closes else "")
    else:
        path = Path(settlement.deposits) / TAKEN / kept_name(entry)
        content = path.read_bytes() if path.exists() else b""
        if sha256(content).hexdigest() != entry.content_sha256:
            wanted = f"put the file {entry.name} of the bank back as {path}, and try again: its "
            raise Findings(
                f"what {entry.name} said cannot be booked as it was",
                [f"{wanted}SHA-256 is {entry.content_sha256}"],
            )
        sheet = _read_again(entry, content, books)
    if sheet.computed() != entry.sha256:
        raise Findings(
            f"{entry.name} cannot be booked as it was",
            ["it comes to something else than the journal names: ask for help, change nothing"],
        )
    return sheet


def _read_again(entry: BankEntry, content: bytes, books: Books) -> BankSheet:
    """What *content* came to as *entry*, by the edition of then; or, if by none, by the first."""
    for edition in range(EDITION, 0, -1):
        answer = replace(read_answer(content, edition), message=entry.message)
        sheet = matched(books, entry.name, content, answer, entry.at, edition)
        if sheet.computed() == entry.sha256:
            break
    return sheet


def _files(folder: Path, label: str) -> dict[str, bytes]:
    """What lies in *folder* of the files that the close of *label* wrote."""
    names = [f"deposit-{label}{end}" for end in (".csv", "-sheet.csv", ".xml", ".ach")]
    names.append(manifest_name(label))
    return {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}


def _accounts(
    written: bytes | None, configured: Sequence[MerchantAccount]
) -> Iterator[Sequence[MerchantAccount]]:
    yield configured
    if written is not None:
        yield [*_accounts_in(written)]


def _accounts_in(written: bytes) -> Iterator[MerchantAccount]:
    """The accounts that a CSV names; what it does not say of them is not in the books either.

    A merchant has a line for each currency: that of dollars may name an account of the ACH.
    """
    found: dict[str, dict[str, str]] = {}
    for line in csv.DictReader(StringIO(written.decode(errors="replace"), newline="")):
        merchant, to = line.get("merchant") or "", line.get("iban") or ""
        if not to:
            continue
        names = found.setdefault(merchant, {"name": line.get("name") or "", "iban": ""})
        if is_destination(to):
            names["ach_routing"], names["ach_account"] = parted(to)
        elif not names["iban"]:
            names |= {"iban": to, "bic": line.get("bic") or ""}
    for merchant, names in found.items():
        try:
            yield MerchantAccount(id=merchant, **names)
        except ConfigError:
            continue  # It was altered; the hash will say so.
