"""Verifying a journal from the command line; listing it is tested with the real switch."""

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from cardswitch.switch.cli.journal import journal
from cardswitch.switch.operate import verify_journal
from tests.kit.operated import SCHEMA, TABLE, config_in, row, store_of


@pytest.fixture
def verified(tmp_path, monkeypatch):
    monkeypatch.setattr(verify_journal, "JOURNAL", TABLE)
    monkeypatch.setattr(verify_journal, "JOURNAL_SCHEMA", SCHEMA)
    config, path = config_in(tmp_path)
    store = store_of(config)
    store.commit([row(1, 1, "forwarded"), row(2, 1, "approved")])
    store.close()

    def run(*words):
        obj = {"open_vault": lambda path: None}
        return CliRunner().invoke(journal, [*words, "--config", str(path)], obj=obj)

    return run


def test_a_journal_that_is_what_was_written(verified):
    shown = verified("verify")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("2 rows are what was written; the last one is ")
    said = json.loads(verified("verify", "--json").stdout)
    assert (said["rows"], said["findings"]) == (2, [])
    assert said["checksum"] in shown.stdout


def test_a_journal_that_is_not(verified, tmp_path):
    with closing(sqlite3.connect(tmp_path / "switch.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE journal SET amount = 1 WHERE sequence = 2")
        database.commit()
    shown = verified("verify")
    assert (shown.exit_code, shown.stdout) == (6, "")
    assert shown.stderr.startswith("row 2 (leg 1): it is not what was written")
    assert "of 2 rows 1 are not what was written: keep this journal as it is" in shown.stderr
    shown = verified("verify", "--json")
    assert shown.exit_code == 6
    assert len(json.loads(shown.stdout)["findings"]) == 1


def test_options_before_verify_are_not_taken_and_forgotten(verified):
    shown = verified("--config", "other.toml", "verify")
    assert shown.exit_code == 2
    assert "options go behind verify" in shown.stderr


@pytest.mark.parametrize(("option", "ending"), [("--exceptions", "stuck"), ("--open", "open")])
def test_that_there_are_more_is_said_beside_the_data(lab, option, ending):
    for _ in range(3):
        lab.history.sale(ending=ending)
    lab.commit()

    def shown(*words):
        return CliRunner().invoke(journal, [option, *words, "--config", str(lab.path)])

    some = shown("--limit", "2")
    assert len(some.stdout.splitlines()) == 3
    assert some.stderr == "these are the newest 2: --limit shows more\n"
    some = shown("--limit", "2", "--json")
    assert [json.loads(line)["leg"] for line in some.stdout.splitlines()] == [3, 2]
    assert some.stderr == "these are the newest 2: --limit shows more\n"
    assert shown("--limit", "3").stderr == ""
