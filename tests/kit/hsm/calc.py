"""The calculator at hand: run one of its commands, read what it prints, know the known answers."""

import json
import tomllib
from pathlib import Path

from click.testing import CliRunner

from cardswitch.hsm_sim.cli.calc.main import calc

VECTORS = Path(__file__).parents[2] / "vectors" / "hsm_calc.toml"
WARNING = "hsm: a clear key on a command line can be read by others: test keys only\n"


def cases(group):
    """The known answers of *group*: words, expected results."""
    found = tomllib.loads(VECTORS.read_text("utf-8"))[group]
    return [(case["words"], case["expected"]) for case in found]


def run(*words):
    """The command with *words*: exit code, standard output, standard error."""
    result = CliRunner().invoke(calc, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def results(*words):
    """The results that the command with *words* prints as JSON."""
    code, out, err = run(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def assert_known(words, expected):
    """The command prints what is *expected*, and tracing changes nothing of it."""
    plain, traced = results(*words), results(*words, "--trace")
    assert expected.items() <= plain.items()
    assert "steps" not in plain
    steps = traced.pop("steps", [])
    assert traced == plain
    return {step["name"]: step["value"] for step in steps}
