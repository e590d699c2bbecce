"""The load: many virtual terminals that buy, a bounded number at once; a process of its own.

`python -m bench.load` reads a Job as JSON from standard input and writes a Report to its output.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from array import array
from collections import Counter, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import msgspec
from msgspec import Struct

from cardswitch.specs.dates import local_time, transmission_time
from cardswitch.specs.message import Message
from cardswitch.terminal.customer.card import Card
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.driver.tls import client_tls
from cardswitch.wire.operator.addresses import IsoAddress

from .mix import MIX, SALES, follows, stories, templates

STAN_MAX: Final = 999_999
READY_S: Final = 15.0  # For links to be dialled and signed on.
READY_PAUSE_S: Final = 0.05
PACE_S: Final = 0.001  # How finely an open loop is paced.
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class BenchCard(Struct, frozen=True):
    """A card, and its PIN block under the TPK: computed once, as it is no part of the load."""

    card: Card
    pin_block: str


class Job(Struct, frozen=True):
    """What to do: where, how much, and whose CPU time to read (process ids by program)."""

    listener: IsoAddress
    merchant: str
    cards: tuple[BenchCard, ...]
    purchases: int
    warm_up: int
    in_flight: int
    terminals: int
    connections: int
    time_limit_s: float
    pids: Mapping[str, int]
    mix: bool = False  # not sales alone
    rate: float = 0.0  # purchases begun a second, whoever still waits; 0: as fast as answers come


class Cpu(Struct, frozen=True):
    """Seconds of CPU, user and system: of the whole process, and of its main thread alone."""

    process_s: float
    main_thread_s: float


class Report(Struct, frozen=True):
    """What came of it: *codes* are those of field 39, latencies in ms, CPU and RSS by program."""

    wall_s: float
    codes: dict[str, int]
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu: dict[str, Cpu]
    in_time: bool
    rss_mib: dict[str, float]  # resident memory at the end


class Terminal:
    """One terminal: one purchase at a time, each request with the next trace number."""

    __slots__ = ("begins", "connection", "id", "request", "stan", "started", "steps")

    def __init__(self, number: int, connection: Connection, begins: Mapping[str, Message]) -> None:
        self.id = f"T{number:07d}"
        self.stan = 0
        self.started = 0.0
        self.connection = connection
        self.steps: tuple[str, ...] = ()  # what is still to be asked for
        self.request = Message("0000", {})  # the last one, as it was sent
        here = {11: "", 41: self.id}
        self.begins = {kind: template.with_fields(here) for kind, template in begins.items()}


class Connection(asyncio.Protocol):
    """A line to the switch that terminals share; bytes leave once in a turn of the loop."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._framing = load.channel.framing
        self._framer = self._framing.framer()
        self._out: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Without its lines the load is over."""
        self._load.fail("the switch closed a connection")

    def data_received(self, data: bytes) -> None:
        """Hand over every answer in *data*."""
        for frame in self._framer.feed(data):
            self._load.answered(self._load.channel.decode(frame))

    def put(self, payload: bytes) -> None:
        """Send *payload* with all else of this turn."""
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(self._framing.frame(payload))

    def _flush(self) -> None:
        self._transport.write(b"".join(self._out))
        self._out.clear()


class Load:
    """The terminals and what they have done so far."""

    def __init__(self, job: Job) -> None:
        self.channel = job.listener.channel()
        self.codes: Counter[str] = Counter()
        self.latencies = array("d")
        self._job = job
        self._idle: deque[Terminal] = deque()
        self._buying: dict[str, Terminal] = {}
        self._to_start = 0
        self._is_paced = False
        self._second = 0
        self._times: dict[int, str] = {}
        self._done: asyncio.Future[None] | None = None
        self._stories = stories(MIX if job.mix else SALES)

    async def connect(self) -> None:
        """Open the connections and spread the terminals, and the cards, evenly over them."""
        job, loop = self._job, asyncio.get_running_loop()
        lines: list[Connection] = []
        tls = client_tls(job.listener, "--tls-")
        for _ in range(job.connections):
            _, line = await loop.create_connection(
                lambda: Connection(self),
                job.listener.host,
                job.listener.port,
                ssl=tls.context if tls else None,
            )
            lines.append(line)
        begins = [templates(each.card, job.merchant, each.pin_block) for each in job.cards]
        for number in range(job.terminals):
            line, begin = lines[number % len(lines)], begins[number % len(begins)]
            self._idle.append(Terminal(number, line, begin))

    async def until_ready(self) -> None:
        """Buy until a purchase is approved: then every link stands and has signed on."""
        async with asyncio.timeout(READY_S):
            while not self.codes["00"]:
                await asyncio.sleep(READY_PAUSE_S)
                await self.buy(1)

    async def buy(self, purchases: int) -> None:
        """Make that many, with as many in flight as the job says, and wait for every answer."""
        self._done = asyncio.get_running_loop().create_future()
        self._to_start = purchases
        self._second = 0
        while self._to_start and len(self._buying) < self._job.in_flight:
            self._start()
        await self._done

    async def buy_at(self, rate: float, purchases: int) -> None:
        """Begin *rate* a second, however late answers are: each is as late as it is after its time.

        When every terminal waits, the next purchase waits too, and its time runs.
        """
        self._done = asyncio.get_running_loop().create_future()
        self._is_paced, self._to_start, self._second = True, purchases, 0
        begun = time.perf_counter()
        for number in range(purchases):
            due = begun + number / rate
            while time.perf_counter() < due or not self._idle:
                await asyncio.sleep(PACE_S)
            self._start(due)
        await self._done

    def answered(self, answer: Message) -> None:
        """Count *answer*; the next terminal takes its turn."""
        terminal = self._buying.pop(answer[41])
        assert answer[11] == f"{terminal.stan:06d}", "an answer to another purchase"
        self.latencies.append(time.perf_counter() - terminal.started)
        self.codes[answer[39]] += 1
        if terminal.steps and answer.approved:
            step, *rest = terminal.steps
            terminal.steps = tuple(rest)
            self._buying[terminal.id] = terminal
            self._ask(terminal, follows(step, terminal.request, answer, time.time()))
            return
        self._idle.append(terminal)
        if self._to_start:
            if not self._is_paced:
                self._start()
        elif not self._buying and self._done is not None and not self._done.done():
            self._done.set_result(None)

    def fail(self, reason: str) -> None:
        """End the load early, if it still runs."""
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionError(reason))

    def _start(self, due: float | None = None) -> None:
        terminal = self._idle.popleft()
        self._to_start -= 1
        self._buying[terminal.id] = terminal
        first, *rest = next(self._stories)
        terminal.steps = tuple(rest)
        self._ask(terminal, terminal.begins[first], due)

    def _ask(self, terminal: Terminal, template: Message, due: float | None = None) -> None:
        terminal.stan = terminal.stan % STAN_MAX + 1
        now = time.time()
        if int(now) != self._second:
            self._second, (local, date) = int(now), local_time(now, "UTC")
            self._times = {7: transmission_time(now), 12: local, 13: date}
        numbers = {**self._times, 11: f"{terminal.stan:06d}"}
        terminal.request = template.with_fields(numbers)
        payload = self.channel.encode(terminal.request)
        terminal.started = due or time.perf_counter()
        terminal.connection.put(payload)


def cpu_of(pid: int) -> Cpu:
    """What process *pid* has used since it began. Linux only: OSError elsewhere."""
    process = Path(f"/proc/{pid}/stat").read_text("ascii")
    main = Path(f"/proc/{pid}/task/{pid}/stat").read_text("ascii")
    return Cpu(_seconds(process), _seconds(main))


def rss_mib(pid: int) -> float:
    """The resident memory of process *pid*, in MiB. Linux only: OSError elsewhere."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20), 1)


