"""The commands: keys made, shown by their ends, revoked; and a story."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from cardswitch.gateway.cli import gateway
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


def test_a_file_without_the_section_says_what_to_do(tmp_path):
    file = tmp_path / "lab.toml"
    file.write_text("[hsm]\nport = 1\n")
    with pytest.raises(ConfigError, match=r"no section \[gateway\]"):
        run(file, "keys", "list")


def test_a_story_is_told_line_by_line_and_as_json(shop):
    paid = shop.create().body
    lines = run(shop.lab.config, "show", paid["id"]).splitlines()
    assert [line.split()[1] for line in lines] == ["created", "called", "sent", "answered"]
    steps = json.loads(run(shop.lab.config, "show", paid["latest_charge"], "--json"))
    assert steps[-1]["reason"] == "approved"


def test_help_loads_neither_http_nor_a_database():
    code = (
        "import sys; from click.testing import CliRunner;"
        "from cardswitch.gateway.cli import gateway;"
        "CliRunner().invoke(gateway, ['--help']);"
        "print(sorted({'starlette', 'uvicorn', 'sqlalchemy', 'msgspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
