"""Goes through the books from the first close to the last, and holds them against the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.wire.store.database import Missing

from ..settlement.check_files import differences
from ..settlement.close import books_head, fingerprint
from ..settlement.entries import BankEntry
from ..settlement.fees.charges import Charge
from ..settlement.formats.report_csv import manifest_name, reports_name
from ..settlement.ledger import Posting, balances_sha256, merchant_of, unbalanced
from ..settlement.payouts import amount_text, currency_name
from ..settlement.totals import BatchTotals
from ..store.books import BooksReader, BooksReading, Close
from ..store.reader import JournalReader
from .bank.copies import TAKEN, taken_files
from .bank.verify import altered_bank
from .config import SettlementConfig, SwitchConfig
from .outputs.reports import altered_reports, by_merchant, missing, write_reports
from .outputs.reread import ReportCheck

FINDINGS_SHOWN: Final = 3  # of those in the text of an error; all are in its `findings`
_PAYOUT: Final = "payout:"
_ASTRAY: Final = (
    "the books do not go with the journal, so nothing is paid until they are restored from a copy, "
    "or moved away and made anew by cardswitch settle rebuild"
)


class Findings(Error):
    """Records do not agree, and nothing is paid until they do."""

    def __init__(self, what: str, findings: Sequence[str]) -> None:
        super().__init__(f"{what}: {'; '.join(findings[:FINDINGS_SHOWN])}")
        self.findings = tuple(findings)


class Verdict(Struct, frozen=True):
    """What a look through the books has found."""

    closes: int  # how many were gone through
    findings: tuple[str, ...]
    not_here: tuple[str, ...]  # files that were taken away, which is nobody's fault


def verify(switch: SwitchConfig, settlement: SettlementConfig) -> Verdict:
    """Compute every close again from its rows, and compare it with files and journal.

    The journal's own chain is gone through, too.
    """
    journal = JournalReader(switch.database, settlement.name)
    with journal.snapshot():
        try:
            books = BooksReader(settlement.books)
        except Missing:
            findings = [*_disagreements(journal, []), *_not_the_bank(journal, [])]
            return Verdict(0, tuple(findings), ())
        closes = books.closes()
        findings = [*_disagreements(journal, closes), *_not_the_bank(journal, books.entries())]
        damages = [f"the journal is damaged: {each}" for each in journal.verify()]
        findings += damages or books.altered_movements(journal)
        findings += books.altered_holds(journal, closes[-1].read_to if closes else 0)
    folder = Path(settlement.deposits)
    not_here: list[str] = []
    findings += altered(books)
    for close in closes:
        files = books.files(close.business_date)
        not_here += missing(settlement.deposits, files)
        for name, content in files.items():
            path = folder / name
            if path.exists() and path.read_bytes() != content:
                said = _shown(differences(name, path.read_bytes(), content))
                findings.append(f"{path} is not what the books hold{said}")
            if name == manifest_name(close.business_date):
                findings += _altered_reports(folder, books, close.business_date, content)
    for name, content in taken_files(books).items():
        path = folder / TAKEN / name
        if not path.exists():
            not_here.append(f"{TAKEN}/{name}")
        elif path.read_bytes() != content:
            findings.append(f"{path} is not what the bank sent")
    return Verdict(len(closes), tuple(findings), tuple(not_here))


def _shown(differences: Sequence[str]) -> str:
    """The first of them, behind a colon."""
    more = f", and {len(differences) - FINDINGS_SHOWN} more" * (len(differences) > FINDINGS_SHOWN)
    return f": {'; '.join(differences[:FINDINGS_SHOWN])}{more}" if differences else ""


def _altered_reports(
    folder: Path, books: BooksReading, label: str, content: bytes
) -> Iterator[str]:
    """Which reports are not what their manifest says, and the lines in which they are not."""
    reports = folder / reports_name(label)
    altered = [*altered_reports(reports, content)]
    if not altered:
        return
    paid = {(d.merchant, d.currency): d.end_to_end_id for d in books.deposits(label)}
    batches = books.batches(label)
    check = ReportCheck(reports, label, batches, paid, books.charges(label))
    for merchant, some in by_merchant(batches, books.batched(label)):
        check.take(merchant, some)
    check.read(lambda: books.batched(label, is_by_merchant=True))
    for path in altered:
        begins = f"report {path.name}: "
        lines = [each.removeprefix(begins) for each in check.findings if each.startswith(begins)]
        yield f"{path} is not what the books hold{_shown(lines)}"


def unrecorded(
    journal: JournalReader, closes: Sequence[Close], entries: Sequence[BankEntry]
) -> tuple[Sequence[Close], Sequence[BankEntry]]:
    """Of the books' *closes* and *entries*, the last ones, which the journal does not name yet.

    A crash between books and journal leaves one. Raises Findings if the books lack a close that the
    journal names, hold another one in its place, or belong to another journal.
    """
    findings = [*_disagreements(journal, closes), *_not_the_bank(journal, entries)]
    if findings:
        raise Findings(_ASTRAY, findings)
    return closes[len(journal.closes()) :], entries[len(journal.bank()) :]


def require_all(journal: JournalReader, closes: Sequence[Close]) -> None:
    """Raise Findings if the books lack a close that the journal names; they may be ahead of it."""
    known = {close.business_date for close in closes}
    lost = [_lost(row.day) for row in journal.closes() if row.day not in known]
    if lost:
        raise Findings(_ASTRAY, lost)


def _lost(label: str) -> str:
    return f"the journal names the close of {label}, which the books lack"


def _disagreements(journal: JournalReader, closes: Sequence[Close]) -> Iterator[str]:
    days = {day.label: day for day in journal.days()}
    last_row = journal.head()[0]
    for close in closes:
        day = days.get(close.business_date)
        known = day is not None and day.has_ended
        if not known or close.starts_at != days[close.business_date].starts_at:
            yield f"the books close {close.business_date}, a day that this journal has not had"
        elif close.read_to > last_row:
            yield f"the books have read row {close.read_to}, and this journal ends at {last_row}"
    for number, row in enumerate(journal.closes()):
        if number >= len(closes):
            yield _lost(row.day)
            continue
        close = closes[number]
        if close.business_date != row.day:
            yield f"the journal names the close of {row.day}, the books have {close.business_date}"
        elif (close.sha256, close.books_head) != (row.sha256, row.books_head):
            yield f"the close of {row.day} is another in the books than the journal names"


def _not_the_bank(journal: JournalReader, entries: Sequence[BankEntry]) -> Iterator[str]:
    """Where the books' *entries* are not those that the journal names."""
    for number, row in enumerate(journal.bank(), 1):
        if number > len(entries):
            yield f"the journal names {row.name}, taken of a bank, which the books lack"
        elif entries[number - 1] != row:
            yield f"{row.name}, taken of a bank, is another in the books than the journal names"


