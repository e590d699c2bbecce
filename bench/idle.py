"""What links that stand idle cost a switch that sells: rate, latency and memory, with and without.

Links are made in one process and purchases in another; both ways in turn in one run, since a shared
machine is never as quick twice: read the ratios.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.links import FILES_SPARE, SETTLE_S, standing
from bench.load import Job, rss_mib
from bench.programs import end_in_order, make_bench_lab, running
from bench.purchase import TIME_LIMIT_S, WARM_UP, load, ports_of
from cardswitch.lab.house.topology import read_lab
from cardswitch.specs.errors import Error

IN_FLIGHT: Final = 128
TERMINALS: Final = 1_000
CONNECTIONS: Final = 8
STAND_S: Final = 3_600.0  # longer than any run: nobody speaks on them


@click.command()
@click.option("--links", default=10_000, show_default=True, help="That stand, and say nothing.")
@click.option("--purchases", default=8_000, show_default=True, help="Of each way, in each round.")
@click.option("--rounds", default=3, show_default=True, help="Both ways take turns so often.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(links: int, purchases: int, rounds: int, as_json: bool) -> None:
    """Measure purchases beside idle links on loopback; Linux alone."""
    end_in_order()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, links + FILES_SPARE), most))
    try:
        result = _measured(links, purchases, rounds)
    except (Error, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(msgspec.json.encode(result).decode() if as_json else "\n".join(_table(result)))


def _measured(links: int, purchases: int, rounds: int) -> dict[str, Any]:
    alone: list[dict[str, float]] = []
    beside: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
        config, cards = make_bench_lab(Path(name) / "lab", IN_FLIGHT)
        _make_room(config, links + CONNECTIONS)
        lab = read_lab(config)
        job = partial(
            Job,
            listener=lab.switch.listeners["pos"],
            merchant=lab.terminal.merchant,
            cards=tuple(cards),
            purchases=purchases,
            warm_up=WARM_UP,
            in_flight=IN_FLIGHT,
            terminals=TERMINALS,
            connections=CONNECTIONS,
            time_limit_s=TIME_LIMIT_S,
        )
        with running(config, ports_of(lab), "", Path()) as pids:
            bought = partial(_bought, job, pids, purchases)
            port, empty = lab.switch.listeners["plain"].port, rss_mib(pids["switch"])
            for number in range(rounds):
                alone.append(bought())
                before = rss_mib(pids["switch"])
                with _standing(links, port):
                    if not number:
                        empty, full = before, rss_mib(pids["switch"])
                    beside.append(bought())
    each = {"alone": _median(alone), "beside": _median(beside)}
    kib = 1024 * (full - empty) / links
    return {"links": links, "kib_per_link": round(kib, 1), "rss_mib": full, **each}


def _make_room(config: Path, links: int) -> None:
    text = config.read_text("utf-8")
    for listener in ("pos", "plain"):
        room = f"links_max = {links}\nfirst_frame_s = {STAND_S}"
        head = f"[switch.listeners.{listener}]"
        text = text.replace(head, f"{head}\n{room}", 1)
    config.write_text(text, "utf-8")


def _bought(job: Any, pids: dict[str, int], purchases: int) -> dict[str, float]:
    report = load(job(pids=pids))
    if report.codes != {"00": purchases}:
        raise Error(f"not every purchase was approved: {report.codes}")
    cpu = report.cpu["switch"].process_s
    return {
        "per_second": purchases / report.wall_s,
        "p99_ms": report.p99_ms,
        "switch_us": 1e6 * cpu / purchases,
    }


def _median(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(each[name] for each in rounds), 1) for name in rounds[0]}


@contextmanager
def _standing(count: int, port: int) -> Iterator[None]:
    """*count* connections that stand, in a thread with a loop of its own."""
    loop, stand, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    trouble: list[BaseException] = []

    async def hold() -> None:
        writers = await standing(count, partial(asyncio.open_connection, "127.0.0.1", port))
        await asyncio.sleep(SETTLE_S)
        stand.set()
        await over.wait()
        for writer in writers:
            writer.transport.abort()

    def run() -> None:
        try:
            loop.run_until_complete(hold())
        except BaseException as error:
            trouble.append(error)
        finally:
            stand.set()

    thread = threading.Thread(target=run)
    thread.start()
    stand.wait()
    try:
        if trouble:
            raise Error(f"not all {count} links stand: {trouble[0]}")
        yield
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def _table(result: dict[str, Any]) -> Iterator[str]:
    alone, beside = result["alone"], result["beside"]
    yield (
        f"{result['links']} idle links of {result['kib_per_link']} KiB each; "
        f"the switch has {result['rss_mib']} MiB then"
    )
    for name, unit in (
        ("per_second", "purchases/s"),
        ("p99_ms", "ms p99"),
        ("switch_us", "us CPU"),
    ):
        ratio = beside[name] / alone[name]
        yield f"{alone[name]:10.1f} {unit:12} alone, {beside[name]:10.1f} beside them: {ratio:.2f}"


if __name__ == "__main__":
    main()
