"""The `fuzz` commands: what they print and write, how they end, what they keep to themselves."""

import json
import re
import shlex
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli import fuzz as fuzz_cli
from cardswitch.lab.cli.fuzz import fuzz
from cardswitch.lab.fuzz import ORACLES, chip_grammar
from cardswitch.lab.fuzz.campaign import Report
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message
from tests.kit.samples import readers

READERS = "tests.kit.samples.readers"
CARELESS = ["--target", f"{READERS}:careless", "--allow", "Refused", "--allow", "ValueError"]
FEW = ["--cases", "100"]
SEEDED = ["--cases", "2000", "--seed", "18"]
PAN = "9999991234567890"


def run(*words):
    return CliRunner().invoke(fuzz, words)


@pytest.fixture
def found(tmp_path):
    """A file of one finding."""
    done = run("decode", *CARELESS, *SEEDED, "--json")
    assert done.exit_code == 6, done.output
    path = tmp_path / "findings.json"
    path.write_text(done.stdout)
    return path


def test_nothing_is_found_in_ours():
    done = run("decode", "--dialect", "pos", "--dialect", "iso87-ebcdic", *FEW)
    assert done.exit_code == 0
    assert re.fullmatch(
        r"(pos|iso87-ebcdic): 100 cases, .* 0 findings", done.stdout.splitlines()[0]
    )
    assert len(done.stdout.splitlines()) == 2
    assert json.loads(run("decode", *FEW, "--json").stdout) == []


def test_the_same_seed_prints_the_same():
    one, same = (run("decode", *FEW, "--seed", "3").stdout for _ in "12")
    assert one == same


def test_findings_end_with_6_and_say_how_to_replay_them(found):
    done = run("decode", *CARELESS, *SEEDED)
    assert done.exit_code == 6
    assert "error: IndexError in readers.py, careless" in done.stdout
    [finding] = json.loads(found.read_text())
    assert finding["key"] in done.stdout
    [line] = [line for line in done.stdout.splitlines() if "replay" in line]
    _, _, words = line.partition("cardswitch fuzz ")
    again = run(*shlex.split(words))
    assert again.exit_code == 6
    assert "error: IndexError in readers.py, careless" in again.stdout


