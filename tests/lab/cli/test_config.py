"""`cardswitch config check`: what can be used, what cannot, and what is open."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.topology import free_ports, make_lab
from cardswitch.specs.errors import ConfigError

PLAIN = "switch.listeners.plain"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return make_lab(tmp_path_factory.mktemp("checked") / "lab", free_ports())[0]


def check(file, *words):
    return CliRunner().invoke(cli, ["config", "check", str(file), *words])


def test_of_the_lab_its_listener_without_tls_and_its_one_certificate_are_told(lab):
    result = check(lab)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["switch.listeners.pos", PLAIN]
    assert "2 things are open" in result.stderr


def test_strict_makes_a_finding_of_it(lab):
    assert check(lab, "--strict").exit_code == 6


def test_the_same_as_json(lab):
    found = json.loads(check(lab, "--json").stdout)
    assert [each["where"] for each in found] == ["switch.listeners.pos", PLAIN]
    assert set(found[0]) == {"where", "what", "try"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("framing =", "framng ="), "unknown key, did you mean framing"),
        (('tls_ca = "tls/ca.pem"', 'tls_ca = "tls/none.pem"'), "none.pem: cannot be read"),
        (('serves = "merchants"', 'host = "0.0.0.0"\nserves = "merchants"'), PLAIN),
        (("[settlement]", "[setlement]"), "setlement: unknown section, did you mean settlement?"),
        (("[[merchants]]", "[[merchant]]"), "merchant: unknown section, did you mean merchants?"),
    ],
)
def test_what_cannot_be_used_is_named_by_file_and_key(lab, change, told):
    changed = lab.with_name("changed.toml")
    changed.write_text(lab.read_text("utf-8").replace(*change), "utf-8")
    refused = check(changed).exception
    assert isinstance(refused, ConfigError), "`cardswitch` ends with 2 then"
    assert told in str(refused)


def test_a_file_of_one_program_is_enough(tmp_path):
    file = tmp_path / "hsm.toml"
    file.write_text("[hsm]\nport = 1500\n", "utf-8")
    result = check(file)
    assert result.exit_code == 0
    assert result.stdout.startswith("open: hsm: no TLS")


def test_a_file_of_nobody_is_no_configuration(tmp_path):
    file = tmp_path / "empty.toml"
    file.write_text("[card]\n", "utf-8")
    assert isinstance(check(file).exception, ConfigError)
