"""What the commands share that take keys by name."""

from pathlib import Path

import click
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.key_options import KEYS_FILE, key_file, under
from cardswitch.specs.hsm import Command


@click.command()
@key_file
def command(path: Path) -> None:
    """Say which file it is."""
    click.echo(path)


def test_the_file_has_a_usual_name_and_may_have_another() -> None:
    assert CliRunner().invoke(command, []).stdout.strip() == KEYS_FILE
    assert CliRunner().invoke(command, ["--file", "mine.toml"]).stdout.strip() == "mine.toml"


def test_a_command_is_for_an_lmk_and_for_a_block_only_if_asked() -> None:
    asked = Command("", "A0", {"mode": "0"})
    assert under(asked) == asked
    assert under(asked, "01", "P0T2B00N00").fields == {
        **asked.fields,
        "lmk_id": "01",
        "attributes": "P0T2B00N00",
    }
