"""`terminal echo`: what people see, and exit codes."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.terminal.face.cli import terminal


@pytest.fixture
def run(lab):
    """Run `terminal echo` at the terminal of this lab; its exit code, and what it says."""

    def run(*words):
        result = CliRunner().invoke(terminal, ["echo", *words, "--config", str(lab)])
        return result.exit_code, result.stdout

    return run


def test_the_switch_is_there(run, small_switch):
    assert run() == (0, "TERM01: the switch is there\n")
    [request] = small_switch.seen
    assert (request.mti, request[41], request[70]) == ("0800", "TERM01  ", "301")


def test_the_same_as_json(run):
    code, said = run("--json")
    shown = {"terminal": "TERM01", "is_there": True, "news": "the switch is there"}
    assert (code, json.loads(said)) == (0, shown)


def test_without_an_answer_the_exit_code_says_so(run, small_switch):
    small_switch.is_mute = True
    assert run() == (4, "TERM01: no answer in time\n")


def test_nobody_is_there(run, lab, small_switch, monkeypatch):
    monkeypatch.setattr("cardswitch.terminal.session.CONNECT_S", 0.1)
    lab.write_text(lab.read_text().replace(f"port = {small_switch.port}", "port = 1"))
    assert run() == (5, "")
