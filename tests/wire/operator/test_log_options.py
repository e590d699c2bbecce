"""The options of the record mean the same for every program that serves."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cardswitch.hosts.cli import serve as serve_host
from cardswitch.hsm_sim.cli.serve import serve as serve_hsm
from cardswitch.lab.cli.up import up
from cardswitch.switch.cli.main import serve as serve_switch
from cardswitch.wire.operator.log_options import LogOptions, log_options

GIVEN = []


@click.command()
@click.argument("name")
@log_options
def command(name: str, log: LogOptions) -> None:
    """Nothing but its options."""
    GIVEN.append((name, log))


@pytest.mark.parametrize(
    ("words", "log"),
    [
        ([], LogOptions()),
        (["--quiet"], LogOptions(is_quiet=True)),
        (["--trace"], LogOptions(has_trace=True)),
        (["--log-json"], LogOptions(is_json=True)),
        (["--log-file", "a.log"], LogOptions(path=Path("a.log"))),
    ],
)
def test_each_is_told_to_the_command(words, log):
    assert CliRunner().invoke(command, ["one", *words]).exit_code == 0
    assert GIVEN.pop() == ("one", log)


@pytest.mark.parametrize("serving", [serve_host, serve_hsm, serve_switch, up])
def test_every_program_that_serves_has_them(serving):
    options = {option for each in serving.params for option in each.opts}
    assert {"--quiet", "--trace", "--log-json", "--log-file"} <= options
