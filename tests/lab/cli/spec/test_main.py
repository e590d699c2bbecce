"""The group `spec`: every command of its table is there, and its help has examples."""

import importlib

import click
import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.spec.main import COMMANDS, spec


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_shows_examples(name):
    module, _, attribute = COMMANDS[name][0].partition(":")
    assert isinstance(getattr(importlib.import_module(module), attribute), click.Command)
    done = CliRunner().invoke(spec, [name, "--help"])
    assert done.exit_code == 0
    assert "Examples:" in done.stdout


def test_the_overview_names_them_all():
    shown = CliRunner().invoke(spec, ["--help"]).stdout
    assert all(name in shown for name in COMMANDS)
