"""All floods at once at every port of a lab, and one terminal that goes on selling beside them.

`python -m bench.floods --seconds 600` tells how long its sales took, and how much memory each
program held: neither may depend on the floods. Exit code 1 if a sale was not approved or was slow.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import click

from cardswitch.lab.house.topology import Lab, read_lab
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.wire.channel import Channel, HsmServerChannel

from .load import Job, Load
from .programs import end_in_order, make_bench_lab, running

HOST: Final = "127.0.0.1"
SLOW_S: Final = 1.0  # What a sale of the victim may take.
ANSWER_S: Final = 30.0  # Longer than any timer of the switch: who hears nothing is forgotten.
BETWEEN_S: Final = 0.5  # From one of its sales to the next.
SAMPLE_S: Final = 10.0  # From one look at the memory to the next.
SETTLED: Final = 0.2  # After so much of the run, memory is compared with that at its end.
SILENT: Final = 40  # Connections at each port that never say anything.
TPDU: Final = bytes.fromhex("6000010000")
EMPTY: Final = bytes(2)  # what two bytes of length say of a frame without any
UNREADABLE: Final = (b"\xff" * 30, b"0200" + b"\x00" * 20, b"9999" * 3)
STAN_MAX: Final = 1_000_000
Places = dict[str, tuple[int, Channel]]


# The floods, each for ever ------------------------------------------------------------------------


async def garbage(port: int, channel: Channel, pause: float) -> None:
    """Frames that nobody can read, each time on a new connection."""
    for number in itertools.count():
        async with _connection(port) as (reader, writer):
            payload = UNREADABLE[number % len(UNREADABLE)]
            writer.write(channel.framing.frame(TPDU + payload) * 4)
            writer.write_eof()
            async with asyncio.timeout(5):
                await reader.read(65_536)
        await asyncio.sleep(pause)


async def silence(port: int, channel: Channel, pause: float) -> None:
    """A connection that says nothing until it is cut, and the next one."""
    while True:
        async with _connection(port) as (reader, _):
            await reader.read(1)
        await asyncio.sleep(pause)


async def keep_alives(port: int, channel: Channel, pause: float) -> None:
    """Frames of no bytes."""
    await _say(port, pause, itertools.repeat(EMPTY))


async def unanswerable(port: int, channel: Channel, pause: float) -> None:
    """Messages of an MTI that nothing answers."""
    frame = channel.framing.frame(channel.encode(Message("0280", {11: "000001", 70: "301"})))
    await _say(port, pause, itertools.repeat(frame))


async def same_reversal(port: int, channel: Channel, pause: float) -> None:
    """One reversal of what was never sold, again and again."""
    frame = channel.framing.frame(channel.encode(_reversal("0421", 1, "FLOOD001")))
    await _say(port, pause, itertools.repeat(frame))


async def unknown_reversals(port: int, channel: Channel, pause: float) -> None:
    """Each time another sale that was never sold is reversed."""
    numbers = (n % STAN_MAX for n in itertools.count(1))
    messages = (_reversal("0420", number, "FLOOD002") for number in numbers)
    await _say(port, pause, (channel.framing.frame(channel.encode(m)) for m in messages))


FLOODS_OF_MESSAGES: Final = (unanswerable, same_reversal, unknown_reversals)


def _reversal(mti: str, stan: int, terminal: str) -> Message:
    sent = transmission_time(time.time())
    fields = {3: "000000", 4: "000000001250", 7: sent, 11: f"{stan:06d}", 41: terminal}
    fields |= {42: "SHOP0001       ", 49: "978", 90: f"0200{stan:06d}{sent}{'0' * 22}"}
    return Message(mti, fields)


async def _say(port: int, pause: float, frames: Iterator[bytes]) -> None:
    """Say *frames* on a connection whose answers are read; on another one when it is cut."""
    while True:
        async with _connection(port) as (reader, writer):
            reading = asyncio.create_task(reader.read(-1))
            try:
                for frame in frames:
                    writer.write(frame)
                    await writer.drain()
                    await asyncio.sleep(pause)
                    if reading.done():
                        break
            finally:
                reading.cancel()
        await asyncio.sleep(pause)


class _connection:
    """A connection to *port*; that it is refused or cut is what a flood expects."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            try:
                reader, self._writer = await asyncio.open_connection(HOST, self._port)
            except OSError:
                await asyncio.sleep(1)
            else:
                return reader, self._writer

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self._writer.close()
        return kind is not None and issubclass(kind, OSError)  # A TimeoutError is one.