def _seconds(stat: str) -> float:
    """Fields 14 and 15 of proc(5), counted behind the name, which may hold anything."""
    values = stat.rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / _TICKS


async def measure(job: Job) -> Report:
    """Connect, warm up, then buy under the clock."""
    load = Load(job)
    pids = {"load": os.getpid(), **job.pids}
    await load.connect()
    await load.until_ready()
    await load.buy(job.warm_up)
    load.codes.clear()
    del load.latencies[:]
    before, begun = {name: cpu_of(pid) for name, pid in pids.items()}, time.perf_counter()
    in_time = True
    try:
        async with asyncio.timeout(job.time_limit_s):
            if job.rate:
                await load.buy_at(job.rate, job.purchases)
            else:
                await load.buy(job.purchases)
    except TimeoutError:
        in_time = False
    wall_s = time.perf_counter() - begun
    cpu = {name: _used(before[name], cpu_of(pid)) for name, pid in pids.items()}
    p50, p95, p99 = _percentiles(sorted(load.latencies))
    rss = {name: rss_mib(pid) for name, pid in pids.items()}
    return Report(wall_s, dict(load.codes), p50, p95, p99, cpu, in_time, rss)


def _used(before: Cpu, after: Cpu) -> Cpu:
    process_s = after.process_s - before.process_s
    return Cpu(process_s, after.main_thread_s - before.main_thread_s)


def _percentiles(ordered: list[float]) -> tuple[float, float, float]:
    """The latencies, in ms, that 50, 95 and 99 of a hundred purchases do not exceed."""
    at = [min(len(ordered) * part // 100, len(ordered) - 1) for part in (50, 95, 99)]
    p50, p95, p99 = (1000 * ordered[i] if ordered else 0.0 for i in at)
    return p50, p95, p99


def main() -> None:
    """A Job in, a Report out; Ctrl-C is for whoever started us to tell of."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    try:
        sys.stdout.buffer.write(msgspec.json.encode(run(measure(job))))
    except KeyboardInterrupt:
        sys.exit(1)
    except (OSError, TimeoutError) as error:
        sys.exit(f"load: {error or 'the lab was not ready in time'}")


if __name__ == "__main__":
    main()
