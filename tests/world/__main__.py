"""Replay one seed, or search many: ``python -m tests.world --seed 7 --trace``."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext

from .runs import run
from .safeguards import SAFEGUARDS


def main() -> int:
    """Exit code 0 if every world held, 1 with the seed and the reason if one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--count", type=int, default=1, help="how many seeds (default 1)")
    parser.add_argument("--trace", action="store_true", help="tell all that happens, masked")
    parser.add_argument("--without", choices=list(SAFEGUARDS), help="remove a safeguard first")
    options = parser.parse_args()
    with SAFEGUARDS[options.without]() if options.without else nullcontext():
        for seed in range(options.seed, options.seed + options.count):
            try:
                world = run(seed, print if options.trace else None)
            except Exception as problem:
                print(f"seed {seed}: {type(problem).__name__}: {problem}")
                return 1
    counts = ", ".join(f"{name} {count}" for name, count in sorted(world.counts.items()))
    print(f"{options.count} worlds held; in the last one: {counts or 'nothing went wrong'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
