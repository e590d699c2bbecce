"""The `host` command: each of the two as a process that serves until it is asked to stop."""

import re
import sys

import pytest
from click.testing import CliRunner

from cardswitch.hosts.cli import host
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.driver.tls import client_tls
from cardswitch.wire.operator.addresses import IsoAddress
from tests.kit.clients import ask
from tests.kit.programs import Program

CODE = "from cardswitch.hosts.cli import host; host()"
PURCHASE = Message("0200", {3: "000000", 4: "000000001250", 7: "1123120000", 11: "000007"})
ECHO = Message("0800", {7: "1123120000", 11: "000001", 70: "301"})


def tls_of(upstream):
    """What the switch speaks with *upstream*."""
    tls = client_tls(upstream, "")
    assert tls is not None, "a lab speaks TLS"
    return tls.context


@pytest.mark.parametrize("words", [[], ["serve"], ["load"]])
def test_help_has_an_example(words):
    result = CliRunner().invoke(host, [*words, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout


@pytest.mark.parametrize("name", ["acquirer", "issuer"])
def test_it_serves_until_it_is_asked_to_stop(tmp_path, name):
    path, _ = make_lab(tmp_path / "lab", free_ports())
    lab = read_lab(path)
    place = lab.acquirer.front if name == "acquirer" else lab.issuer.network
    words = ["serve", name, "--config", path]
    program = Program([sys.executable, "-c", CODE, *words], tmp_path / "said.txt")
    try:
        program.wait_for(f"{name} on 127.0.0.1:{place.port}\n")
        answer = run(ask(place.port, place.channel(), ECHO, tls_of(lab.switch.upstreams[name])))
        assert (answer.mti, answer[39]) == ("0810", "00")
        assert program.stop() == 0
    finally:
        program.end()


def test_there_are_two_of_them():
    result = CliRunner().invoke(host, ["serve", "bank"])
    assert result.exit_code == 2
    assert "acquirer" in result.stderr


@pytest.mark.parametrize("name", ["acquirer", "issuer"])
def test_a_missing_section_is_named(tmp_path, name):
    path = tmp_path / "lab.toml"
    path.write_text("[hsm]\nport = 1\n")
    result = CliRunner().invoke(host, ["serve", name, "--config", str(path)])
    assert isinstance(result.exception, ConfigError)
    assert name in str(result.exception)


def test_a_load_host_says_that_it_keeps_nothing(tmp_path):
    words = ["load", "--port", "0", "--dialect", "iso87-binary", "--framing", "binary2"]
    program = Program([sys.executable, "-c", CODE, *words], tmp_path / "said.txt")
    try:
        program.wait_for(": no journal, no HSM, no money\n")
        port = int(re.search(r":([0-9]+): no journal", program.said.read_text())[1])
        channel = IsoAddress(port=port, dialect="iso87-binary", framing="binary2").channel()
        answer = run(ask(port, channel, PURCHASE))
        assert (answer.mti, answer[39]) == ("0210", "00")
        assert program.stop() == 0
    finally:
        program.end()
    assert [path.name for path in tmp_path.iterdir()] == ["said.txt"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--code", "no"], "--code"),
        (["--framing", "none"], "framing"),
        (["--port", "70000"], "port"),
    ],
)
def test_a_load_host_that_cannot_be_is_refused(words, said):
    result = CliRunner().invoke(host, ["load", *words])
    assert result.exit_code == 2
    assert said in result.stderr
