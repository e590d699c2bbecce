"""What operators type about exceptions, and what they read."""

import json

import click
import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.switch.cli.exceptions import exceptions
from cardswitch.switch.operate import deeds
from cardswitch.wire.store.disk import user_name
from tests.kit.operated import OperatedMachine, config_in, row, store_of


@pytest.fixture
def machine(monkeypatch):
    """The machine of a switch that does not run."""
    made = OperatedMachine()
    monkeypatch.setattr(deeds, "open_switch", lambda config, vault: (store_of(config), made))
    return made


@pytest.fixture
def asked(tmp_path, machine):
    """Type a command about a journal whose legs 2 and 3 are exceptions."""
    config, path = config_in(tmp_path)
    store = store_of(config)
    store.commit([row(number, number, "exception") for number in (1, 2, 3)])
    store.close()

    def run(*words, code=0):
        obj = {"open_vault": lambda path: None}
        result = CliRunner().invoke(exceptions, [*words, "--config", str(path)], obj=obj)
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


def test_a_reversal_is_sent_again(asked, machine):
    shown = asked("retry", "2", "3", "--because", "it is back")
    assert shown.stdout == (
        "leg 2: reversing, row 4 of the journal\nleg 3: reversing, row 5 of the journal\n"
    )
    assert "the switch does not run: what is to be sent leaves when it starts" in shown.stderr
    assert machine.did == [("reversing", leg, user_name(), "it is back") for leg in (2, 3)]


def test_an_exception_is_ended_and_shown_as_json(asked, machine):
    shown = asked("resolve", "2", "--because", "refunded", "--json")
    assert json.loads(shown.stdout) == {
        "is_running": False,
        "rows": [{"sequence": 4, "leg": 2, "state": "resolved", "business_date": "2026-11-28"}],
    }
    assert shown.stderr == ""
    assert machine.did == [("resolved", 2, user_name(), "refunded")]


def test_no_exception_is_ended_without_a_reason(asked, machine):
    assert "Missing option '--because'" in asked("resolve", "2", code=2).output
    with pytest.raises(Error, match="say in a few words what you know"):
        asked("resolve", "2", "--because", " ")
    with pytest.raises(Error, match="leave out what may be a card number"):
        asked("resolve", "2", "--because", "card 9999990000000014")
    assert machine.did == []


def test_what_is_no_exception_is_refused(asked):
    with pytest.raises(Error, match="leg 99 is not in exception"):
        asked("retry", "99")
    for words in (["retry"], ["retry", "0"], ["retry", "x"]):
        asked(*words, code=2)


@pytest.mark.parametrize("command", exceptions.commands.values(), ids=lambda each: each.name)
def test_every_command_has_help_with_examples(command):
    shown = CliRunner().invoke(exceptions, [command.name, "--help"]).output
    assert "Example" in shown
    assert "--json" in shown
    assert isinstance(command, click.Command)