def test_a_finding_in_a_dialect_file_is_replayed(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "iso87-ascii"')
    words = ["decode", "--target", f"{READERS}:talkative", *FEW, "--dialect", str(mine)]
    [line, *_] = [line for line in run(*words).stdout.splitlines() if "replay" in line]
    assert run(*shlex.split(line.partition("cardswitch fuzz ")[2])).exit_code == 6


def test_a_leak_is_replayed_by_its_line():
    words = ["--target", f"{READERS}:talkative", "--allow", "Refused", *FEW]
    [line] = [line for line in run("decode", *words).stdout.splitlines() if "replay" in line]
    again = run(*shlex.split(line.partition("cardswitch fuzz ")[2]))
    assert again.exit_code == 6
    assert "secret: " in again.stdout


@pytest.mark.parametrize("words", [[], ["--data", "0x"], ["nowhere.json", "--data", "30"]])
def test_a_replay_is_of_a_file_or_of_data(words):
    assert run("replay", *words).exit_code == 2


@pytest.mark.parametrize(
    "words", [["--dialect", "pos"], ["--target", "a:b"], ["--allow", "E"], ["--secret", "1"]]
)
def test_what_a_file_of_findings_says_itself_is_not_said_again(tmp_path, words):
    (tmp_path / "findings.json").write_text("[]")
    done = run("replay", str(tmp_path / "findings.json"), *words)
    assert done.exit_code == 2
    assert "go with --data" in done.stderr


def test_what_was_found_is_printed_when_a_person_stops_it(monkeypatch, tmp_path):
    junit = tmp_path / "fuzz.xml"
    reading = iter([*[IndexError] * 30, KeyboardInterrupt])
    monkeypatch.setattr(readers, "careful", lambda data: raised(next(reading, KeyboardInterrupt)))
    words = ["--target", f"{READERS}:careful", "--dialect", "pos", "--dialect", "iso87-ascii"]
    done = run("decode", *words, "--junit", str(junit))
    assert done.exit_code == 6
    assert "error: IndexError in test_fuzz.py, raised" in done.stdout
    assert "stopped" in done.stderr
    assert len(ElementTree.parse(junit).getroot()) == 1


def raised(error):
    raise error


def test_stopped_before_anything_was_found(monkeypatch):
    monkeypatch.setattr(readers, "careful", lambda data: raised(KeyboardInterrupt))
    done = run("decode", "--target", f"{READERS}:careful")
    assert done.exit_code == 130
    assert "iso87-ascii: 1 case, " in done.stdout


def test_an_error_that_nobody_has_is_no_error_to_allow():
    done = run("decode", "--target", f"{READERS}:careful", "--allow", "Refusde")
    assert isinstance(done.exception, ConfigError)
    assert "Refusde" in str(done.exception)


def test_an_oracle_that_is_off_is_told(monkeypatch):
    monkeypatch.setattr(chip_grammar, "grammar", lambda: None)
    done = run("decode", *FEW)
    assert "chip is off: the library construct is not installed" in done.stdout
    assert "chip" not in run("decode", *FEW, "--without", "chip").output
    assert "chip" not in run("decode", *FEW, "--target", f"{READERS}:careful").output


def test_a_baseline_hides_what_is_known(found):
    done = run("decode", *CARELESS, *SEEDED, "--baseline", str(found))
    assert done.exit_code == 0
    assert "0 findings, " in done.stdout
    assert "known" in done.stdout


def test_findings_are_replayed(found):
    done = run("replay", str(found))
    assert done.exit_code == 6
    assert "IndexError" in done.stdout
    assert json.loads(run("replay", str(found), "--json").stdout)
    found.write_text(found.read_text().replace(":careless", ":careful"))
    done = run("replay", str(found))
    assert done.exit_code == 0
    assert "no longer found" in done.stdout


def test_reports_are_written(tmp_path):
    junit, tests = tmp_path / "fuzz.xml", tmp_path / "test_found.py"
    words = ["--junit", str(junit), "--pytest", str(tests)]
    assert run("decode", *FEW, *words).exit_code == 0
    assert ElementTree.parse(junit).getroot()[0].get("failures") == "0"
    assert not tests.exists()
    assert run("decode", *CARELESS, *SEEDED, *words).exit_code == 6
    assert ElementTree.parse(junit).getroot()[0].get("failures") == "1"
    compile(tests.read_text(), tests, "exec")


def test_a_corpus_is_read_and_grows(tmp_path, monkeypatch):
    folder = tmp_path / "corpus"
    assert run("decode", "--cases", "64", "--corpus", str(folder)).exit_code == 0
    first = {path.name for path in folder.iterdir()}
    assert first
    assert all(name.endswith(".bin") for name in first)
    done = run("decode", "--cases", "1", "--corpus", str(folder))
    assert f"{len(first) + 1} cases" in done.stdout
    assert "left out" not in done.stderr
    monkeypatch.setattr(fuzz_cli, "CORPUS_FILES_MAX", 1)
    done = run("decode", "--cases", "1", "--corpus", str(folder))
    assert f"left out {len(first) - 1} files behind the first 1" in done.stderr
    monkeypatch.undo()
    monkeypatch.setattr(fuzz_cli, "WRITTEN_MAX", 3)
    done = run("decode", "--cases", "300", "--seed", "9", "--corpus", str(folder))
    assert len(list(folder.iterdir())) == len(first) + 3
    assert "new files, beyond 3 of a run" in done.stderr


def test_an_input_of_the_corpus_can_be_the_finding(tmp_path):
    wire = load_dialect("iso87-ascii").pack(Message("0200", {2: PAN, 11: "000007"}))
    (tmp_path / "bad").write_bytes(wire[:20] + b"-5" + wire[22:])
    (tmp_path / "folder").mkdir()
    (tmp_path / "long").write_bytes(b"0" * 100_000)
    done_words = ["decode", *CARELESS, "--cases", "1", "--corpus", str(tmp_path)]
    done = run(*done_words)
    assert done.exit_code == 6
    assert f"{tmp_path}: left out 1 files of more than" in done.stderr
    assert "of case 1, corpus" in done.stdout
    assert PAN not in done.output
    assert "--unsafe" in done.stdout
    assert "replay --data" in run(*done_words, "--unsafe").stdout


def test_an_oracle_can_be_left_out():
    words = ["decode", "--target", f"{READERS}:talkative", "--allow", "Refused", *FEW]
    assert run(*words).exit_code == 6
    assert run(*words, "--without", "secret").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dialect", "iso99"], "iso87-ascii"),
        (["--cases", "0"], "--cases"),
        (["--time", "0"], "--time"),
        (["--allow", "ValueError"], "--target"),
        (["--without", "luck"], "--without"),
        (["--baseline", "/nowhere"], "--baseline"),
    ],
)
def test_usage(words, said):
    done = run("decode", *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_target_or_file_that_is_none(tmp_path):
    assert isinstance(run("decode", "--target", "nowhere").exception, ConfigError)
    (tmp_path / "x.json").write_text("{}")
    assert isinstance(run("replay", str(tmp_path / "x.json")).exception, ConfigError)


def test_time_ends_a_run_and_progress_is_told(capsys):
    times = iter([0.0, 1.0, 6.0, 7.0, 30.0])
    goes_on = fuzz_cli._goes_on(lambda: next(times), 10.0)
    assert [goes_on(Report(dialect="pos", cases=3)) for _ in "1234"] == [True, True, True, False]
    assert capsys.readouterr().err == (
        "pos: 3 cases in 6 s, 0 findings\npos: 3 cases in 30 s, 0 findings\n"
    )
    assert run("decode", "--time", "0.2").exit_code == 0


def test_the_workflow_is_printed():
    done = run("workflow")
    assert done.exit_code == 0
    assert done.stdout.startswith("# .github/workflows/fuzz.yml")


def test_every_oracle_can_be_left_out():
    help_ = run("decode", "--help").stdout
    assert all(name in help_ for name in ORACLES)
