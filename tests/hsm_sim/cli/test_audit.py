"""`hsm audit`: verify and show."""

import json
from contextlib import closing

import msgspec
import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.audit import audit
from cardswitch.hsm_sim.custody.audit import GENESIS, AuditLog
from cardswitch.hsm_sim.custody.events import KEY_EXPORTED, STARTED
from cardswitch.hsm_sim.custody.journal import AuditJournal
from cardswitch.specs.errors import Error


@pytest.fixture
def path(tmp_path):
    log, made = AuditLog(), tmp_path / "hsm.audit"
    entries = [log.entry(STARTED, {}, 1774746000.0)]
    entries += [log.entry(KEY_EXPORTED, {"kcv": f"{n:06d}"}, 1774746001.0) for n in range(3)]
    made.write_bytes(b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))
    return made


def ask(*words):
    result = CliRunner().invoke(audit, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_a_whole_log(path):
    code, said = ask("verify", path)
    assert code == 0
    assert said.startswith("4 entries, unbroken; head ")
    head = said.split()[-1]
    assert ask("verify", path, "--head", head.upper())[0] == 0
    code, told = ask("verify", path, "--json")
    assert (code, json.loads(told)) == (
        0,
        {"findings": [], "entries": 4, "head": head, "anchored": False},
    )


def test_an_empty_log(tmp_path):
    (tmp_path / "hsm.audit").touch()
    assert ask("verify", tmp_path / "hsm.audit") == (0, f"0 entries, unbroken; head {GENESIS}\n")


def test_a_changed_log(path):
    path.write_bytes(path.read_bytes().replace(b"000001", b"000009"))
    assert ask("verify", path) == (
        6,
        "line 3: the entry was changed: its hash is not that of what it says\n",
    )
    code, told = ask("verify", path, "--json")
    assert (code, json.loads(told)["findings"][0]["line"]) == (6, 3)


def test_a_cut_end_is_seen_with_the_hash_that_was_noted(path):
    head = ask("verify", path)[1].split()[-1]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert ask("verify", path)[0] == 0
    code, said = ask("verify", path, "--head", head)
    assert (code, "the end was cut" in said) == (6, True)


def test_the_last_entries_are_shown_by_time_and_event(path):
    code, said = ask("show", path, "--limit", "2")
    lines = said.splitlines()
    assert (code, len(lines)) == (0, 2)
    assert "2026-03-29" in lines[0]
    assert lines[1].endswith("kcv=000002")
    assert ask("show", path, "--event", "started")[1].count("\n") == 1
    told = [json.loads(line) for line in ask("show", path, "--json")[1].splitlines()]
    assert [entry["sequence"] for entry in told] == [1, 2, 3, 4]


def test_what_is_no_entry_is_an_error(path):
    path.write_bytes(b"x\n")
    with pytest.raises(Error, match="line 1: no audit entry"):
        ask("show", path)


@pytest.mark.parametrize("command", ["verify", "show"])
def test_without_a_lab_it_says_how_to_name_the_log(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Error, match="name the FILE, or --config"):
        ask(command)


@pytest.mark.parametrize("words", [[], ["verify"], ["show"]])
def test_help_has_an_example(words):
    assert "Example" in ask(*words, "--help")[1]


def test_a_cut_end_is_seen_by_the_anchor(tmp_path):
    path, log = tmp_path / "hsm.audit", AuditLog()
    with closing(AuditJournal(path)) as journal:
        journal.commit([log.entry(STARTED, {}, 1.0) for _ in range(2)])
    assert json.loads(ask("verify", path, "--json")[1])["anchored"]
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert ask("verify", path)[0] == 6
    path.write_bytes(b"")
    assert ask("verify", path)[0] == 6


def test_the_log_of_a_configuration(path):
    config = path.with_name("my.toml")
    config.write_text('[hsm]\nport = 1\naudit = "hsm.audit"\n')
    assert ask("verify", "--config", config)[1].startswith("4 entries")
    assert ask("show", "--config", config, "--limit", "1")[1].count("\n") == 1
    assert ask("verify", path, "--config", config)[0] == 2
