"""The doctor's corpus through the command itself, which chooses among the readings of a paste."""

import json
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.spec.doctor import doctor

_FILE = Path(__file__).parents[3] / "vectors/doctor/corpus.toml"
KINDS = defaultdict(list)
for _entry in tomllib.loads(_FILE.read_text(encoding="utf-8"))["message"]:
    KINDS[_entry["kind"]].append(_entry)
OF_EACH = 2  # all hundred are read in tests/specs/doctor
SOME = [pytest.param(one, id=kind) for kind, all_ in KINDS.items() for one in all_[:OF_EACH]]


@pytest.mark.parametrize("entry", SOME)
def test_the_command_reads_messages_of_each_kind(entry, tmp_path):
    near = tmp_path / "near.toml"
    words = ["--json", "--unsafe"]
    if "near" in entry:
        near.write_text(entry["near"], encoding="utf-8")
        words += ["--dialect", str(near)]
    given = entry.get("text") or entry["hex"]
    said = json.loads(CliRunner().invoke(doctor, words, input=given).stdout)
    if "cut" in entry:
        assert said["best"]["missing"] == entry["missing"]
        message = said["partial"]
    else:
        assert said["fits"]
        message = said["best"]["messages"][0]
    assert (message["mti"], message["fields"]) == (entry["mti"], entry["fields"])
