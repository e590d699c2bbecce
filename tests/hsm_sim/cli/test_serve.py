"""The command `serve`: a process that serves until it is asked to stop; its console."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.main import hsm
from cardswitch.lab.house.topology import free_ports
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.hsm import Command
from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver.runtime import run
from tests.kit.clients import ask
from tests.kit.programs import Program, until

CODE = "from cardswitch.hsm_sim.cli.main import hsm; hsm()"


@pytest.fixture
def lab(tmp_path):
    path = tmp_path / "lab.toml"
    path.write_text(f"[hsm]\nport = {free_ports().hsm}\n")
    return path


def test_it_serves_until_it_is_asked_to_stop(tmp_path, lab):
    port = int(lab.read_text().split()[-1])
    program = Program([sys.executable, "-c", CODE, "serve", "--config", lab], tmp_path / "said")
    try:
        program.wait_for(f"HSM simulator (test LMK) on 127.0.0.1:{port}\n")
        assert run(ask(port, HsmClientChannel(), Command("0001", "NC"))).error == "00"
        assert program.stop() == 0
    finally:
        program.end()


def test_its_console_reaches_the_module_that_serves(tmp_path, lab):
    said = tmp_path / "said"
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, "serve", "--console", "--config", lab],
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
        )
    try:
        process.stdin.write(b"generate zpk ZPK\ntamper test of a tamper\nstatus\nkcv zpk\n")
        process.stdin.flush()
        until(lambda: "BV 13" in said.read_text(), "the refusal of the last order")
        assert "LMKs erased: test of a tamper" in said.read_text()
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
    assert "Traceback" not in said.read_text()
    events = (tmp_path / "hsm.audit").read_text()
    assert '"key generated"' in events
    assert '"cause":"test of a tamper"' in events


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
