"""Whatever happened to a row behind our back is found, told once, and told where."""

import sqlite3

import pytest

from cardswitch.wire.store.journal import JournalStoreReader
from tests.kit.journals import SCHEMA, STEPS, Step, steps

LEGS = 6
FILLER = "0" * 3_000  # So that every row has a page of its own.


@pytest.fixture
def path(tmp_path):
    return tmp_path / "steps.db"


@pytest.fixture
def change(path, open_store):
    """Changes the journal as nothing of ours would."""
    store = open_store(f"sqlite:///{path}")
    store.commit(steps(LEGS))
    store.close()

    def execute(*statements):
        other = sqlite3.connect(path)
        with other:
            for verb in ("update", "delete"):
                other.execute(f"DROP TRIGGER IF EXISTS steps_no_{verb}")
            for statement in statements:
                other.execute(statement)
        other.close()

    return execute


def found(path, after=0):
    return list(JournalStoreReader(f"sqlite:///{path}", SCHEMA, STEPS, Step).verify(after))


WRONG = "it is not what was written, or not where it was written"
CASES = [
    ("UPDATE steps SET amount = 1260 WHERE sequence = 5", [f"row 5 (leg 3): {WRONG}"]),
    ("UPDATE steps SET at = at + 0.001 WHERE sequence = 1", [f"row 1 (leg 1): {WRONG}"]),
    ("UPDATE steps SET leg = 9 WHERE sequence = 12", [f"row 12 (leg 9): {WRONG}"]),
    ("UPDATE steps SET leg = 'x' WHERE sequence = 12", [f"row 12 (leg unreadable): {WRONG}"]),
    ("UPDATE steps SET rrn = x'80' WHERE sequence = 3", [f"row 3 (leg 2): {WRONG}"]),
    (
        "UPDATE steps SET rrn = CAST(x'3080' AS TEXT) WHERE sequence = 3",
        [f"row 3 (leg 2): {WRONG}"],
    ),
    (
        "UPDATE steps SET checksum = 'x' WHERE sequence = 5",
        [f"row 5 (leg 3): {WRONG}", f"row 6 (leg 3): {WRONG}"],
    ),
    ("DELETE FROM steps WHERE sequence = 5", ["row 6 (leg 3): before it row 5 is missing"]),
    (
        "DELETE FROM steps WHERE sequence BETWEEN 2 AND 6",
        ["row 7 (leg 4): before it rows 2 to 6 are missing"],
    ),
    ("DELETE FROM steps WHERE sequence = 1", ["row 2 (leg 1): before it row 1 is missing"]),
    (
        "INSERT INTO steps SELECT 13, leg, at, state, identity, sent_on, rrn, amount, fields,"
        " checksum FROM steps WHERE sequence = 12",
        [f"row 13 (leg 6): {WRONG}"],
    ),
    # What the chain alone cannot show: keep the head elsewhere for that.
    ("DELETE FROM steps WHERE sequence > 9", []),
]


@pytest.mark.parametrize(("statement", "expected"), CASES)
def test_a_change_is_found_and_named(change, path, statement, expected):
    change(statement)
    assert found(path) == expected


def test_what_was_written_is_in_order(change, path):
    change()
    assert [found(path, after) for after in range(14)] == [[]] * 14


def test_behind_a_row_that_is_known_only_the_rest_is_looked_at(change, path):
    change("UPDATE steps SET amount = 1 WHERE sequence IN (3, 8)")
    assert found(path, 2) == [f"row 3 (leg 2): {WRONG}", f"row 8 (leg 4): {WRONG}"]
    assert found(path, 3) == [f"row 8 (leg 4): {WRONG}"]
    assert found(path, 8) == []


def test_a_damaged_page_is_told_with_the_last_row_before_it(tmp_path, open_store):
    path = tmp_path / "large.db"
    store = open_store(f"sqlite:///{path}")
    store.commit([Step(sequence=n, leg=n, fields=FILLER) for n in range(1, 101)])
    store.close()
    content = bytearray(path.read_bytes())
    content[-8192:] = b"\xff" * 8192
    path.write_bytes(content)
    [said] = found(path)
    assert said.startswith("behind row ")
    assert "malformed" in said


def test_many_rows_are_walked_one_by_one(open_store, url):
    store = open_store(url)
    store.commit(steps(1500))
    assert list(store.verify()) == list(store.verify(2999)) == []
    assert list(store.rows(until=1)) == steps(1)[:1]  # Text is read as before.
