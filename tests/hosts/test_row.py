"""Rows of the hosts' journals: numbered in their order, and read back as they were written."""

from msgspec import Struct

from cardswitch.hosts.row import CHECKPOINT, HostRow, Rows, told_by
from cardswitch.specs.transactions.identity import Identity

WHO = Identity("2026-11-23", "network|T1|SHOP|2|000007|20261123120000")


class Held(Struct, frozen=True, tag=True):
    """An entry."""

    amount: int


class Released(Struct, frozen=True, tag=True):
    """Another one, with a name that no column has."""

    card: str = ""


def rows() -> Rows[Held | Released]:
    return Rows(Held | Released)


def test_rows_are_numbered_and_the_first_of_a_leg_says_what_it_is_found_by() -> None:
    made = rows()
    leg = made.new_leg()
    first = made.row(Held(5), 1.5, leg, WHO, "R1")
    second = made.row(Released(), 2.0, leg)
    assert first == HostRow(
        sequence=1,
        leg=1,
        at=1.5,
        state="Held",
        identity=WHO.name,
        sent_on=WHO.sent_on,
        rrn="R1",
        fields='{"type":"Held","amount":5}',
    )
    assert (second.sequence, second.leg, second.identity, second.rrn) == (2, 1, "", "")
    assert [made.read(row) for row in (first, second)] == [Held(5), Released()]
    assert made.row(Released("ada"), 2.0).leg == 0


def test_a_checkpoint_says_what_is_open_and_begins_the_count_anew() -> None:
    made = rows()
    for _ in range(3):
        made.row(Held(1), 0.0, made.new_leg(), WHO)
    assert made.since_checkpoint == 3
    row = made.checkpoint(4.0, [2], {"more": {"ada": 5}})
    assert (row.sequence, row.leg, row.state, row.at) == (4, 0, CHECKPOINT, 4.0)
    identities = {"until": "", "dates": [WHO.sent_on]}
    told = {"legs": [2], "leg_number": 3, "identities": identities, "more": {"ada": 5}}
    assert told_by(row) == told
    assert made.since_checkpoint == 0


def test_what_is_not_there_is_known_of_dates_on_which_all_was_written_since_the_start() -> None:
    before = rows()
    other = Identity("2026-11-24", "network|TERM0001|SHOP|2|000009|20261124110000")
    row = before.row(Held(1), 0.0, before.new_leg(), WHO)
    assert not before.identities.may_hold(*WHO._replace(name="another"))
    for one in (row, before.checkpoint(4.0, [], {})):
        made = rows()
        made.seen(one)
        assert made.identities.may_hold(*WHO._replace(name="another"))
        assert not made.identities.may_hold(*other)


def test_behind_what_was_read_new_rows_go_on() -> None:
    before, made = rows(), rows()
    for _ in range(2):
        made.seen(before.row(Held(1), 0.0, before.new_leg(), WHO))
    assert made.since_checkpoint == 2
    assert made.row(Held(2), 0.0, made.new_leg(), WHO).sequence == 3
    assert made.leg == 3
