"""The decoder under atheris, which is guided by coverage: for a nightly job, never for the tests.

python -m venv .fuzz && .fuzz/bin/pip install atheris -e .
.fuzz/bin/python bench/atheris_decode.py --dialect pos corpus/ -max_total_time=600

What follows the dialect is for libFuzzer. It mutates by itself; our own mutators, which know where
lengths and bitmaps are, take every other turn. An input that breaks an oracle is written to a file
`crash-…` here: `cardswitch fuzz decode --corpus` makes it small, and a test of it.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import atheris

with atheris.instrument_imports(include=["cardswitch.specs"]):
    from cardswitch.specs.dialect import Dialect, load_dialect
    from cardswitch.specs.fuzzing.mutators import mutate
    from cardswitch.specs.fuzzing.seeds import make_message

from cardswitch.lab.fuzz.oracles import examine
from cardswitch.lab.fuzz.subjects import our_reader

SEEDS: Final = 64  # messages to begin with, where the corpus is empty
DIALECT: Final = "iso87-ascii"


class FoundError(Exception):
    """An oracle is broken: atheris writes the input down and stops."""


def main(arguments: list[str]) -> None:
    """Fuzz until libFuzzer is told to stop, or an oracle breaks."""
    name = DIALECT
    if "--dialect" in arguments:
        at = arguments.index("--dialect")
        name = arguments[at + 1]
        del arguments[at : at + 2]
    dialect = load_dialect(name)
    subject = our_reader(dialect)
    for folder in [Path(word) for word in arguments[1:] if not word.startswith("-")][:1]:
        plant(dialect, folder)

    def test_one_input(data: bytes) -> None:
        fault = examine(subject, data).fault
        if fault is not None:
            raise FoundError(f"{fault.oracle}: {fault.what}")

    atheris.Setup(arguments, test_one_input, custom_mutator=mutator_of(dialect))
    atheris.Fuzz()


def plant(dialect: Dialect, folder: Path) -> None:
    """Put messages into *folder* if it has no files: from nothing, a bitmap takes hours to find."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return
    pick = random.Random(0).randrange
    for number in range(SEEDS):
        wire = dialect.pack(make_message(dialect, pick))
        (folder / f"seed-{number:02}.bin").write_bytes(wire)


def mutator_of(dialect: Dialect) -> Any:
    """What atheris calls to mutate an input: theirs and ours in turn, decided by its own seed."""

    def custom_mutator(data: bytes, size_max: int, seed: int) -> bytes:
        if seed % 2:
            return bytes(atheris.Mutate(data, size_max))
        return mutate(data, random.Random(seed).randrange, dialect)[0][:size_max]

    return custom_mutator


if __name__ == "__main__":
    main(sys.argv)
