"""The `hsm` command: a process that serves until it is asked to stop."""

import sys

import pytest
from click.testing import CliRunner

from hsm_sim.cli import hsm
from lab.topology import free_ports
from specs.errors import ConfigError
from specs.hsm import Command
from tests.clients import ask
from tests.end_to_end.programs import Program
from wire.channel import HsmClientChannel
from wire.runtime import run

CODE = "from hsm_sim.cli import hsm; hsm()"


@pytest.mark.parametrize("words", [[], ["serve"]])
def test_help_has_an_example(words):
    result = CliRunner().invoke(hsm, [*words, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout


def test_it_serves_until_it_is_asked_to_stop(tmp_path):
    port = free_ports().hsm
    path = tmp_path / "lab.toml"
    path.write_text(f"[hsm]\nport = {port}\n")
    program = Program(
        [sys.executable, "-c", CODE, "serve", "--config", path], tmp_path / "said.txt"
    )
    try:
        program.wait_for(f"HSM simulator (test LMK) on 127.0.0.1:{port}\n")
        assert run(ask(port, HsmClientChannel(), Command("0001", "NC"))).error == "00"
        assert program.stop() == 0
    finally:
        program.end()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "hsm"), ("[hsm]\nport = 'x'", "hsm.port"), ("[hsm]\nport = 1\nprot = 2", "prot")],
)
def test_a_wrong_section_is_named(tmp_path, text, expected):
    path = tmp_path / "lab.toml"
    path.write_text(text)
    result = CliRunner().invoke(hsm, ["serve", "--config", str(path)])
    assert isinstance(result.exception, ConfigError)
    assert expected in str(result.exception)
