"""The `hsm` commands: what there is, each with its help, and help that imports next to nothing."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.main import COMMANDS, hsm

PROBE = """
import sys
from click.testing import CliRunner
from cardswitch.hsm_sim.cli.main import hsm
result = CliRunner().invoke(hsm, {words!r})
assert result.exit_code == 0, result.output
print(*(name for name in ("cryptography", "asyncio", "sqlalchemy") if name in sys.modules))
"""


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)])
def test_help_has_examples(words):
    result = CliRunner().invoke(hsm, [*words, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout


@pytest.mark.parametrize(
    "words", [["--help"], ["calc", "mac", "--help"], ["keys", "generate", "--help"]]
)
def test_help_imports_neither_cryptography_nor_a_loop(words):
    code = PROBE.format(words=words)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_overview_says_what_each_command_does():
    context = click.Context(hsm)
    for name in hsm.list_commands(context):
        assert hsm.get_command(context, name) is not None
    assert "Verify" in CliRunner().invoke(hsm, ["--help"]).stdout
