"""What TLS and MACs cost: purchases with each and without, handshakes, and the memory of links.

All in one run and in turn, since a shared machine is never as quick twice: read the ratios.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.load import Job, cpu_of, rss_mib
from bench.programs import end_in_order, make_bench_lab, running
from bench.purchase import TIME_LIMIT_S, WARM_UP, measured, ports_of
from cardswitch.lab.house.topology import read_lab
from cardswitch.specs.errors import Error
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.driver.tls import client_tls
from cardswitch.wire.operator.addresses import Address

# What each way of running is called, and whether it has TLS and MACs.
WAYS: Final[Mapping[str, tuple[bool, bool]]] = {
    "neither": (False, False),
    "TLS": (True, False),
    "MACs": (False, True),
    "both": (True, True),
}
IN_FLIGHT: Final = 200
TERMINALS: Final = 1_000
CONNECTIONS: Final = 8
AT_ONCE: Final = 32  # handshakes under way
SETTLE_S: Final = 1.0
FILES_SPARE: Final = 500  # descriptors of a program besides its links


@click.command()
@click.option("--purchases", default=5_000, show_default=True, help="Of each way, in each round.")
@click.option("--rounds", default=3, show_default=True, help="Ways take turns so often.")
@click.option("--handshakes", default=2_000, show_default=True, help="Connections made and ended.")
@click.option("--links", default=2_000, show_default=True, help="Connections that stay.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(purchases: int, rounds: int, handshakes: int, links: int, as_json: bool) -> None:
    """Measure what TLS and MACs cost on loopback; Linux alone."""
    end_in_order()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, links + FILES_SPARE), most))
    try:
        result = {
            "purchases": _purchases(purchases, rounds) if rounds else {},
            "links": _links(handshakes, links),
        }
    except (Error, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(msgspec.json.encode(result).decode() if as_json else "\n".join(_table(result)))


# Purchases ----------------------------------------------------------------------------------------


def _purchases(purchases: int, rounds: int) -> dict[str, Any]:
    """The median of each way: purchases a second, and microseconds of CPU for each of them."""
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    costs: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, (tls, macs) in WAYS.items():
            with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
                job = partial(
                    Job,
                    purchases=purchases,
                    warm_up=WARM_UP,
                    in_flight=IN_FLIGHT,
                    terminals=TERMINALS,
                    connections=CONNECTIONS,
                    time_limit_s=TIME_LIMIT_S,
                )
                report = measured(Path(name), job, IN_FLIGHT, tls=tls, macs=macs)
            if report.codes != {"00": purchases}:
                raise Error(f"{way}: not every purchase was approved: {report.codes}")
            rates[way].append(purchases / report.wall_s)
            programs = [cpu for name, cpu in report.cpu.items() if name != "load"]
            costs[way].append(1e6 * sum(cpu.process_s for cpu in programs) / purchases)
    return {
        way: {
            "per_second": round(statistics.median(rates[way]), 1),
            "cpu_us": round(statistics.median(costs[way])),
        }
        for way in WAYS
    }


# Links --------------------------------------------------------------------------------------------


def _links(handshakes: int, links: int) -> dict[str, Any]:
    """Of the switch's listener with TLS and of that without: what connections cost it."""
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
        config, _ = make_bench_lab(Path(name) / "lab", IN_FLIGHT, tls=True)
        room = f"\nlinks_max = {links + AT_ONCE}\nfirst_frame_s = 600.0"
        text = config.read_text("utf-8")
        for listener in ("[switch.listeners.pos]", "[switch.listeners.plain]"):
            text = text.replace(listener, f"{listener}{room}", 1)
        config.write_text(text, "utf-8")
        lab = read_lab(config)
        plain = Address(port=lab.switch.listeners["plain"].port)
        with running(config, ports_of(lab), "", Path()) as pids:
            measure = partial(_measure_links, pids["switch"], handshakes, links)
            return {
                "plain": run(measure(plain)),
                "TLS": run(measure(lab.terminal)),
            }


async def _measure_links(pid: int, handshakes: int, links: int, place: Address) -> dict[str, Any]:
    tls = client_tls(place, "bench.tls_")
    dial = partial(
        asyncio.open_connection, place.host, place.port, ssl=tls.context if tls else None
    )
    before, begun = cpu_of(pid), time.perf_counter()
    await _in_turn(handshakes, dial)
    wall_s, cpu = time.perf_counter() - begun, cpu_of(pid)
    await asyncio.sleep(SETTLE_S)
    empty = rss_mib(pid)
    made = await standing(links, dial)
    await asyncio.sleep(SETTLE_S)
    full = rss_mib(pid)
    for writer in made:
        writer.transport.abort()
    await asyncio.sleep(SETTLE_S)
    return {
        "connections_per_second": round(handshakes / wall_s, 1),
        "cpu_us": round(1e6 * (cpu.process_s - before.process_s) / handshakes),
        "links": len(made),
        "kib_per_link": round(1024 * (full - empty) / max(len(made), 1), 1),
        "rss_mib": full,
    }


async def _in_turn(count: int, dial: Any) -> None:
    """Make and end *count* connections, some at once."""
    left = iter(range(count))

    async def one_after_the_other() -> None:
        for _ in left:
            _, writer = await dial()
            writer.transport.abort()

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def standing(count: int, dial: Any) -> list[asyncio.StreamWriter]:
    """Make *count* connections, some at once, that stay."""
    left = iter(range(count))

    async def one_after_the_other() -> list[asyncio.StreamWriter]:
        return [(await dial())[1] for _ in left]

    made = await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    return [writer for each in made for writer in each]


# What is printed ----------------------------------------------------------------------------------


def _table(result: Mapping[str, Any]) -> Iterator[str]:
    base = result["purchases"].get("neither")
    for way, each in result["purchases"].items():
        yield (
            f"{way:8} {each['per_second']:8.1f} purchases/s, {each['cpu_us']:6d} us of CPU each: "
            f"{each['per_second'] / base['per_second']:.2f} of the rate, "
            f"{each['cpu_us'] / base['cpu_us']:.2f} times the CPU"
        )
    for kind, each in result["links"].items():
        yield (
            f"{kind:8} {each['connections_per_second']:8.1f} connections/s, {each['cpu_us']:6d} us "
            f"of CPU each; {each['links']} links of {each['kib_per_link']} KiB each, the switch "
            f"has {each['rss_mib']} MiB then"
        )


if __name__ == "__main__":
    main()
