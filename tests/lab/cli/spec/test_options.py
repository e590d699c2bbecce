"""Options that several commands have."""

import click
import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.spec.options import dialect_option, load, output_option, unsafe_option


@click.command()
@dialect_option
@unsafe_option
@output_option
def command(dialect, unsafe, output):
    """Print what it is given."""
    click.echo(f"{dialect.name} {unsafe} {output}")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "iso87-ascii False None\n"),
        (["--dialect", "pos", "--unsafe", "-o", "x.txt"], "pos True x.txt\n"),
    ],
)
def test_what_a_command_gets(words, expected):
    assert CliRunner().invoke(command, words).output == expected


def test_a_dialect_that_is_not_there_is_a_usage_error():
    assert CliRunner().invoke(command, ["--dialect", "nosuch"]).exit_code == 2
    with pytest.raises(click.BadParameter):
        load(None, None, "nosuch")
