"""A journal in which one digit was changed is not what was written, and the row is named."""

import sqlite3
from contextlib import closing

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.operate import verify_journal as module
from cardswitch.switch.operate.verify_journal import verify_journal
from tests.kit.operated import SCHEMA, TABLE, config_in, row, store_of


@pytest.fixture(autouse=True)
def _tables(monkeypatch):
    monkeypatch.setattr(module, "JOURNAL", TABLE, raising=False)
    monkeypatch.setattr(module, "JOURNAL_SCHEMA", SCHEMA, raising=False)


@pytest.fixture
def store(tmp_path):
    made = store_of(config_in(tmp_path)[0])
    made.commit([row(number, number, "approved", amount=1250) for number in range(1, 6)])
    yield made
    made.close()


def change(folder, *statements):
    with closing(sqlite3.connect(folder / "switch.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)
        database.commit()


def test_what_was_written_is_there_also_while_the_switch_runs(store, tmp_path):
    verdict = verify_journal(config_in(tmp_path)[0])
    assert (verdict.rows, verdict.findings, verdict.more) == (5, (), False)
    assert verdict.checksum == store.head()[1]


def test_a_digit_that_was_changed_is_found(store, tmp_path):
    change(tmp_path, "UPDATE journal SET amount = 1350 WHERE sequence = 3")
    [finding] = verify_journal(config_in(tmp_path)[0]).findings
    assert finding.startswith("row 3 (leg 3)")


def test_a_long_list_ends(store, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FINDINGS_MAX", 2)
    change(tmp_path, "UPDATE journal SET amount = sequence")
    verdict = verify_journal(config_in(tmp_path)[0])
    assert (len(verdict.findings), verdict.more) == (2, True)


def test_a_journal_that_is_not_there(tmp_path):
    with pytest.raises(Error, match="nothing is there yet"):
        verify_journal(config_in(tmp_path)[0])
