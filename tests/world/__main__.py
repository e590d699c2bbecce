"""Replay one seed, or search many: ``python -m tests.world --seed 7 --trace``.

With ``--orders`` worlds have a gateway, with ``--checkouts`` sessions and disputes besides, and
``--without`` knows the safeguards of the kind of world that is asked for.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from typing import Any, Final, NamedTuple

from tests.kit.progress import Progress

from .met import lines
from .orders.checkouts import run as run_checkouts
from .orders.removed import CHECKOUT_REMOVALS, REMOVALS
from .orders.runs import run as run_orders
from .runs import run
from .safeguards import SAFEGUARDS

# The kinds of worlds by their option: how one is run, and what can be removed from it.
KINDS: Final[Mapping[str, tuple[Callable[..., Any], Mapping[str, Callable[[], Any]]]]] = {
    "": (run, SAFEGUARDS),
    " --orders": (run_orders, REMOVALS),
    " --checkouts": (run_checkouts, CHECKOUT_REMOVALS),
}


class Lived(NamedTuple):
    """What one world came to."""

    seed: int
    counts: Counter[str]
    met: Counter[tuple[str, str]]
    problem: str = ""


def main() -> int:
    """Exit code 0 if every world held, 1 with the seeds and how to repeat them if one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--count", type=int, default=1, help="how many seeds (default 1)")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time (default 1)")
    parser.add_argument("--trace", action="store_true", help="tell all that happens, masked")
    for name, words in (
        ("--orders", "worlds with a gateway and its shops"),
        ("--checkouts", "the same, with sessions and disputes"),
    ):
        parser.add_argument(
            name, dest="kind", action="store_const", const=f" {name}", default="", help=words
        )
    parser.add_argument("--table", action="store_true", help="which class has met which fault")
    parser.add_argument("--without", metavar="NAME", help="remove a safeguard first")
    parser.add_argument("--first", action="store_true", help="stop at the first that breaks")
    options = parser.parse_args()
    _, safeguards = KINDS[options.kind]
    if options.without and options.without not in safeguards:
        parser.error(f"--without: expected one of {', '.join(safeguards)}")
    if options.trace and options.jobs > 1:
        parser.error("--trace tells of one world at a time: leave out --jobs")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    counts: Counter[str] = Counter()
    met: Counter[tuple[str, str]] = Counter()
    how = options.kind + (f" --without {options.without!r}" if options.without else "")
    bar = Progress(options.count, "worlds")
    seeds = range(options.seed, options.seed + options.count)
    live_one = partial(live, trace=options.trace, kind=options.kind, without=options.without or "")
    with suppress(KeyboardInterrupt), _each(live_one, seeds, options.jobs) as lived:
        for world in lived:
            counts += world.counts
            met += world.met
            bar.step(is_broken=bool(world.problem))
            if world.problem:
                bar.clear()
                again = f"python -m tests.world --seed {world.seed}{how} --trace"
                print(f"seed {world.seed}: {world.problem}\n    again: {again}", flush=True)
                if options.first:
                    break
    bar.clear()
    told = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    print(f"{bar.done} worlds, {bar.broken} broken, {bar.per_s:.1f} a second; {told or 'no fault'}")
    if options.table:
        print("\n".join(lines(met)))
    return 1 if bar.broken else 0


def live(seed: int, *, trace: bool, kind: str, without: str) -> Lived:
    """Let the world of *seed*, of that *kind*, live *without* a safeguard; what it came to."""
    run_it, safeguards = KINDS[kind]
    met: Counter[tuple[str, str]] = Counter()
    with safeguards[without]() if without else nullcontext():
        try:
            return Lived(seed, run_it(seed, print if trace else None, met).counts, met)
        except Exception as problem:
            return Lived(seed, Counter(), met, f"{type(problem).__name__}: {problem}")


@contextmanager
def _each(live_one: partial[Lived], seeds: range, jobs: int) -> Iterator[Iterator[Lived]]:
    """The worlds of *seeds*, as they come to an end."""
    if jobs == 1:
        yield map(live_one, seeds)
        return
    with multiprocessing.Pool(jobs, _leave_signals) as pool:
        yield pool.imap_unordered(live_one, seeds)


def _leave_signals() -> None:
    """Ctrl-C is for whoever started us: it ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


if __name__ == "__main__":
    sys.exit(main())
