"""The commands that sell nothing are commands of the terminal, and their help has examples."""

import click
import pytest
from click.testing import CliRunner

from cardswitch.terminal.face import desk_cli
from cardswitch.terminal.face.cli import terminal

COMMANDS = [each for each in vars(desk_cli).values() if isinstance(each, click.Command)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_is_there_and_has_examples(command):
    assert terminal.commands[command.name] is command
    said = CliRunner().invoke(terminal, [command.name, "--help"]).output
    assert "Example" in said
    assert f"  {command.name}" in said
