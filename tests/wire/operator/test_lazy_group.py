"""Groups whose commands stand in a table and are imported when they are called."""

import sys

import click
import pytest
from click.testing import CliRunner

from cardswitch.wire.operator.lazy_group import LazyGroup


@pytest.fixture
def group(tmp_path, monkeypatch):
    (tmp_path / "lazily_imported.py").write_text(
        "import click\n@click.command()\ndef hello():\n    'Greet.'\n    click.echo('hello')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lazily_imported", raising=False)
    table = {"z": ("nowhere:none", "Comes first."), "hello": ("lazily_imported:hello", "Greets.")}

    @click.group(cls=LazyGroup, commands_of=table)
    def group():
        """Commands of a test."""

    return group


def test_the_overview_imports_nothing_and_keeps_the_order(group):
    result = CliRunner().invoke(group, ["--help"])
    assert result.exit_code == 0
    assert result.output.index("Comes first.") < result.output.index("Greets.")
    assert group.list_commands(click.Context(group)) == ["z", "hello"]
    assert "lazily_imported" not in sys.modules


def test_a_command_is_imported_when_it_is_called(group):
    assert CliRunner().invoke(group, ["hello"]).output == "hello\n"
    assert "Greet." in CliRunner().invoke(group, ["hello", "--help"]).output


def test_an_unknown_command_is_a_usage_error(group):
    assert CliRunner().invoke(group, ["hullo"]).exit_code == 2


def test_without_a_table_there_are_no_commands():
    assert LazyGroup("empty").list_commands(click.Context(LazyGroup("empty"))) == []


def test_of_a_misspelt_command_the_nearest_is_named(group):
    assert (
        "No such command 'hullo'. Did you mean 'hello'?"
        in CliRunner().invoke(group, ["hullo"]).output
    )
    assert "Did you mean" not in CliRunner().invoke(group, ["quite-another"]).output
