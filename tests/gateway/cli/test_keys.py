"""The commands of keys: made, shown by their ends, rolled, revoked."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.gateway.cli.main import gateway
from cardswitch.lab.house.topology import free_ports, make_lab
from cardswitch.specs.errors import ConfigError


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return make_lab(tmp_path_factory.mktemp("lab") / "lab", free_ports())[0]


def run(lab, *words):
    result = CliRunner().invoke(gateway, [*words, "--config", str(lab)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_keys_are_shown_once_and_revoked(lab):
    made = json.loads(run(lab, "keys", "add", "SHOP0001", "--json"))
    assert set(made) == {"secret", "publishable"}
    listed = json.loads(run(lab, "keys", "list", "--json"))
    assert [key["hint"] for key in listed] == [text[-4:] for text in made.values()]
    assert not any(text in str(listed) for text in made.values())
    assert "is revoked" in run(lab, "keys", "revoke", listed[0]["id"])
    shown = run(lab, "keys", "list").splitlines()
    assert "revoked" in shown[0]
    assert shown[1].endswith("valid")


def test_a_merchant_must_be_known(lab):
    with pytest.raises(ConfigError, match="there are SHOP0001, SHOP0002"):
        run(lab, "keys", "add", "SHOP9")


def test_a_rolled_key_is_shown_once_and_the_old_one_ends(lab):
    made = json.loads(run(lab, "keys", "add", "SHOP0002", "--json"))
    listed = json.loads(run(lab, "keys", "list", "--json"))
    [old] = [key["id"] for key in listed if key["hint"] == made["secret"][-4:]]
    new = json.loads(run(lab, "keys", "roll", old, "--overlap-hours", "2", "--json"))
    assert list(new) == ["secret"]
    assert new["secret"] != made["secret"]
    [line] = [line for line in run(lab, "keys", "list").splitlines() if line.startswith(old)]
    assert "  ends " in line
