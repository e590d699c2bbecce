"""Rows of a host: numbered on, read back as what was written, summed up."""

from msgspec import Struct

from cardswitch.hosts.row import CHECKPOINT, Rows, told_by
from cardswitch.specs.transactions.identity import Identity

WHO = Identity("2026-03-29", "front|TERM0001|SHOP|2|000007|20260329010000")


class Sold(Struct, frozen=True, tag=True):
    amount: int


class Undone(Struct, frozen=True, tag=True):
    pass


def test_an_entry_comes_back_from_its_row():
    rows = Rows(Sold | Undone)
    first = rows.row(Sold(5), 1.5, rows.new_leg(), WHO, "608801000007")
    second = rows.row(Undone(), 2.5, first.leg)
    assert [rows.read(row) for row in (first, second)] == [Sold(5), Undone()]
    assert (first.sequence, first.leg, first.state, first.rrn) == (1, 1, "Sold", "608801000007")
    assert (first.sent_on, first.identity) == WHO
    assert (second.sequence, second.leg, second.identity, second.sent_on) == (2, 1, "", "")


def test_numbers_go_on_behind_what_was_read():
    rows = Rows(Sold | Undone)
    for sequence in range(3):
        first = rows.row(Sold(sequence), 1.0, rows.new_leg(), WHO)
    again = Rows(Sold | Undone)
    again.seen(first)
    assert (again.row(Undone(), 2.0).sequence, again.new_leg()) == (4, 4)
    assert again.since_checkpoint == 2


def test_a_checkpoint_tells_what_a_start_needs():
    rows = Rows(Sold | Undone)
    rows.row(Sold(1), 1.0, rows.new_leg(), WHO)
    row = rows.checkpoint(2.0, [1], {"last_trace": 7})
    assert (row.leg, row.state, row.sequence) == (0, CHECKPOINT, 2)
    assert told_by(row) == {"legs": [1], "leg_number": 1, "last_trace": 7}
    assert rows.since_checkpoint == 0
