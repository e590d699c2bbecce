"""spec explain; list and show are tested with the other commands of `spec`."""

import json

from click.testing import CliRunner

from cardswitch.lab.cli.spec.main import spec
from cardswitch.specs.review.explain import explanations


def run(*words):
    return CliRunner().invoke(spec, ["explain", *words])


def test_all_codes_are_listed():
    done = run()
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(explanations())
    assert json.loads(run("--json").stdout).keys() == explanations().keys()


def test_one_is_explained():
    done = run("trailing-bytes")
    assert "Nothing stands behind the last field." in done.stdout
    assert "What to try:" in done.stdout
    assert json.loads(run("trailing-bytes", "--json").stdout)["try"]


def test_an_unknown_code_names_the_known():
    done = run("E42")
    assert done.exit_code == 2
    assert "trailing-bytes" in done.stderr
