"""How many purchases a second one server answers: our load host, and iso8583sim's if it is there.

One client, the same for both, in one run and in turn; requests are encoded beforehand, answers are
counted, so that the server is what is measured. iso8583sim is a program of its own that we only
talk to: --peer says where its command is, and without it ours is measured alone.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

import click
import msgspec
from msgspec.structs import astuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.load import cpu_of
from bench.programs import ROOT, await_end, await_port, end_in_order
from cardswitch.lab.house.topology import free_ports
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.framing import Framing

FRAMING: Final = Framing("binary2")
WARM_UP: Final = 2_000
STANS: Final = 1_000  # different requests, sent over and over
TIME_LIMIT_S: Final = 60.0


class Client(asyncio.Protocol):
    """Sends *requests* again and again, *in_flight* at once, and counts frames as answers."""

    def __init__(self, requests: Sequence[bytes], in_flight: int) -> None:
        self._requests = requests
        self._in_flight = in_flight
        self._framer = FRAMING.framer()
        self.last = b""
        self._at = 0
        self._to_send = 0
        self._to_come = 0
        self._done: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Without its server the client is done."""
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionError("the server closed the connection"))

    async def ask(self, count: int) -> None:
        """Have *count* answered."""
        self._done = asyncio.get_running_loop().create_future()
        self._to_send = self._to_come = count
        self._send(self._in_flight)
        async with asyncio.timeout(TIME_LIMIT_S):
            await self._done

    def data_received(self, data: bytes) -> None:
        """As many as were answered are sent anew."""
        frames = self._framer.feed(data)
        answered = len(frames)
        self.last = frames[-1] if frames else self.last
        self._to_come -= answered
        self._send(answered)
        if self._to_come <= 0 and self._done is not None and not self._done.done():
            self._done.set_result(None)

    def _send(self, count: int) -> None:
        count = min(count, self._to_send)
        self._to_send -= count
        some = [self._requests[(self._at + n) % STANS] for n in range(count)]
        self._at += count
        self._transport.write(b"".join(some))


def requests() -> list[bytes]:
    """Framed purchases, ASCII with the bitmap in hexadecimal: a form that both servers know."""
    dialect = load_dialect("iso87-ascii")
    fields = {
        2: "9999990000000014", 3: "000000", 4: "000000001250", 7: "1123120000", 12: "120000",
        13: "1123", 22: "021", 32: "999999", 37: "632812000001", 41: "TERM0001",
        42: "MERCHANT0000001", 49: "978",
    }  # fmt: skip
    numbered = ({**fields, 11: f"{number + 1:06d}"} for number in range(STANS))
    sorted_ = (dict(sorted(each.items())) for each in numbered)
    return [FRAMING.frame(dialect.pack(Message("0200", each))) for each in sorted_]


@contextmanager
def serving(command: Sequence[str], port: int, log: Path) -> Iterator[int]:
    """The process id of *command*, which serves at *port*; it is ended at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        await_port(port, process, log)
        yield process.pid
    finally:
        process.terminate()
        await_end(process)


async def measure(port: int, pid: int, count: int, in_flight: int) -> dict[str, float]:
    """Answers a second of the server at *port*, and its CPU for each, in microseconds."""
    loop = asyncio.get_running_loop()
    asked = requests()
    _, client = await loop.create_connection(lambda: Client(asked, in_flight), "127.0.0.1", port)
    await client.ask(WARM_UP)
    answer = load_dialect("iso87-ascii").unpack(client.last)
    if not answer.approved:
        raise Error(f"the server does not approve: {answer!r}")
    before, begun = cpu_of(pid), time.perf_counter()
    await client.ask(count)
    wall_s = time.perf_counter() - begun
    cpu_s = cpu_of(pid).process_s - before.process_s
    return {"per_second": round(count / wall_s, 1), "cpu_us": round(1e6 * cpu_s / count, 1)}


def commands(peer: str | None, ports: Sequence[int]) -> dict[str, tuple[list[str], int]]:
    """By name, what is started, and its port."""
    ours, theirs = ports[:2]
    words = ["host", "load", "--quiet", "--framing", "binary2", "--port", str(ours)]
    found = {"cardswitch": ([sys.executable, "-m", "cardswitch", *words], ours)}
    if peer is not None:
        words = ["serve", "--format", "ascii-hex", "--header", "2b", "--port", str(theirs)]
        found["iso8583sim"] = ([peer, *words], theirs)
    return found


def compared(runs: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Best and median of each, and how many times ours is the other."""
    result: dict[str, Any] = {}
    for name, each in runs.items():
        rates = [one["per_second"] for one in each]
        result[name] = {
            "best": max(rates),
            "median": statistics.median(rates),
            "cpu_us": min(one["cpu_us"] for one in each),
        }
    if "iso8583sim" in result:
        result["times"] = round(result["cardswitch"]["best"] / result["iso8583sim"]["best"], 1)
    return result


@click.command()
@click.option("--purchases", default=30_000, show_default=True, help="Of one measurement.")
@click.option("--in-flight", default=64, show_default=True, help="On the one connection.")
@click.option("--rounds", default=3, show_default=True, help="Each measures all, in turn.")
@click.option("--peer", metavar="COMMAND", help="iso8583sim; without it, what PATH finds.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(purchases: int, in_flight: int, rounds: int, peer: str | None, as_json: bool) -> None:
    """Measure one hop on loopback: a client, and a server that approves."""
    end_in_order()
    runs: dict[str, list[dict[str, float]]] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as folder:
            started = commands(peer or shutil.which("iso8583sim"), astuple(free_ports()))
            for _ in range(rounds):
                for name, (command, port) in started.items():
                    with serving(command, port, Path(folder) / f"{name}.log") as pid:
                        found = run(measure(port, pid, purchases, in_flight))
                    runs.setdefault(name, []).append(found)
    except (Error, OSError, TimeoutError) as error:
        raise click.ClickException(str(error) or "the server did not answer in time") from error
    result = compared(runs)
    click.echo(msgspec.json.encode(result).decode() if as_json else "\n".join(table(result)))


def table(result: dict[str, Any]) -> Iterator[str]:
    """The lines for people."""
    yield f"{'answers a second':18}{'best':>10}{'median':>10}{'CPU us each':>14}"
    for name in ("cardswitch", "iso8583sim"):
        if name in result:
            one = result[name]
            yield f"{name:18}{one['best']:10.0f}{one['median']:10.0f}{one['cpu_us']:14.1f}"
    if "times" in result:
        yield f"times, best to best{result['times']:9.1f}"


if __name__ == "__main__":
    main()
