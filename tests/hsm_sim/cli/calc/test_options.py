"""What the calculator's commands share: hexadecimal, warnings, and how results are shown."""

import json

import click
import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.calc.options import HEX, KEY, WARNING, calculating, pan12_of_options
from cardswitch.specs.errors import CryptoError


@click.command()
@click.option("--key", type=KEY)
@click.option("--data", type=HEX, default=b"")
@calculating
def command(steps, key, data):
    """Show *data*; a key of zero bytes is refused."""
    steps.add("data", data)
    if key == b"":
        raise CryptoError("expected a key")
    return {"data": data.hex()}


def run(*words):
    result = CliRunner().invoke(command, words)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("text", ["0aFf", "0A FF", " 0A\tFF ", "0A.FF", "0A/FF", "0A:FF", "0A-FF"])
def test_hexadecimal_of_either_case_with_what_people_write_between(text):
    assert run("--data", text) == (0, "data  0aff\n", "")


@pytest.mark.parametrize("text", ["0", "0x", "zz", "٠٠", "0A+FF"])
def test_what_is_not_hexadecimal_is_not_repeated(text):
    code, out, err = run("--key", text + "5ECRET")
    assert (code, out) == (2, "")
    assert "5ECRET" not in err
    assert f"seen {len(text) + 6} characters" in err


def test_a_key_is_warned_of_and_data_is_not():
    assert run("--key", "00")[2] == f"{WARNING}\n"
    assert run("--data", "00")[2] == ""


def test_steps_come_first_and_are_shown_of_an_error_too():
    assert run("--data", "01", "--trace")[1] == "  data  01\ndata  01\n"
    code, out, err = run("--key", "", "--trace")
    assert (code, out) == (1, "  data\n")
    assert err.endswith("hsm: expected a key\n")


def test_json_has_the_steps_only_when_traced():
    assert json.loads(run("--json")[1]) == {"data": ""}
    assert json.loads(run("--json", "--trace")[1])["steps"] == [{"name": "data", "value": ""}]
    assert json.loads(run("--json", "--trace", "--key", "")[1])["steps"]


def test_an_account_is_given_in_one_way():
    assert pan12_of_options("9999990000000014", None) == "999000000001"
    assert pan12_of_options(None, "123456789012") == "123456789012"
    for both in ((None, None), ("9999990000000014", "123456789012")):
        with pytest.raises(click.UsageError):
            pan12_of_options(*both)
