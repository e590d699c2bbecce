"""`terminal offline`: with a switch and without, and what people see of it."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.terminal.face.cli import terminal


@pytest.fixture
def run(lab):
    def run(*words):
        result = CliRunner().invoke(terminal, [*words, "--config", str(lab)])
        assert result.exit_code == 0, result.output
        return result

    return run


def test_the_switch_is_told_of_it_at_once_if_it_is_there(run, small_switch):
    told = json.loads(run("offline", "12.50", "--card", "good", "--json").stdout)
    assert (told["kind"], told["transaction"], told["is_owed"]) == ("approved", "offline", False)
    assert [(m.mti, m[4]) for m in small_switch.seen] == [("0220", "000000001250")]


def test_it_is_approved_without_a_switch_and_told_by_the_next_command(run, lab, small_switch):
    text = lab.read_text()
    lab.write_text(text.replace(f"port = {small_switch.port}", "port = 1"))
    result = run("offline", "12.50", "--card", "good", "--approval", "A1B2C3")
    assert result.stdout.count("*** APPROVED ***") == 2
    assert result.stdout.count("OFFLINE SALE") == result.stdout.count("A1B2C3") == 2
    assert "nobody has kept this offline of EUR 12.50 yet" in result.stderr
    assert "nor 1 more" in run("offline", "3", "--card", "good").stderr
    status = json.loads(run("status", "--json").stdout)
    assert [each["amount"] for each in status["owed"]] == [1250, 300]
    lab.write_text(text)
    assert json.loads(run("sale", "5", "--card", "good", "--json").stdout)["kind"] == "approved"
    assert [m.mti for m in small_switch.seen] == ["0221", "0221", "0200"]
    assert json.loads(run("status", "--json").stdout)["owed"] == []
