"""Rows: numbered, read back, and what they make together."""

from cardswitch.gateway.core.entries import Canceled, Created, KeyAnswered, KeyTaken
from cardswitch.gateway.core.row import CHECKPOINT, Rows, legs_of, read, told_by
from cardswitch.gateway.core.states import Status

CREATED = Created(at=1.0, merchant="SHOP", secret="s", amount=1, currency="eur")
TAKEN = KeyTaken(at=1.0, digest="d", intent="r")


def written():
    rows = Rows()
    return rows, [
        rows.begin(TAKEN, "k"),
        rows.begin(CREATED, "r"),
        rows.follow(1, KeyAnswered(at=1.0, through=2)),
        rows.follow(2, Canceled(2.0, None)),
    ]


def test_numbers_follow_and_entries_come_back():
    _, rows = written()
    assert [(row.sequence, row.leg) for row in rows] == [(1, 1), (2, 2), (3, 1), (4, 2)]
    assert read(rows[1]) == CREATED
    assert [(row.sent_on, row.owner) for row in rows[:2]] == [("key", ""), ("intent", "SHOP")]
    assert [row.identity for row in rows] == ["k", "r", "", ""]


def test_legs_are_those_of_the_rows_up_to_one():
    _, rows = written()
    legs = legs_of(rows)
    assert legs.intents["r"].status is Status.CANCELED
    taken, answered = legs.keys["k"]
    assert (taken, answered.through) == (TAKEN, 2)
    assert legs_of(rows, answered.through).intents["r"].status is Status.NEEDS_METHOD


def test_a_start_goes_on_behind_what_it_saw():
    rows, written_rows = written()
    mark = rows.checkpoint(3.0, [2], {"key": "f"})
    assert (mark.state, mark.leg, rows.since_checkpoint) == (CHECKPOINT, 0, 0)
    assert told_by(mark) == {"legs": [2], "leg_number": 2, "trace": 0, "key": "f"}
    again = Rows()
    for row in [*written_rows, mark]:
        again.seen(row)
    assert again.begin(CREATED, "n").sequence == mark.sequence + 1
    assert again.leg == 3
