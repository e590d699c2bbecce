"""How many purchases a second, and how much CPU each costs, through the whole four-party chain.

Terminals, switch, acquirer, switch again, issuer, HSM: every program in its own process, PINs
translated in both zones, PIN and CVV verified in the HSM, every journal durable.
"""

from __future__ import annotations

import pstats
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.load import Job, Report
from bench.programs import PROGRAMS, ROOT, end_in_order, make_bench_lab, running
from cardswitch.lab.house.topology import Lab, read_lab
from cardswitch.specs.errors import Error

WARM_UP: Final = 1_000
TIME_LIMIT_S: Final = 120.0
MARGIN_S: Final = 30.0  # For the load to start, to find everybody ready and to warm up.
PROFILE_LINES: Final = 25


@click.command()
@click.option("--purchases", default=20_000, show_default=True, help="How many are measured.")
@click.option("--in-flight", default=200, show_default=True, help="How many at once, in total.")
@click.option("--terminals", default=1_000, show_default=True, help="Who take turns to buy.")
@click.option("--connections", default=8, show_default=True, help="That terminals share.")
@click.option("--rate", default=0.0, help="Begin so many a second, whoever waits: an open loop.")
@click.option("--mix", is_flag=True, help="Sales 70, set aside and taken 20, refunds 5, undone 5.")
@click.option("--tls", is_flag=True, help="All links speak TLS, with certificates of both sides.")
@click.option("--mac", is_flag=True, help="Messages between the programs have MACs.")
@click.option("--time-limit", default=TIME_LIMIT_S, show_default=True, help="In seconds.")
@click.option("--profile", type=click.Choice([*PROGRAMS]), help="Run it under cProfile.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(
    purchases: int,
    in_flight: int,
    terminals: int,
    connections: int,
    rate: float,
    mix: bool,
    tls: bool,
    mac: bool,
    time_limit: float,
    profile: str | None,
    as_json: bool,
) -> None:
    """Measure purchases through the four-party chain on loopback; exit 1 unless all are approved.

    Lab and journals are made in the temporary folder, so TMPDIR chooses the disk.
    """
    end_in_order()
    if not 0 < in_flight <= terminals:
        raise click.UsageError("each terminal buys one at a time: --in-flight up to --terminals")
    file = Path(tempfile.gettempdir()) / f"purchase-{profile}.prof"
    try:
        with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
            job = partial(
                Job,
                purchases=purchases,
                warm_up=WARM_UP,
                in_flight=in_flight,
                terminals=terminals,
                connections=connections,
                time_limit_s=time_limit,
                rate=rate,
                mix=mix,
            )
            limit = terminals if rate else in_flight
            report = measured(Path(name), job, limit, profile or "", file, tls=tls, macs=mac)
    except (Error, OSError, subprocess.SubprocessError) as error:
        raise click.ClickException(str(error)) from error
    given = {"purchases": purchases, "in_flight": in_flight, "terminals": terminals}
    given |= {"connections": connections, "rate": rate, "mix": mix, "tls": tls, "mac": mac}
    result = _result(given, report)
    click.echo(msgspec.json.encode(result).decode() if as_json else "\n".join(_table(result)))
    if profile:
        _print_profiles(file)
    asked = purchases if not mix else sum(report.codes.values())  # some ask for several things
    is_whole = asked >= purchases and report.codes == {"00": asked}
    sys.exit(0 if report.in_time and is_whole else 1)


def measured(
    folder: Path,
    job: Callable[..., Job],
    in_flight: int,
    profile: str = "",
    file: Path = Path(),
    *,
    tls: bool,
    macs: bool,
) -> Report:
    """Make a lab in *folder*, run it, and load it with what *job* lacks no more."""
    config, cards = make_bench_lab(folder / "lab", in_flight, tls=tls, macs=macs)
    lab = read_lab(config)
    terminal = lab.terminal
    listener = replace(
        lab.switch.listeners["pos"],
        tls_ca=terminal.tls_ca,
        tls_certificate=terminal.tls_certificate,
        tls_key=terminal.tls_key,
        tls_names=terminal.tls_names,
    )
    with running(config, ports_of(lab), profile, file) as pids:
        merchant = terminal.merchant
        return load(job(listener=listener, merchant=merchant, cards=tuple(cards), pids=pids))


def ports_of(lab: Lab) -> dict[str, int]:
    """By program, the port that is open once it runs."""
    return {
        "hsm": lab.hsm.port,
        "issuer": lab.issuer.network.port,
        "switch": lab.switch.listeners["pos"].port,
        "acquirer": lab.acquirer.front.port,
    }


def load(job: Job) -> Report:
    """Run the load in its own process, which never outlives this one."""
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        input=msgspec.json.encode(job),
        stdout=subprocess.PIPE,
        timeout=job.time_limit_s + MARGIN_S,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Report)


def _result(given: Mapping[str, float], report: Report) -> dict[str, Any]:
    answered = sum(report.codes.values())
    per_purchase = {
        name: {
            "us": round(1e6 * cpu.process_s / max(answered, 1)),
            "main_thread_us": round(1e6 * cpu.main_thread_s / max(answered, 1)),
        }
        for name, cpu in report.cpu.items()
    }
    return {
        **given,
        "wall_s": round(report.wall_s, 2),
        "per_second": round(answered / report.wall_s, 1),
        "approved": report.codes.get("00", 0),
        "codes": report.codes,
        "latency_ms": {
            "p50": round(report.p50_ms, 1),
            "p95": round(report.p95_ms, 1),
            "p99": round(report.p99_ms, 1),
        },
        "cpu": per_purchase,
        "cpu_us": sum(each["us"] for each in per_purchase.values()),
        "cpu_us_without_load": sum(
            each["us"] for name, each in per_purchase.items() if name != "load"
        ),
        "in_time": report.in_time,
        "rss_mib": report.rss_mib,
    }


def _table(result: dict[str, Any]) -> Iterator[str]:
    latency = result["latency_ms"]
    load = (
        f"{result['rate']:g} begun a second"
        if result["rate"]
        else f"{result['in_flight']} in flight"
    )
    yield (
        f"{result['purchases']} purchases, {load}, "
        f"{result['terminals']} terminals on {result['connections']} connections"
    )
    what = "request" if result["mix"] else "purchase"
    yield f"{what + 's/s':14}{result['per_second']:10.1f}   in {result['wall_s']} s"
    yield f"approved      {result['approved']:10d}   field 39: {result['codes']}"
    yield f"latency ms    p50 {latency['p50']}   p95 {latency['p95']}   p99 {latency['p99']}"
    yield f"CPU, microseconds a {what}: whole process, of it main thread; and resident MiB"
    for name, cpu in result["cpu"].items():
        rss = result["rss_mib"][name]
        yield f"  {name:12}{cpu['us']:8d}{cpu['main_thread_us']:8d}{rss:8.1f}"
    yield f"  {'sum':12}{result['cpu_us']:8d}   without load {result['cpu_us_without_load']}"
    if not result["in_time"]:
        yield f"stopped by the time limit, after {result['wall_s']:g} s"


def _print_profiles(file: Path) -> None:
    for each in sorted(file.parent.glob(f"{file.name}*")):
        click.echo(f"\n{each}")
        pstats.Stats(str(each)).sort_stats("tottime").print_stats(PROFILE_LINES)


if __name__ == "__main__":
    main()
