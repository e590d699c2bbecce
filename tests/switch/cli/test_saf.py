"""What operators type about what is owed upstream, and what they read."""

import csv
import json

import click
import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.switch.cli import exceptions as module
from cardswitch.switch.cli.exceptions import exceptions
from cardswitch.switch.cli.saf import saf
from cardswitch.switch.core.states import State
from tests.kit.histories import History, JournalFile
from tests.kit.operated import config_in

PAN = "9999990000000011"
OWED = [2, 3, 5, 6]


def history():
    """Legs 2 and 3 owe reversals, 5 and 6 advices; 3 and 6 are set aside."""
    made = History()
    made.sale()
    made.add(made.begin(), State.REVERSING)
    made.sale(ending="stuck", pan=PAN)
    hold = made.sale(mti="0100")
    for number in (5, 6, 7):
        leg = made.begin(650, State.TAKEN, mti="0220", kind="completion", upstream="acquirer")
        assert leg == number
    made.add(hold, State.COMPLETED)
    made.add(6, State.EXCEPTION, code="64", mti="0230")
    made.add(7, State.APPROVED)
    return made


@pytest.fixture
def asked(tmp_path):
    """Type a command about that journal."""
    config, path = config_in(tmp_path)
    file = JournalFile(config.database)
    made = history()
    file.write(made.rows)
    file.close()

    def run(*words, code=0, group=saf):
        result = CliRunner().invoke(group, [*words, "--config", str(path)])
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


def jsons(shown):
    return [json.loads(line) for line in shown.stdout.splitlines()]


def test_all_that_is_owed_is_listed_the_oldest_first(asked):
    lines = jsons(asked("list", "--json"))
    assert [(line["leg"], line["owed"], line["state"]) for line in lines] == [
        (2, "reversal", "reversing"),
        (3, "reversal", "exception"),
        (5, "advice", "taken"),
        (6, "advice", "exception"),
    ]
    heading, *rows = asked("list").stdout.splitlines()
    assert heading.split()[:2] == ["LEG", "SINCE"]
    assert [row.split()[3] for row in rows] == ["reversal", "reversal", "advice", "advice"]
    assert "acquirer" in rows[-1]
    assert "64" in rows[-1]
    assert "6.50 EUR" in rows[-1]


def test_what_is_not_shown_is_said(asked):
    shown = asked("list", "--limit", "3")
    assert len(shown.stdout.splitlines()) == 4
    assert "these are the oldest 3: --limit shows more, export writes all" in shown.stderr
    assert asked("list", "--limit", "4").stderr == ""


def test_a_leg_is_shown_with_all_that_befell_it_and_no_card(asked):
    rows = jsons(asked("show", "6", "--json"))
    assert [(row["state"], row["code"], row["moved"]) for row in rows] == [
        ("taken", "", 0),
        ("exception", "64", 0),
    ]
    assert not {"pan_sealed", "card", "request_digest", "identity"} & rows[0].keys()
    shown = asked("show", "3").stdout
    assert [line.split()[4] for line in shown.splitlines()[1:]] == [
        "forwarded",
        "reversing",
        "exception",
    ]
    assert PAN not in shown
    with pytest.raises(Error, match="leg 99: the journal has none of that number"):
        asked("show", "99")


def test_all_of_it_is_exported(asked, tmp_path):
    assert [line["leg"] for line in jsons(asked("export"))] == OWED
    asked("export", str(tmp_path / "owed.csv"), "--format", "csv")
    with (tmp_path / "owed.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["leg"]) for row in rows] == OWED
    assert [row["owed"] for row in rows] == ["reversal", "reversal", "advice", "advice"]
    assert PAN not in asked("export").stdout


def test_exceptions_are_the_view_of_those_that_are_set_aside(asked):
    lines = jsons(asked("list", "--json", group=exceptions))
    assert [line["leg"] for line in lines] == [6, 3]
    assert exceptions.commands["retry"] is saf.commands["retry"]
    assert exceptions.commands["resolve"] is saf.commands["resolve"]


def test_whether_more_wait_than_are_listed_is_said(asked, monkeypatch):
    assert asked("list", group=exceptions).stderr == ""
    monkeypatch.setattr(module, "LEGS_MAX", 1)
    shown = asked("list", "--json", group=exceptions)
    assert [line["leg"] for line in jsons(shown)] == [6]
    assert shown.stderr == "more than these 1 wait: resolve some to see others\n"


def test_nothing_is_dropped_without_a_reason(asked):
    assert "Missing option '--because'" in asked("resolve", "6", code=2).output
    for words in (["retry"], ["retry", "0"], ["show", "x"], ["list", "--limit", "0"], ["drop"]):
        asked(*words, code=2)


@pytest.mark.parametrize("command", saf.commands.values(), ids=lambda each: each.name)
def test_every_command_has_help_with_examples(command):
    shown = CliRunner().invoke(saf, [command.name, "--help"]).output
    assert "Example" in shown
    assert "json" in shown
    assert isinstance(command, click.Command)
