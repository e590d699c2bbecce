"""`terminal echo` and `terminal change-key`: what people see, and exit codes."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.terminal.core import keys
from cardswitch.terminal.face.cli import terminal
from cardswitch.terminal.pinpad.pad import PinPad
from tests.terminal.conftest import NEW_KCV, NEW_KEY


@pytest.fixture
def run(lab):
    """Run one command of the terminal of this lab; its exit code, and what it says."""

    def run(*words):
        result = CliRunner().invoke(terminal, [*words, "--config", str(lab)])
        return result.exit_code, result.stdout, result.stderr

    return run


# An echo ----------------------------------------------------------------------------------------


def test_the_switch_is_there(run, small_switch):
    assert run("echo") == (0, "TERM01: the switch is there\n", "")
    [request] = small_switch.seen
    assert (request.mti, request[41], request[70]) == ("0800", "TERM01  ", "301")


def test_the_same_as_json(run):
    code, said, _ = run("echo", "--json")
    shown = {"terminal": "TERM01", "is_there": True, "news": "the switch is there"}
    assert (code, json.loads(said)) == (0, shown)


def test_without_an_answer_the_exit_code_says_so(run, small_switch):
    small_switch.is_mute = True
    assert run("echo") == (4, "TERM01: no answer in time\n", "")


def test_nobody_is_there(run, lab, small_switch, monkeypatch):
    monkeypatch.setattr("cardswitch.terminal.session.CONNECT_S", 0.1)
    lab.write_text(lab.read_text().replace(f"port = {small_switch.port}", "port = 1"))
    assert run("echo")[:2] == (5, "")


@pytest.mark.parametrize(
    ("what", "code", "news"), [("sign-on", "001", "signed on"), ("sign-off", "002", "signed off")]
)
def test_it_signs_on_and_off(run, small_switch, what, code, news):
    assert run(what) == (0, f"TERM01: {news}\n", "")
    assert small_switch.seen[-1][70] == code
    shown = json.loads(run(what, "--json")[1])
    assert shown == {"terminal": "TERM01", "is_agreed": True, "news": news}


def test_a_terminal_that_must_sign_on_does_so_before_each_command(run, lab, small_switch):
    lab.write_text(f"{lab.read_text()}sign_on = true\n")
    assert run("sale", "1", "--card", "good")[0] == 0
    assert [(m.mti, m.get(70)) for m in small_switch.seen] == [("0800", "001"), ("0200", "")]


def test_where_it_may_not_sign_on_that_is_said(run, lab, small_switch, monkeypatch):
    monkeypatch.setattr("cardswitch.terminal.session.CONNECT_S", 0.3)
    lab.write_text(f"{lab.read_text()}sign_on = true\n")
    small_switch.manages = "58"
    code, said, _ = run("echo")
    assert (code, said) == (1, "")
    assert not [m for m in small_switch.seen if m.get(70) == "301"]


# A new key -------------------------------------------------------------------------------------


def test_a_key_is_changed_and_used_by_the_next_command(run, small_switch):
    assert run("change-key") == (0, f"TERM01, pin: changed, check value {NEW_KCV}\n", "")
    assert run("sale", "12.50", "--card", "good", "--pin", "1234")[0] == 0
    block = PinPad(NEW_KEY[7:]).encrypt("1234", "9999990000000014")
    assert small_switch.seen[-1][52] == block


def test_of_a_key_the_same_as_json(run):
    code, said, _ = run("change-key", "--json")
    assert code == 0
    assert json.loads(said) == {
        "terminal": "TERM01",
        "kind": "pin",
        "is_changed": True,
        "news": "changed",
        "check_value": NEW_KCV,
    }


def test_of_a_key_without_an_answer_the_exit_code_says_so(run, small_switch, monkeypatch):
    monkeypatch.setattr(keys, "ANSWER_S", 0.1)
    small_switch.is_mute = True
    code, said, _ = run("change-key")
    assert (code, said) == (4, "TERM01, pin: no answer in time: the old key stays in use\n")


def test_a_reversal_that_is_pending_comes_first(run, small_switch):
    small_switch.silent = 99
    run("sale", "12.69", "--card", "good", "--within", "2")
    code, said, told = run("change-key", "--within", "0.2")
    assert (code, said) == (4, "")
    assert "a reversal is pending" in told


def test_what_is_no_key_is_told_and_the_old_one_stays(run, small_switch, monkeypatch):
    monkeypatch.setattr("tests.terminal.conftest.NEW_KEY", "P")
    code, said, _ = run("change-key", "--json")
    assert code == 1
    assert json.loads(said)["is_changed"] is False
    assert "the old key stays in use" in json.loads(said)["news"]


def test_nobody_there_is_exit_5(run, lab):
    text = lab.read_text("utf-8")
    lab.write_text(text.replace(text.split("port = ")[1].split()[0], "1"), "utf-8")
    code, said, told = run("change-key")
    assert (code, said) == (5, "")
    assert "cannot be reached" in told
