"""Many worlds hold; each safeguard that is removed is missed; a seed tells the same story twice."""

import os
import subprocess
import sys

import msgspec
import pytest

from .runs import run
from .safeguards import SAFEGUARDS

SEEDS = 500
CHUNK = 50


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_every_world_holds(first):
    for seed in range(first, first + CHUNK):
        world = run(seed)
        assert world.rows.rows()


@pytest.mark.parametrize("safeguard", SAFEGUARDS)
def test_the_world_notices_a_missing_safeguard(safeguard):
    with SAFEGUARDS[safeguard]():
        assert any(noticed(seed) for seed in range(SEEDS))


def noticed(seed: int) -> bool:
    """Whether the world of *seed* finds anything wrong."""
    try:
        run(seed)
    except AssertionError:  # Broken is one; so is what a program finds in itself.
        return True
    return False


def test_something_of_everything_happens():
    counts = sum((run(seed).counts for seed in range(20)), start=run(20).counts)
    assert {"crash", "lost", "garbled", "reset", "silent"} <= set(counts)


def journal_of(seed: int) -> str:
    return msgspec.json.encode(run(seed).rows.rows()).decode()


def test_the_same_seed_gives_the_same_journal_in_another_process():
    code = "from tests.world.test_world import journal_of; print(journal_of(7))"
    told = {
        subprocess.check_output(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, text=True
        ).strip()
        for seed in ("1", "2")
    }
    assert told == {journal_of(7)}
