"""Replay one seed, or search many: ``python -m tests.world --seed 7 --trace``.

With ``--orders``, the worlds have a gateway, and ``--without`` knows its safeguards.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from contextlib import nullcontext

from .orders.removed import REMOVALS
from .orders.runs import run as run_orders
from .runs import run
from .safeguards import SAFEGUARDS


def main() -> int:
    """Exit code 0 if every world held, 1 with the seed and the reason if one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--count", type=int, default=1, help="how many seeds (default 1)")
    parser.add_argument("--trace", action="store_true", help="tell all that happens, masked")
    parser.add_argument("--orders", action="store_true", help="worlds with a gateway and its shops")
    parser.add_argument("--without", metavar="NAME", help="remove a safeguard first")
    parser.add_argument("--first", action="store_true", help="stop at the first that breaks")
    options = parser.parse_args()
    live, safeguards = (run_orders, REMOVALS) if options.orders else (run, SAFEGUARDS)
    if options.without and options.without not in safeguards:
        parser.error(f"--without: expected one of {', '.join(safeguards)}")
    counts: Counter[str] = Counter()
    broken = 0
    began = time.monotonic()
    with safeguards[options.without]() if options.without else nullcontext():
        for seed in range(options.seed, options.seed + options.count):
            try:
                counts += live(seed, print if options.trace else None).counts
            except Exception as problem:
                broken += 1
                print(f"seed {seed}: {type(problem).__name__}: {problem}", flush=True)
                if options.first:
                    break
    per_s = options.count / (time.monotonic() - began)
    told = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    print(f"{options.count} worlds, {broken} broken, {per_s:.1f} a second; {told or 'no fault'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
