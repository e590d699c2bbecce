"""What a journal costs as it grows: how fast it is written, started from, and asked.

The acquirer's journal in SQLite, a purchase in two rows, a checkpoint every 10,000 rows as in the
program; nothing else runs. The file lies in the temporary folder: TMPDIR chooses the disk.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from cardswitch.hosts.row import CHECKPOINT, CHECKPOINT_ROWS, HostRow
from cardswitch.hosts.store import ACQUIRER_JOURNAL, ACQUIRER_SCHEMA, open_journal
from cardswitch.wire.ports import Question
from cardswitch.wire.store.journal import JournalStore

LEGS: Final = (0, 100_000, 1_000_000)
ROWS_AT_ONCE: Final = 128
ASKED: Final = 200
SENT_ON: Final = "2026-11-29"
CONTENT: Final = '{"type":"PurchaseForwarded","terms":["000000",1250,"978","F2F462B612808E3A"]}' * 2


def rows(sequence: int, first_leg: int, legs: int) -> Iterator[HostRow]:
    """Behind the row *sequence*: two for each leg, and the checkpoints that fall among them."""
    marked = sequence
    for leg in range(first_leg, first_leg + legs):
        for identity in (name(leg), ""):
            sequence += 1
            yield HostRow(
                sequence=sequence,
                leg=leg,
                at=1.0 * leg,
                state="PurchaseAnswered",
                identity=identity,
                sent_on=SENT_ON if identity else "",
                rrn=f"{leg:012d}",
                fields=CONTENT,
            )
        if sequence - marked >= CHECKPOINT_ROWS:
            sequence += 1
            marked = sequence
            yield HostRow(sequence=sequence, leg=0, at=1.0 * leg, state=CHECKPOINT)


def name(leg: int) -> str:
    """How a purchase is known: where it came in, its class, its numbers."""
    return f"front|2|{leg % 1_000_000:06d}|T{leg % 1_000:07d}|{leg // 1_000_000}"


def fill(store: JournalStore[HostRow], first_leg: int, legs: int) -> float:
    """Write *legs*; the rows a second."""
    written, some = 0, []
    begun = time.perf_counter()
    for row in rows(store.head()[0], first_leg, legs):
        some.append(row)
        if len(some) == ROWS_AT_ONCE:
            store.commit(some)
            written, some = written + len(some), []
    store.commit(some)
    return (written + len(some)) / (time.perf_counter() - begun)


def each_us(ask: Callable[[int], object], legs: Sequence[int]) -> float:
    """The median of what *ask* takes for one of *legs*, in microseconds."""
    taken = []
    for leg in legs:
        begun = time.perf_counter()
        ask(leg)
        taken.append(time.perf_counter() - begun)
    return round(1e6 * statistics.median(taken), 1)


def measure(folder: Path, steps: Sequence[int]) -> Iterator[dict[str, Any]]:
    """One line for every step, while the journal grows from one to the next."""
    url, there = f"sqlite:///{folder / 'journal.db'}", 0
    for step in steps:
        store = _open(url, folder)
        rate = fill(store, there + 1, step - there) if step > there else 0.0
        there = max(there, step)
        store.close()
        begun = time.perf_counter()
        store = _open(url, folder)
        read = sum(1 for _ in store.recent())
        start_s = time.perf_counter() - begun
        chance = random.Random(1)
        known = [chance.randint(1, max(there, 1)) for _ in range(ASKED)]

        def ask(leg: int, store: JournalStore[HostRow] = store) -> object:
            return store.look_up([Question(identities=((SENT_ON, name(leg)),))])

        yield {
            "legs": there,
            "rows_per_second": round(rate),
            "start_s": round(start_s, 3),
            "start_rows": read,
            "look_up_known_us": each_us(ask, known),
            "look_up_new_us": each_us(ask, range(there + 1, there + 1 + ASKED)),
            "mib": round((folder / "journal.db").stat().st_size / (1 << 20), 1),
        }
        store.close()


def _open(url: str, folder: Path) -> JournalStore[HostRow]:
    return open_journal(url, ACQUIRER_SCHEMA, ACQUIRER_JOURNAL, folder / "old")


@click.command()
@click.option("--legs", multiple=True, type=int, default=LEGS, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each step.")
def main(legs: tuple[int, ...], as_json: bool) -> None:
    """Measure the journal at each number of LEGS, from the smallest on."""
    titles = ("legs", "rows/s", "start s", "of rows", "known us", "new us", "MiB")
    if not as_json:
        click.echo("".join(f"{title:>10}" for title in titles))
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as folder:
        for found in measure(Path(folder), sorted(legs)):
            if as_json:
                click.echo(msgspec.json.encode(found).decode())
            else:
                click.echo("".join(f"{value:>10}" for value in found.values()))


if __name__ == "__main__":
    main()
