"""The tolerant reader under many mutations: documented errors alone, and the same bytes again.

nice -n 15 python bench/tolerant.py --count 1000000

Each case is a message of a dialect that comes with cardswitch, with one to three faults. What is
read to its end must be written again byte for byte; what is not must end in a located error. The
first case that breaks this is printed with its seed and ends the run with 1. Every 50,000 cases a
line says how far it has come, so that a run that is ended early is a shorter run, not none.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from typing import Final

from cardswitch.specs.dialect import Dialect, list_dialects, load_dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.fuzzing.mutators import mutate
from cardswitch.specs.fuzzing.seeds import make_message
from cardswitch.specs.review.partial import read_partly, write_again

TOLD_EVERY: Final = 50_000  # cases: some seconds


def main() -> int:
    """Run as many cases as are asked for; 1 if one is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dialects = [load_dialect(name) for name in list_dialects()]
    seen: Counter[str] = Counter()
    start = time.monotonic()
    for number in range(asked.seed, asked.seed + asked.count):
        dialect = dialects[number % len(dialects)]
        data = _case(dialect, number)
        try:
            seen[_outcome(dialect, data)] += 1
        except Exception as error:
            print(f"seed {number}, {dialect.name}: {data.hex()}: {error!r}")
            return 1
        done = number - asked.seed + 1
        if done % TOLD_EVERY == 0 or done == asked.count:
            took = time.monotonic() - start
            told = f"{done} mutations of {len(dialects)} dialects in {took:.0f} s: {dict(seen)}"
            print(told, flush=True)
    return 0


def _case(dialect: Dialect, seed: int) -> bytes:
    """The mutated message of this *seed*."""
    pick = random.Random(seed).randrange
    return mutate(dialect.pack(make_message(dialect, pick)), pick, dialect)[0]


def _outcome(dialect: Dialect, data: bytes) -> str:
    """How *data* was read; AssertionError where that is not as documented."""
    partial = read_partly(dialect, data)
    if partial.fault is not None:
        assert isinstance(partial.fault, DecodeError), "an undocumented error"
        assert partial.rest <= len(data), "the rest begins behind the end"
        return "refused"
    if partial.unknown:
        return "masked"
    assert write_again(dialect, partial.message, partial.as_received) == data, "other bytes"
    return "odd" if partial.oddities else "strict"


if __name__ == "__main__":
    sys.exit(main())
