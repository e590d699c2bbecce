"""Options that commands share mean the same for every program."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import cardswitch.wire
from cardswitch.hosts.cli import serve as serve_host
from cardswitch.hsm_sim.cli.serve import serve as serve_hsm
from cardswitch.lab.cli.up import up
from cardswitch.switch.cli.main import serve as serve_switch
from cardswitch.wire.operator.options import LogOptions, Time, config_option, log_options

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


def test_the_option_names_the_lab_of_this_folder_unless_it_is_told():
    @click.command()
    @config_option
    def show(config_path):
        click.echo(config_path.as_posix())

    assert CliRunner().invoke(show).output == "cardswitch-data/lab.toml\n"
    assert CliRunner().invoke(show, ["--config", "a.toml"]).output == "a.toml\n"


@pytest.mark.parametrize(
    ("text", "is_time"),
    [("0", False), ("0.5", True), ("1e6", True), ("1e7", False), ("nan", False), ("inf", False)],
)
def test_how_long_something_may_take_is_a_number_that_a_clock_can_take(text, is_time):
    wanted = click.command()(click.option("--for", type=Time(0, min_open=True))(lambda **_: None))
    assert CliRunner().invoke(wanted, ["--for", text]).exit_code == (0 if is_time else 2)


def test_every_command_asks_for_a_time_so():
    """A plain range lets `nan` pass, which ends in a traceback when a sale is under way."""
    plain = [
        str(path)
        for room in ("gateway", "hosts", "hsm_sim", "lab", "switch", "terminal")
        for path in Path(cardswitch.wire.__path__[0]).parent.joinpath(room).rglob("*.py")
        if "click.FloatRange" in path.read_text("utf-8")
    ]
    assert not plain
