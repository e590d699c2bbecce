"""hsm commands: every command is told, and none besides."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.commands import read_overview
from cardswitch.hsm_sim.cli.main import hsm
from cardswitch.hsm_sim.commands import HANDLERS
from cardswitch.specs.hsm.commands import COMMANDS


def test_all_that_is_performed_is_told():
    told = [code for said in read_overview().values() for code in said]
    assert sorted(told) == sorted(COMMANDS) == sorted(HANDLERS)


@pytest.mark.parametrize("code", sorted(COMMANDS))
def test_the_fields_of_each_are_shown(code):
    done = CliRunner().invoke(hsm, ["commands", code])
    assert done.exit_code == 0
    assert all(
        name in done.stdout
        for layout in COMMANDS[code].request
        for name in layout.names
        if not name[-1].isdecimal() or name.endswith(("_1", "_2"))
    )
    document = json.loads(CliRunner().invoke(hsm, ["commands", code, "--json"]).stdout)
    assert len(document["layouts"][code]) == len(COMMANDS[code].request)


def test_the_overview():
    done = CliRunner().invoke(hsm, ["commands"])
    assert len(done.stdout.splitlines()) == len(COMMANDS) + len(read_overview())
    assert json.loads(CliRunner().invoke(hsm, ["commands", "--json"]).stdout) == read_overview()


def test_an_unknown_code():
    assert CliRunner().invoke(hsm, ["commands", "ZZ"]).exit_code == 2


@pytest.mark.parametrize(("code", "forms"), [("A4", 1), ("NK", 1), ("A2", 1), ("CA", 2)])
def test_forms_that_only_grow_are_one(code, forms):
    shown = CliRunner().invoke(hsm, ["commands", code]).stdout.splitlines()
    assert sum(line.split(",")[0] == code for line in shown) == forms
    assert any("component_1, component_2 ..." in line for line in shown) == (code == "A4")
