"""Purchases a second, p99 and CPU by program: this commit beside an earlier one, in one run.

A machine is never as quick twice, so both are measured in turn, round by round, and compared by
their best and median. --base is a checkout of the earlier commit:

    git worktree add /tmp/before f7a468a
    python bench/compare.py --base /tmp/before --svg chart.svg

--python has this commit run by another interpreter than the earlier one, which has that of this
script: what both together bring.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.chart import Line, chart
from bench.programs import ROOT

IN_FLIGHT: Final = (1, 8, 64, 128, 200, 512)
CONNECTIONS: Final = (1, 8, 100, 490)  # A listener lets 500 in.
TIME_LIMIT_S: Final = 300.0
# The title of a chart, and what of each step it shows.
DRAWN: Final = {
    "rate": ("Purchases a second", "best"),
    "cpu": ("CPU of all programs, microseconds a purchase", "cpu_us"),
}
Results = dict[int, dict[str, list[dict[str, Any]]]]  # by step and by commit, round by round


class Checkout(Struct, frozen=True):
    """A commit, and what runs it."""

    folder: Path
    python: str = sys.executable


def measured(checkout: Checkout, words: Sequence[str]) -> dict[str, Any]:
    """What bench/purchase.py of *checkout* finds. Raises CalledProcessError, TimeoutExpired."""
    folder = checkout.folder
    done = subprocess.run(
        [checkout.python, str(folder / "bench" / "purchase.py"), "--json", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        timeout=TIME_LIMIT_S,
        check=True,
    )
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found


def sweep(
    checkouts: Mapping[str, Checkout],
    option: str,
    steps: Sequence[int],
    rounds: int,
    purchases: int,
) -> Results:
    """Every one of *checkouts*, in turn, at every step of *option*; few in flight buy less."""
    results: Results = {}
    for step in steps:
        bought = str(min(purchases, 200 * step) if option == "--in-flight" else purchases)
        of_step = results[step] = {name: [] for name in checkouts}
        for _ in range(rounds):
            for name, checkout in checkouts.items():
                of_step[name].append(measured(checkout, [option, str(step), "--purchases", bought]))
    return results


def shares(results: Results, commit: str, percents: Sequence[int]) -> tuple[int, ...]:
    """So many percent of the best rate of *commit* in *results*, a second."""
    best = max(summed(runs[commit])["best"] for runs in results.values())
    return tuple(round(best * percent / 100) for percent in percents)


def summed(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Best and median of the rates; the least CPU, also by program; the least p99."""
    rates = [one["per_second"] for one in runs]
    programs = [name for name in runs[0]["cpu"] if name != "load"]
    return {
        "best": max(rates),
        "median": statistics.median(rates),
        "p99_ms": min(one["latency_ms"]["p99"] for one in runs),
        "cpu_us": min(one["cpu_us_without_load"] for one in runs),
        "by_program": {name: min(one["cpu"][name]["us"] for one in runs) for name in programs},
    }


def table(what: str, results: Results) -> Iterator[str]:
    """The lines for people."""
    titles = f"{'commit':8}{'best/s':>9}{'median/s':>10}{'p99 ms':>9}{'CPU us':>8}"
    yield f"{what:>12}  {titles}  by program"
    for step, by_name in results.items():
        for name, runs in by_name.items():
            one = summed(runs)
            programs = "  ".join(f"{each} {us}" for each, us in one["by_program"].items())
            yield (
                f"{step:12d}  {name:8}{one['best']:9.1f}{one['median']:10.1f}{one['p99_ms']:9.1f}"
                f"{one['cpu_us']:8d}  {programs}"
            )
        if len(by_name) > 1:
            before, now = summed(by_name["before"]), summed(by_name["now"])
            yield (
                f"{'':12}  {'ratio':8}{now['best'] / before['best']:9.2f}"
                f"{now['median'] / before['median']:10.2f}{now['p99_ms'] / before['p99_ms']:9.2f}"
                f"{now['cpu_us'] / before['cpu_us']:8.2f}"
            )


@click.command()
@click.option("--base", type=click.Path(exists=True, path_type=Path), help="The earlier checkout.")
@click.option("--python", help="An interpreter for this commit, with all that it needs installed.")
@click.option("--in-flight", multiple=True, type=int, default=IN_FLIGHT, show_default=True)
@click.option("--connections", multiple=True, type=int, help="Sweep these too, 200 in flight.")
@click.option(
    "--open-loop",
    multiple=True,
    type=click.IntRange(1, 100),
    help="Begin so many percent of the former's best rate, whoever waits.",
)
@click.option("--rounds", default=3, show_default=True, help="Of each commit, at each step.")
@click.option("--purchases", default=20_000, show_default=True, help="Of one measurement.")
@click.option("--svg", type=click.Path(path_type=Path), help="Draw a chart there.")
@click.option(
    "--draw",
    type=click.Choice([*DRAWN]),
    default="rate",
    show_default=True,
    help="What of: purchases a second, or CPU, which a busy machine changes less.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not tables.")
def main(
    base: Path | None,
    python: str | None,
    in_flight: tuple[int, ...],
    connections: tuple[int, ...],
    open_loop: tuple[int, ...],
    rounds: int,
    purchases: int,
    svg: Path | None,
    draw: str,
    as_json: bool,
) -> None:
    """Measure the whole chain on loopback, this commit and the one in --base, in turn."""
    checkouts = {"before": Checkout(base.absolute())} if base else {}
    checkouts["now"] = Checkout(ROOT, python or sys.executable)
    by_option = {"--in-flight": in_flight, "--connections": connections, "--rate": open_loop}
    found: dict[str, Results] = {}
    try:
        for option, steps in by_option.items():
            if option == "--rate" and steps:
                steps = shares(found["--in-flight"], next(iter(checkouts)), steps)
            if steps:
                found[option] = sweep(checkouts, option, steps, rounds, purchases)
                if not as_json:
                    click.echo("\n".join(table(option.strip("-").replace("-", " "), found[option])))
    except subprocess.SubprocessError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    if svg:
        title, key = DRAWN[draw]
        lines = [
            Line(name, [(step, summed(runs[name])[key]) for step, runs in steps.items()])
            for steps in [found["--in-flight"]]
            for name in checkouts
        ]
        svg.write_text(chart(title, "in flight", lines), "utf-8")


if __name__ == "__main__":
    main()
