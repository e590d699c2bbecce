"""The `calc` commands: each is there, with an example in its help that runs."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.calc.main import calc


def leaves(group, *path):
    """Every command below *group*, by its path."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, *path, name)
        else:
            yield path, name, command


LEAVES = list(leaves(calc))


def examples():
    """The examples of every help, with the words of the groups before them."""
    for path, name, command in LEAVES:
        for line in re.sub(r" \\\n +", " ", command.epilog).splitlines():
            if line.strip().startswith(f"{name} "):
                yield [*path, *shlex.split(line.strip().partition("   ")[0])]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: " ".join([*leaf[0], leaf[1]]))
def test_help_has_an_example(leaf):
    path, name, _ = leaf
    result = CliRunner().invoke(calc, [*path, name, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout


@pytest.mark.parametrize("words", list(examples()), ids=" ".join)
def test_every_example_runs(words):
    result = CliRunner().invoke(calc, words)
    assert result.exit_code == 0, result.output
    assert result.stdout


def test_examples_are_found():
    assert len(list(examples())) > 20
