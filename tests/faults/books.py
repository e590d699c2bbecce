"""The five books of a lab whose programs have ended, read from its disk: approved, not undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing

from cardswitch.hosts.acquirer.books import books_of
from cardswitch.hosts.acquirer.legs import Booking
from cardswitch.hosts.issuer.legs import Purchase
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.hosts.row import HostRow
from cardswitch.hosts.store import (
    ACQUIRER_JOURNAL,
    ACQUIRER_SCHEMA,
    ISSUER_JOURNAL,
    ISSUER_SCHEMA,
)
from cardswitch.hosts.vault import open_vault
from cardswitch.lab.house.topology import Lab
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import State
from cardswitch.switch.store.tables import JOURNAL, JOURNAL_SCHEMA
from cardswitch.terminal.core.entries import TerminalEntry
from cardswitch.terminal.core.outcome import SET_ASIDE
from cardswitch.terminal.core.sales import Sale
from cardswitch.terminal.core.state import Book
from cardswitch.wire.driver.journal import FileJournal
from cardswitch.wire.store.journal import JournalStoreReader
from tests.world.stands import Broken, Stand, direction, legs_of, line

# Minor units by `stands.line`; what the cardholder gets is below zero.
Lines = Counter[str]
OPEN = frozenset({State.FORWARDED, State.REVERSING, State.EXCEPTION, State.TAKEN})


def books_of_lab(lab: Lab) -> dict[str, Lines]:
    """Everybody's, by name. Raises Broken if somebody is not at rest."""
    rows = JournalStoreReader(lab.switch.database, JOURNAL_SCHEMA, JOURNAL, Row)
    legs = legs_of(rows.rows())
    for stand in legs:
        if stand.last.state in OPEN:
            raise Broken(f"leg {stand.last.leg}, a {stand.first.kind}, is {stand.last.state}")
    return {
        "terminals": _terminals(lab),
        "front": _switch(legs, "merchants"),
        "acquirer": _acquirer(lab),
        "network": _switch(legs, "acquirers"),
        "issuer": _issuer(lab),
    }


def require_same(books: dict[str, Lines]) -> None:
    """Raise Broken, naming the lines that differ, unless all say the same."""
    name, first = next(iter(books.items()))
    for other, lines in books.items():
        apart = sorted(first.items() ^ lines.items())
        if apart:
            raise Broken(f"{other} and {name} do not agree: {apart[:4]}")


def require_accounts(lab: Lab) -> None:
    """Raise Broken unless the issuer holds in its accounts what its decisions come to."""
    issuer = _issuer_of(lab)
    held, decided = sum(issuer.held_in_all().values()), sum(issuer.held().values())
    if held != decided:
        raise Broken(f"the accounts of the issuer hold {held}, its decisions {decided}")


def terminals_of(lab: Lab) -> Iterable[tuple[Book, Mapping[str, Sale]]]:
    """The book of every terminal that has a journal there, and all of its sales.

    Those that the book has no more are as it last had them.
    """
    for path in sorted((lab.folder / "terminal").glob("*.log")):
        book, sales = Book(), dict[str, Sale]()
        with closing(FileJournal(path, TerminalEntry)) as journal:
            for entry in journal.read():
                book = book.with_entry(entry)
                sales |= book.sales
        yield book, sales


def _terminals(lab: Lab) -> Lines:
    found: Lines = Counter()
    for book, sales in terminals_of(lab):
        if book.unsettled or book.exceptions:
            raise Broken("a terminal has a reversal pending, or a person must look")
        for outcome in (sale.outcome for sale in sales.values()):
            kind = outcome.transaction
            is_held = outcome.moves_money and outcome.kind in SET_ASIDE
            if is_held and not KINDS.named(kind).adds:
                found[line(outcome.rrn, kind)] += outcome.amount * direction(kind)
    return _cleared(found)


def _switch(legs: Sequence[Stand], serves: str) -> Lines:
    found: Lines = Counter()
    for stand in legs:
        if stand.first.serves == serves and stand.held:
            kind, rrn = stand.first.kind, stand.last.rrn or stand.first.rrn
            found[line(rrn, kind)] += stand.held * direction(kind)
    return _cleared(found)


def _acquirer(lab: Lab) -> Lines:
    journal = JournalStoreReader(lab.acquirer.database, ACQUIRER_SCHEMA, ACQUIRER_JOURNAL, HostRow)
    books, found = books_of(journal.rows()), Lines()
    if books.open:
        raise Broken(f"the acquirer waits for something: {books.open}")
    for name, approved in books.approved().items():
        booking = books.find(name)
        assert isinstance(booking, Booking)
        assert booking.asked
        found[line(approved.rrn, booking.asked.kind)] += approved.amount
    return _cleared(found)


def _issuer_of(lab: Lab) -> Issuer:
    journal = JournalStoreReader(lab.issuer.database, ISSUER_SCHEMA, ISSUER_JOURNAL, HostRow)
    machine = Issuer(lab.issuer, open_vault(lab.issuer.vault).fingerprint, remembered_max=1_000_000)
    machine.recover(list(journal.rows()), 0.0)
    return machine


def _issuer(lab: Lab) -> Lines:
    found: Lines = Counter()
    for leg in _issuer_of(lab).legs:
        if isinstance(leg, Purchase) and leg.held and leg.terms:
            found[line(leg.rrn, leg.terms.kind)] += leg.held * direction(leg.terms.kind)
    return _cleared(found)


def _cleared(lines: Lines) -> Lines:
    """*lines* without those that come to nothing."""
    return Counter({name: amount for name, amount in lines.items() if amount})