def altered(books: BooksReading) -> Iterator[str]:
    """What the books hold otherwise than it was booked, one sentence each."""
    before = None
    for close in books.closes():
        yield from _check_close(close, before, books)
        before = close
    yield from altered_bank(books)
    yield from books.altered_seals()
    yield from books.altered_fees()
    for day in sorted(set(books.orphans())):
        yield f"something is booked on {day or 'no day'}, which has no close"


def _check_close(close: Close, before: Close | None, books: BooksReading) -> Iterator[str]:
    label = close.business_date
    batches, postings = books.batches(label), books.postings(label)
    about = (
        label,
        close.follows,
        close.starts_at,
        close.ends_at,
        close.read_to,
        close.closed_at,
        close.balances,
    )
    rates, charges = books.rates(label), books.charges(label)
    if fingerprint(about, batches, postings, books.files(label), rates, charges) != close.sha256:
        yield f"the close of {label}: batch, posting or file is not what was booked"
    yield from (f"{label}: journal {name} does not sum to zero" for name in unbalanced(postings))
    yield from (f"{label}: {what}" for what in _check_batches(batches, charges, postings))
    for number in books.miscounted(label):
        yield f"{label}: batch {number} is not the sum of its movements"
    paid = {(d.merchant, d.currency): d.end_to_end_id for d in books.deposits(label)}
    written = books.files(label).get(manifest_name(label), b"")
    if write_reports(label, batches, books.batched(label), paid, None, charges) != written:
        yield f"the movements of {label} do not come to the reports that its close has written"
    if close.balances != balances_sha256(books.balances(up_to=close.number)):
        yield f"the postings up to {label} do not come to the balances that its close has left"
    head = books_head(before.books_head if before else "", close.sha256)
    follows = (before.number, before.business_date) if before else (0, "")
    if close.books_head != head or (close.number - 1, close.follows) != follows:
        yield f"the close of {label} is not chained to the one before it"


def _check_batches(
    batches: Sequence[BatchTotals], charges: Sequence[Charge], postings: Sequence[Posting]
) -> Iterator[str]:
    counted: Counter[tuple[str, str]] = Counter()
    booked: Counter[tuple[str, str]] = Counter()
    for batch in batches:
        counted[batch.merchant, batch.currency] += batch.amount
    for charge in charges:
        counted[charge.merchant, charge.currency] -= charge.amount if charge.is_net else 0
    for posting in postings:
        merchant = merchant_of(posting.account)
        if merchant is not None and not posting.journal_id.startswith(_PAYOUT):
            booked[merchant, posting.currency] -= posting.amount
    for merchant, code in sorted(counted.keys() | booked.keys()):
        key = merchant, code
        if counted[key] != booked[key]:
            yield (
                f"batches of {merchant} come to {amount_text(counted[key], code)}, its postings to "
                f"{amount_text(booked[key], code)} {currency_name(code)}"
            )
