"""What several commands share: the configuration, whose terminal, and how long to wait."""

import click
import pytest
from click.testing import CliRunner

from cardswitch.terminal.face.options import common, pin_option, waiting


@click.command()
@pin_option
@waiting
@common
def probe(config, within, as_json, pin):
    """Says what it got."""
    click.echo(f"{config.id} {within} {as_json} {pin}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "TERM01 30.0 False None\n"),
        (["--terminal", "T2", "--json", "--within", "2", "--pin", "-"], "T2 2.0 True -\n"),
    ],
)
def test_a_command_gets_them(lab, words, said):
    result = CliRunner().invoke(probe, [*words, "--config", str(lab)])
    assert result.output == said


@pytest.mark.parametrize("within", ["0", "-1", "soon"])
def test_no_time_at_all_is_a_usage_error(lab, within):
    result = CliRunner().invoke(probe, ["--within", within, "--config", str(lab)])
    assert result.exit_code == 2
