"""The books of the acquirer: bounded, and the same whether written or read back."""

from cardswitch.hosts.acquirer.books import Approved, Books, books_of
from cardswitch.hosts.acquirer.entries import (
    AcquirerEntry,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseReduced,
    PurchaseUndone,
    ReversalForwarded,
)
from cardswitch.hosts.acquirer.legs import Booking, Leg
from cardswitch.hosts.row import HostRow, Rows
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.identity import Identity
from cardswitch.wire.machine.kernel import LOOK_UP_S

FORWARDED = PurchaseForwarded(
    asked=Terms(kind="sale", processing="000000", amount=10, currency="978", card="print:14"),
    merchant="SHOP",
    trace="000007",
    original="",
)
ANSWERED = PurchaseAnswered("00", 10, "1")


def who(number: int) -> Identity:
    return Identity("2026-03-29", f"front|TERM0001|SHOP|2|{number:06d}|20260329010000")


def rows_of(*entries: AcquirerEntry) -> list[HostRow]:
    """The rows of one purchase, the first of the journal."""
    rows: Rows[AcquirerEntry] = Rows(AcquirerEntry)
    return [
        rows.row(entry, 1.0, 1, None if number else who(7), "" if number else "608801000007")
        for number, entry in enumerate(entries)
    ]


def held(books: Books, number: int, *entries: AcquirerEntry) -> Leg:
    """A leg that a flow works on."""
    leg = Booking(identity=who(number))
    books.hold(leg)
    for entry in entries:
        books.apply(leg, entry)
    return leg


def test_a_booking_is_open_until_its_outcome_is_known() -> None:
    whole = {who(7).name: Approved("608801000007", "SHOP", "978", 10)}
    part = {who(7).name: Approved("608801000007", "SHOP", "978", 4)}
    steps: list[tuple[AcquirerEntry, set[int], dict[str, Approved]]] = [
        (FORWARDED, {1}, {}),
        (ANSWERED, set(), whole),
        (ReversalForwarded("by", "000008", "", 4), {1}, whole),
        (PurchaseReduced(4), set(), part),
        (ReversalForwarded("by", "000009", ""), {1}, part),
        (PurchaseUndone(), set(), {}),
    ]
    for until in range(1, len(steps) + 1):
        books = books_of(rows_of(*(entry for entry, *_ in steps[:until])))
        _, is_open, approved = steps[until - 1]
        assert books.open == is_open
        assert books.approved() == approved
    assert books.last_trace == 9


def test_what_a_flow_works_on_is_never_forgotten_and_the_oldest_of_the_others_are() -> None:
    books = Books(Rows(AcquirerEntry), remembered_max=2)
    busy = held(books, 1, FORWARDED)
    for number in range(2, 9):
        books.let_go(held(books, number, FORWARDED, ANSWERED), now=float(number))
    assert [n for n in range(1, 9) if books.find(who(n).name)] == [1, 7, 8]
    books.let_go(busy, now=9.0)
    assert [n for n in range(1, 9) if books.find(who(n).name)] == [1, 8]


def test_nothing_is_forgotten_while_a_look_up_may_still_bring_it_as_it_was() -> None:
    books = Books(Rows(AcquirerEntry), remembered_max=0)
    undone = held(
        books, 7, FORWARDED, ANSWERED, ReversalForwarded("by", "000008", ""), PurchaseUndone()
    )
    books.let_go(undone, now=10.0)
    assert books.adopt(rows_of(FORWARDED, ANSWERED), 10.0 + LOOK_UP_S) == [undone]
    assert not books.approved()
    books.let_go(held(books, 8, FORWARDED, ANSWERED), now=10.1 + LOOK_UP_S)
    assert books.find(who(7).name) is None


def test_what_has_no_row_never_was() -> None:
    books = Books(Rows(AcquirerEntry))
    books.let_go(held(books, 7), now=1.0)
    assert len(books) == 0


def test_what_began_in_memory_becomes_what_the_journal_knows() -> None:
    books = Books(Rows(AcquirerEntry))
    begun = held(books, 7)
    assert books.adopt(rows_of(FORWARDED, ANSWERED), 2.0) == [begun]
    assert (begun.number, begun.rrn, len(books.approved())) == (1, "608801000007", 1)


def test_what_came_to_rest_before_the_checkpoint_is_counted_when_it_moves() -> None:
    rows: Rows[AcquirerEntry] = Rows(AcquirerEntry)
    checkpoint = rows.checkpoint(1.0, [], {"last_trace": 41})
    books = Books(Rows(AcquirerEntry))
    books.recall([checkpoint, rows.row(ReversalForwarded("by", "000050", ""), 2.0, 17)])
    assert books.open == {17}
    assert books.last_trace == 50
    assert len(books) == 0


def test_an_older_row_says_nothing_of_the_last_trace() -> None:
    rows: Rows[AcquirerEntry] = Rows(AcquirerEntry)
    first = rows.row(FORWARDED, 1.0, 1, who(7))
    books = Books(Rows(AcquirerEntry))
    books.recall([rows.checkpoint(1.0, [1], {"last_trace": 41}), first])
    assert (books.last_trace, books.open) == (41, {1})
