"""Programs kill themselves, lines fail: ``python -m tests.faults --count 300``."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.kit.progress import Progress

from .kills import Kill, Programs, close_twice, kills
from .lab import FaultyHouse


def main() -> int:
    """Exit code 0 if all books agree in the end; else what was found is raised."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="how many programs die (20)")
    parser.add_argument("--seed", type=int, default=1, help="in which order (1)")
    parser.add_argument("--list", action="store_true", help="which kills there are, and no more")
    parser.add_argument("--keep", metavar="FOLDER", help="a new folder for the lab, to look into")
    options = parser.parse_args()
    chosen = list(kills())
    if options.list:
        print("\n".join(map(str, chosen)))
        return 0
    random.Random(options.seed).shuffle(chosen)
    died: Counter[str] = Counter()
    with ExitStack() as stack:
        if options.keep is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        else:
            folder = Path(options.keep)
            folder.mkdir(parents=True)
        house = FaultyHouse(folder)
        stack.callback(house.end)
        programs = Programs(house)
        few = itertools.islice(itertools.cycle(chosen), options.count)
        asyncio.run(_all(programs, few, options, died))
        close_twice(house)
        programs.stop()
        lines = house.check()
    told = ", ".join(f"{name} {count}" for name, count in sorted(died.items()))
    print(f"{options.count} kills ({told}) and one as a day was closed: {lines} lines agree")
    return 0


async def _all(
    programs: Programs,
    chosen: itertools.islice[Kill],
    options: argparse.Namespace,
    died: Counter[str],
) -> None:
    bar = Progress(options.count, "kills")
    for kill in chosen:
        try:
            await programs.kill(kill)
        except BaseException:
            bar.clear()
            print(f"{bar.done} kills, then {kill}: again with --seed {options.seed}", flush=True)
            raise
        died[f"{kill.words[-1]} {kill.point}"] += 1
        bar.step()
    bar.clear()


if __name__ == "__main__":
    sys.exit(main())
