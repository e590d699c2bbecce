"""What a close does to the sales beside it: p99 of a switch that sells, with a close and without.

The switch goes on with the journal that has the large day, as it would at night: its sales of the
next day and the close of that one are in the same file. Programs, load and close are processes of
their own; the load is an open loop, so that whoever has to wait counts.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.load import Job, Report
from bench.programs import end_in_order, make_bench_lab, running
from bench.purchase import load, ports_of
from cardswitch.lab.house.topology import read_lab
from cardswitch.specs.errors import Error

TERMINALS: Final = 400
CONNECTIONS: Final = 8
WARM_UP: Final = 100
TIME_LIMIT_S: Final = 600.0


def beside_close(
    make_journal: Callable[[str], None],
    close: Callable[[str, Path], Any],
    *,
    rate: float,
    seconds: float,
    rounds: int,
) -> dict[str, Any]:
    """The median p99 of *rounds* without and with a *close*, in turn, in ms; and their ratio.

    *make_journal* writes a large day to a url, and *close* closes it from there into a folder.
    Raises Error unless every sale is approved.
    """
    end_in_order()
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
        folder = Path(name)
        config, cards = make_bench_lab(folder / "lab", TERMINALS)
        lab = read_lab(config)
        url = lab.switch.database
        make_journal(url)
        with running(config, ports_of(lab), "", Path()) as pids:
            job = Job(
                listener=lab.switch.listeners["pos"],
                merchant=lab.terminal.merchant,
                cards=tuple(cards),
                purchases=int(rate * seconds),
                warm_up=WARM_UP,
                in_flight=TERMINALS,
                terminals=TERMINALS,
                connections=CONNECTIONS,
                time_limit_s=TIME_LIMIT_S,
                pids=pids,
                rate=rate,
            )
            alone: list[float] = []
            beside: list[float] = []
            closes = 0
            for _ in range(rounds):
                alone.append(_p99(load(job)))
                with _closing(lambda: close(url, folder)) as count:
                    beside.append(_p99(load(job)))
                closes += len(count)
    return {
        "per_second": rate,
        "p99_alone_ms": round(median(alone), 1),
        "p99_beside_ms": round(median(beside), 1),
        "ratio": round(median(beside) / median(alone), 2),
        "closes": closes,
    }


def _p99(report: Report) -> float:
    if set(report.codes) != {"00"} or not report.in_time:
        raise Error(f"not every sale was approved in time: {report.codes}")
    return report.p99_ms


@contextmanager
def _closing(close: Callable[[], Any]) -> Iterator[list[Any]]:
    """Have one *close* run after the other, as long as this lasts; what they found."""
    ended, found = threading.Event(), []

    def run() -> None:
        while not ended.is_set():
            found.append(close())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()
