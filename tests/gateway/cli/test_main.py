"""The commands: a story told, and help that is quick."""

import json
import subprocess
import sys

from click.testing import CliRunner

from cardswitch.lab.cli.main import cli


def run(lab, *words):
    result = CliRunner().invoke(cli, ["gateway", *words, "--config", str(lab)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_a_story_is_told_line_by_line_and_as_json(shop):
    paid = shop.create().body
    lines = run(shop.lab.config, "show", paid["id"]).splitlines()
    own = [line.split() for line in lines if " gateway " in line]
    assert [words[2] for words in own] == ["created", "sent", "answered"]
    steps = json.loads(run(shop.lab.config, "show", paid["latest_charge"], "--json"))
    assert [step for step in steps if step["where"] == "gateway"][-1]["reason"] == "approved"


def test_help_loads_neither_http_nor_a_database():
    code = (
        "import sys; from click.testing import CliRunner;"
        "from cardswitch.gateway.cli.main import gateway;"
        "CliRunner().invoke(gateway, ['--help']);"
        "print(sorted({'starlette', 'uvicorn', 'sqlalchemy', 'msgspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
