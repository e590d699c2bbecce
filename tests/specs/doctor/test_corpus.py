"""A hundred messages of all the kinds in which the doctor has failed: how many are read right."""

import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from cardswitch.specs.doctor import diagnose, diagnose_with, load_base
from tests.kit.samples.doctor import bases

_FILE = Path(__file__).parents[2] / "vectors/doctor/corpus.toml"
CORPUS = tomllib.loads(_FILE.read_text(encoding="utf-8"))["message"]
RIGHT_MIN = 80  # of a hundred, with the first answer
# One of the one-byte lengths is before a text that a shipped dialect has as binary data.
WRONG = {"one-byte binary lengths": 1}
KINDS = defaultdict(list)
for _entry in CORPUS:
    KINDS[_entry["kind"]].append(_entry)


def is_right(entry, folder: Path) -> bool:
    """Whether the first answer has the MTI and all fields, and says of what was cut that it was."""
    wire = entry["text"].encode() if "text" in entry else bytes.fromhex(entry["hex"])
    if "near" in entry:
        near = folder / f"near{CORPUS.index(entry)}.toml"  # a dialect is known by its path
        near.write_text(entry["near"], encoding="utf-8")
        found = diagnose_with([wire], load_base(str(near)))
    else:
        found = diagnose([wire], bases())
    trial = found[0].remedy.trial
    message = trial.messages[0] if trial.messages else trial.partial
    expected = {int(number): value for number, value in entry["fields"].items()}
    if "cut" in entry:
        seen = found[0].fits, trial.error and trial.error.field, found[0].place.envelope.missing
        ends = seen == (False, entry["cut"], entry["missing"])
    else:
        ends = found[0].fits
    return ends and (message.mti, message.fields) == (entry["mti"], expected)


def test_the_corpus_has_a_hundred_messages_and_few_are_given_up():
    assert len(CORPUS) == 100
    assert len(CORPUS) - sum(WRONG.values()) >= RIGHT_MIN


@pytest.mark.parametrize("kind", KINDS)
def test_messages_of_each_kind_are_read_right(kind, tmp_path):
    right = [is_right(entry, tmp_path) for entry in KINDS[kind]]
    assert right.count(False) <= WRONG.get(kind, 0), [i for i, ok in enumerate(right) if not ok]
