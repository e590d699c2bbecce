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


GROUPS = [["rules"], ["cards"]]
INNER = [["rules", "check"], ["rules", "show"], ["cards", "make"], ["cards", "show"]]


@pytest.mark.parametrize("words", [[], ["serve"], ["load"], *GROUPS, *INNER])
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


def test_no_other_program_is_a_host():
    result = CliRunner().invoke(host, ["serve", "switch"])
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


def test_rules_are_checked_and_shown(tmp_path):
    shown = CliRunner().invoke(host, ["rules", "check", "test-cards"])
    assert shown.exit_code == 0
    assert "insufficient funds" in shown.stdout
    assert "4000000000009995" not in shown.stdout
    path = tmp_path / "mine.toml"
    path.write_text("[[rule]]\nname = 'it'\nanswer = '51'\n")
    told = CliRunner().invoke(host, ["rules", "check", str(path), "--json"])
    assert told.stdout == '{"name":"it","answer":"51"}\n'
    path.write_text("# none\n")
    assert CliRunner().invoke(host, ["rules", "check", str(path)]).stdout == "no rules\n"


def test_a_fault_in_rules_is_located(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[[rule]]\nanser = '51'\n")
    with pytest.raises(ConfigError, match="line 2: rule 1: anser: unknown, did you mean answer"):
        CliRunner().invoke(host, ["rules", "check", str(path)], catch_exceptions=False)


def test_the_rules_of_a_lab(tmp_path):
    path, _ = make_lab(tmp_path / "lab", free_ports())
    shown = CliRunner().invoke(host, ["rules", "show", "--config", str(path)])
    assert "magic" not in shown.stdout
    assert ".51: insufficient funds" in shown.stdout
    path.with_name("rules.toml").write_text("[[rule]]\ncards = ['goood']\ndrop = true\n")
    with pytest.raises(ConfigError, match=r"'goood' is no card: .* good\?"):
        CliRunner().invoke(host, ["rules", "show", "--config", str(path)], catch_exceptions=False)


def test_a_card_file_is_made_and_shown(tmp_path):
    path, _ = make_lab(tmp_path / "lab", free_ports())
    # As Excel writes it, with a byte order mark.
    (tmp_path / "cards.csv").write_text("\ufeffid,pan,expiry\nmany,4000000000000002,3012\n")
    more, where = str(tmp_path / "more.cards"), ["--config", str(path)]
    source = ["--from", str(tmp_path / "cards.csv")]
    made = CliRunner().invoke(host, ["cards", "make", more, *source, *where])
    assert made.stdout == f"{more}: 1 cards\n"
    shown = CliRunner().invoke(host, ["cards", "show", more, *where])
    assert shown.stdout == f"{more}: 1 cards, 1 accounts\n"
    told = CliRunner().invoke(host, ["cards", "show", more, "--json", *where])
    assert told.stdout == '{"cards":1,"accounts":1}\n'
