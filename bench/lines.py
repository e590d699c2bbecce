"""How many messages a second the streaming `spec` commands take: lines of hex, or a capture.

Each way is a process of its own, from start to end; its CPU is what counts, as that is the same
whatever else the machine does. --base is a checkout of an earlier commit, measured in turn.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click
import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.programs import ROOT
from cardswitch.lab.messages.outputs import write_messages
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message
from cardswitch.wire.operator import exits

COUNT_MAX: Final = 500_000
TIME_LIMIT_S: Final = 600.0
Rates = dict[str, dict[str, float]]  # messages a second of CPU, by way and by commit
# The form of the input, and the command with its options.
WAYS: Final[Mapping[str, tuple[str, list[str]]]] = {
    "hex to text": ("hex", ["decode"]),
    "hex to JSON": ("hex", ["decode", "--json"]),
    "capture to text": ("pcap", ["decode"]),
    "capture to JSON": ("pcap", ["decode", "--json"]),
    "describe": ("hex", ["describe"]),
    "validate": ("hex", ["validate"]),
    "validate to JSON": ("hex", ["validate", "--json"]),
    "convert": ("hex", ["convert", "--to", "pos"]),
    "convert to JSON": ("hex", ["convert", "--to", "pos", "--json"]),
    "redact": ("hex", ["redact"]),
    "encode": ("hex", ["encode"]),
}


def sale(number: int) -> Message:
    """The sale *number* of a shop: amount, trace number and reference differ."""
    return Message(
        "0200",
        {
            2: "9999990000000014",
            3: "000000",
            4: f"{number:012d}",
            7: "1129055400",
            11: f"{number % 1_000_000:06d}",
            12: "055400",
            13: "1129",
            22: "021",
            25: "00",
            37: f"{number:012d}",
            41: "TERM0001",
            42: "SHOP0001       ",
            49: "978",
        },
    )


def cpu_s(checkout: Path, words: list[str]) -> float:
    """Seconds of CPU of `spec` with *words*, as *checkout* has it; CalledProcessError."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "cardswitch", "spec", *words],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=TIME_LIMIT_S,
    )
    if done.returncode not in (0, exits.FINDINGS):
        done.check_returncode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured(checkouts: Mapping[str, Path], count: int, rounds: int) -> Rates:
    """The best of *rounds*, in which the *checkouts* take turns."""
    dialect = load_dialect("iso87-ascii")
    packed = [dialect.pack(sale(number)) for number in range(count)]
    best: Rates = {way: dict.fromkeys(checkouts, 0.0) for way in WAYS}
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as folder:
        files = {form: Path(folder) / f"messages.{form}" for form in ("hex", "pcap")}
        for form, file in files.items():
            file.write_bytes(write_messages(packed, form))
        for way, (form, words) in WAYS.items():
            for name, checkout in list(checkouts.items()) * rounds:
                rate = count / cpu_s(checkout, [*words, "--file", str(files[form])])
                best[way][name] = max(best[way][name], round(rate, 1))
    return best


def table(found: Rates) -> Iterator[str]:
    """The lines for people."""
    for way, rates in found.items():
        told = "".join(f"  {name} {rate:8.0f}/s" for name, rate in rates.items())
        ratio = f"  ratio {rates['now'] / rates['before']:.2f}" if "before" in rates else ""
        yield f"{way:16}{told}{ratio}"


@click.command()
@click.option("--base", type=click.Path(exists=True, path_type=Path), help="The earlier checkout.")
@click.option("--count", default=20_000, show_default=True, type=click.IntRange(1, COUNT_MAX))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 99))
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(base: Path | None, count: int, rounds: int, as_json: bool) -> None:
    """Measure the `spec` commands, of this commit and the one in --base, in turn."""
    checkouts = ({"before": base.absolute()} if base else {}) | {"now": ROOT}
    try:
        found = measured(checkouts, count, rounds)
    except subprocess.SubprocessError as error:
        raise click.ClickException(str(error)) from error
    click.echo(msgspec.json.encode(found).decode() if as_json else "\n".join(table(found)))


if __name__ == "__main__":
    main()
