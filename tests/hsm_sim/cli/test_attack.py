"""`hsm attack`: in clear words, with the rule off and on."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.attacks import ATTACKS
from cardswitch.hsm_sim.cli.attack import NAMES, attack


def ask(*words):
    result = CliRunner().invoke(attack, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_the_names_are_those_of_the_attacks():
    assert tuple(ATTACKS) == NAMES


def test_all_are_listed_with_the_rule_that_stops_them():
    code, said = ask("list")
    assert code == 0
    assert all(name in said and known.rule in said for name, known in ATTACKS.items())
    told = [json.loads(line) for line in ask("list", "--json")[1].splitlines()]
    assert [each["attack"] for each in told] == list(ATTACKS)


@pytest.mark.parametrize(
    ("name", "off", "on"),
    [
        ("type", "the PIN is 7391: found with 3 calls, after 1 made once", "by error 17"),
        ("decimalisation", "the PIN is 7391: found with", "stopped after 1 call by error 25"),
        ("format", "the PIN is 7391: found with 2 calls, after 7392 made once", "by error 69"),
        ("account", "digit 3 is one of 89, digit 4 is one of 012367", "nothing is learned: 20"),
    ],
)
def test_each_works_with_the_rule_off_and_fails_with_it_on(name, off, on):
    code, said = ask(name)
    assert code == 0
    assert said.index(f"{ATTACKS[name].rule} = false") < said.index(off)
    assert said.index(off) < said.index(f"{ATTACKS[name].rule} = true") < said.index(on)


def test_the_rule_can_be_chosen():
    assert "= true" not in ask("account", "--policy", "off")[1]
    [told] = [
        json.loads(line)
        for line in ask("account", "--policy", "on", "--json")[1].split("\n")
        if line
    ]
    assert (told["policy"], told["worked"], told["calls"]) == ("on", False, 20)


def test_a_running_module_has_a_policy_of_its_own():
    code, said = ask("account", "--policy", "on", "--port", "1")
    assert (code, "a running one has its own" in said) == (2, True)


def test_nobody_there_is_no_traceback():
    code, said = ask("account", "--port", "1")
    assert (code, "nobody listens at 127.0.0.1:1:" in said) == (5, True)


def test_help_has_an_example():
    assert "Examples" in ask("--help")[1]
