"""`cardswitch ca`: what it shows, renews, and asks before this system trusts it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli import ca as ca_cli
from cardswitch.lab.cli.ca import trusting
from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.papers import PROGRAMS, make_papers, read_papers


@pytest.fixture
def lab(tmp_path):
    """The folder of a lab with nothing but its papers."""
    make_papers(tmp_path)
    return tmp_path


@pytest.fixture
def ran(monkeypatch):
    """The commands that would have been run, each ending with the next of `codes`."""
    commands, codes = [], []

    def run(command, *, check):
        commands.append(command)
        return subprocess.CompletedProcess(command, codes.pop(0) if codes else 0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(ca_cli.platform, "system", lambda: "Linux")
    run.commands, run.codes = commands, codes
    return run


def told(lab, *words, answer=""):
    result = CliRunner().invoke(cli, ["ca", *words, "--data", str(lab)], input=answer)
    return result.exit_code, result.output


def test_it_lists_the_ca_first_with_fingerprints_and_no_key(lab):
    code, output = told(lab, "show")
    assert code == 0
    assert output.startswith("ca ")
    for paper in read_papers(lab):
        assert paper.sha256 in output
        assert str(paper.path) in output
    assert "PRIVATE" not in output


def test_the_same_as_json(lab):
    _, output = told(lab, "show", "--json")
    listed = json.loads(output)
    assert [each["name"] for each in listed] == ["ca", *sorted(PROGRAMS)]
    assert all(each["begins"] < each["ends"] for each in listed)


def test_what_is_far_from_its_end_is_renewed_when_asked_for(lab):
    assert told(lab, "renew") == (0, "nothing ends soon\n")
    before = [paper.sha256 for paper in read_papers(lab)]
    assert told(lab, "renew", "--all")[0] == 0
    after = [paper.sha256 for paper in read_papers(lab)]
    assert after[0] == before[0]
    assert not set(after[1:]) & set(before[1:])
    assert json.loads(told(lab, "renew", "--json")[1]) == []


def test_trust_shows_and_asks_before_anything_is_run(lab, ran):
    code, output = told(lab, "trust", answer="n\n")
    assert code == 1
    assert ran.commands == []
    assert read_papers(lab)[0].sha256 in output
    assert "update-ca-certificates" in output
    assert told(lab, "trust", answer="y\n")[0] == 0
    assert [command[0] for command in ran.commands] == ["cp", "update-ca-certificates"]
    assert ran.commands[0][1] == str(lab / "tls" / "ca.pem")


def test_trust_can_only_be_shown(lab, ran):
    assert told(lab, "trust", "--show")[0] == 0
    assert ran.commands == []


def test_a_command_that_fails_ends_it(lab, ran):
    ran.codes.append(1)
    code, output = told(lab, "trust", answer="y\n")
    assert code == 1
    assert len(ran.commands) == 1
    assert "cp failed" in output


def test_other_systems_have_other_words():
    assert trusting("Darwin", Path("/x/ca.pem"))[0][:2] == ["security", "add-trusted-cert"]
    with pytest.raises(ca_cli.click.UsageError, match="how Plan9 is told is not known"):
        trusting("Plan9", Path("ca.pem"))


def test_without_a_lab_it_says_what_makes_one(tmp_path):
    words = [sys.executable, "-m", "cardswitch", "ca", "show", "--data", str(tmp_path)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "`cardswitch up` makes one" in ended.stderr