def flood(config: Path, per_s: float) -> None:
    """All floods, *per_s* frames of each in a second, until this process is ended."""
    asyncio.run(_flood(_places(read_lab(config)), 1 / per_s))


async def _flood(places: Places, pause: float) -> None:
    todo: list[tuple[Callable[[int, Channel, float], Awaitable[None]], str]] = []
    for name in places:
        todo += [(garbage, name), (keep_alives, name), *[(silence, name)] * SILENT]
    todo += [(each, "pos") for each in FLOODS_OF_MESSAGES]
    await asyncio.gather(*(each(*places[name], pause) for each, name in todo))


def _places(lab: Lab) -> Places:
    listeners = lab.switch.listeners
    front, network = lab.acquirer.front, lab.issuer.network
    return {
        **{name: (each.port, each.channel()) for name, each in listeners.items()},
        "acquirer": (front.port, front.channel()),
        "issuer": (network.port, network.channel()),
        "hsm": (lab.hsm.port, HsmServerChannel()),
    }


# The victim ---------------------------------------------------------------------------------------


async def sell_beside(job: Job, seconds: float, memory: dict[str, list[int]]) -> Load:
    """Sell now and then for *seconds*, and look at the memory of every program meanwhile."""
    load = Load(job)
    await load.connect()
    await load.until_ready()
    load.codes.clear()
    del load.latencies[:]
    end = time.monotonic() + seconds
    next_look = 0.0
    while (now := time.monotonic()) < end:
        if now >= next_look:
            next_look = now + SAMPLE_S
            for name, pid in job.pids.items():
                memory.setdefault(name, []).append(resident_kb(pid))
        async with asyncio.timeout(ANSWER_S):
            await load.buy(1)
        await asyncio.sleep(BETWEEN_S)
    return load


def resident_kb(pid: int) -> int:
    """Kilobytes of memory that process *pid* holds. Linux only: OSError elsewhere."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


@contextmanager
def flooding(config: Path, per_s: float) -> Iterator[None]:
    """The floods, in a process of their own that never outlives this one."""
    process = multiprocessing.get_context("spawn").Process(target=flood, args=(config, per_s))
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


@click.command()
@click.option("--seconds", default=600.0, show_default=True, help="How long.")
@click.option("--per-s", default=50.0, show_default=True, help="Frames of each flood in a second.")
def main(seconds: float, per_s: float) -> None:
    """Flood a lab and sell beside the floods; print what that did to sales and memory."""
    end_in_order()
    memory: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory(prefix="cardswitch-floods-") as name:
        config, cards = make_bench_lab(Path(name) / "lab", 256)
        lab = read_lab(config)
        listener = lab.switch.listeners["pos"]
        ports = {name: port for name, (port, _) in _places(lab).items()}
        ports["switch"] = listener.port
        with running(config, ports, "", Path(name)) as pids, flooding(config, per_s):
            shop = lab.terminal.merchant
            job = Job(listener, shop, tuple(cards[:10]), 1, 0, 1, 1, 1, seconds, pids)
            load = asyncio.run(sell_beside(job, seconds, memory))
        with suppress(OSError):
            click.echo(_tail(config.with_name("switch.log")))
    slowest = max(load.latencies)
    click.echo("\n".join(_table(load, memory)))
    sys.exit(0 if set(load.codes) == {"00"} and slowest < SLOW_S else 1)


def _tail(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines()
    return "\n".join([f"the switch told {len(lines)} lines; the last ones:", *lines[-5:]])


def _table(load: Load, memory: dict[str, list[int]]) -> Iterator[str]:
    ordered = sorted(load.latencies)
    at = [ordered[min(len(ordered) * part // 100, len(ordered) - 1)] for part in (50, 99, 100)]
    p50, p99, most = (f"{1000 * each:.0f}" for each in at)
    yield f"{len(ordered)} sales, field 39: {dict(load.codes)}"
    yield f"latency ms: half within {p50}, 99 % within {p99}, slowest {most}"
    yield f"memory, MB: {'':8}at first {SETTLED:>7.0%} of the time    at the end   most"
    for name, kilobytes in memory.items():
        settled = kilobytes[int(len(kilobytes) * SETTLED)]
        seen = (kilobytes[0], settled, kilobytes[-1], max(kilobytes))
        yield f"  {name:18}" + "".join(f"{each / 1024:14.1f}" for each in seen)


if __name__ == "__main__":
    main()
