"""What one purchase costs each program in CPU, in one process: machines, codecs and journals alone.

Drivers, sockets and disks are left out, so that a profile shows nothing but our code. --base is a
checkout of an earlier commit. A busy machine makes both dearer, so they take turns, slice by slice,
and the ratio is the median of those of the pairs.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec

sys.path.append(str(Path(__file__).parents[1]))  # PYTHONPATH, that of a base, goes before it.

from bench.load import BenchCard
from bench.mix import templates
from bench.programs import ROOT, make_bench_lab
from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.hosts.row import HostRow
from cardswitch.hosts.store import (
    ACQUIRER_JOURNAL,
    ACQUIRER_SCHEMA,
    ISSUER_JOURNAL,
    ISSUER_SCHEMA,
)
from cardswitch.hosts.vault import open_vault
from cardswitch.hsm_sim.machine import HsmMachine
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.topology import Lab, read_lab
from cardswitch.specs.dates import local_time, transmission_time
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.core.row import Row
from cardswitch.switch.store.tables import JOURNAL, JOURNAL_SCHEMA
from cardswitch.wire.channel import Channel, HsmClientChannel, HsmServerChannel
from cardswitch.wire.ports import (
    Append,
    Effect,
    Found,
    LinkId,
    LinkUp,
    LookUp,
    Machine,
    Received,
    Seconds,
    Send,
)
from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.journal import JournalStore

NOW: Final[Seconds] = 1_795_000_000.0
TERMINALS: Final = 1_000
BATCH: Final = 64  # purchases that arrive in one turn of the switch
BATCHES: Final = 4  # of one slice; a program's figure is the best tenth of all slices
WARM_UP: Final = 5
STOP_S: Final = 10.0
PROFILE_LINES: Final = 40
# By program, microseconds of CPU a purchase: of its machine and codecs, of its journal.
Slice = dict[str, tuple[float, float]]


class Node:
    """A program without its wires: what came in, and where what it sends goes."""

    def __init__(self, machine: Machine, store: JournalStore[Any] | None = None) -> None:
        self.machine = machine
        self.inbox: deque[tuple[LinkId, bytes]] = deque()
        self.machine_s = self.journal_s = 0.0
        self.profile: cProfile.Profile | None = None
        self._store = store
        self._cables: dict[LinkId, tuple[Channel, Node | None, LinkId]] = {}
        self._found: list[Found] = []
        self._sent: defaultdict[LinkId, list[bytes]] = defaultdict(list)
        self._entries: list[Any] = []
        self._asked: list[LookUp] = []

    def plug(self, link: LinkId, channel: Channel, peer: Node | None, theirs: LinkId) -> None:
        """*link* speaks *channel*, and leads to the link of *peer* that this calls *theirs*."""
        self._cables[link] = channel, peer, theirs

    def begin(self, effects: Iterable[Effect]) -> None:
        """Do *effects* of the start; then all links are up."""
        self._perform(effects)
        for link in self._cables:
            self._perform(self.machine.handle(LinkUp(link), NOW))
        self._settle()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits for it."""
        return not (self.inbox or self._found)

    def turn(self, now: Seconds) -> list[bytes]:
        """Handle all that is there; the frames for those who are no node."""
        begun = time.thread_time()
        if self.profile is not None:
            self.profile.enable()
        inbox, self.inbox, found, self._found = self.inbox, deque(), self._found, []
        for link, data in inbox:
            channel = self._cables[link][0]
            for frame in channel.framing.framer().feed(data):
                self._perform(self.machine.handle(Received(link, channel.decode(frame)), now))
        for event in found:
            self._perform(self.machine.handle(event, now))
        if self.profile is not None:
            self.profile.disable()
        done = time.thread_time()
        outside = self._settle()
        self.machine_s += done - begun
        self.journal_s += time.thread_time() - done
        return outside

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                channel = self._cables[effect.link][0]
                frame = channel.framing.frame(channel.encode(effect.message))
                self._sent[effect.link].append(frame)
            elif isinstance(effect, Append):
                self._entries.append(effect.entry)
            elif isinstance(effect, LookUp):
                self._asked.append(effect)
            else:
                raise AssertionError(f"nothing is wrong, and yet: {effect}")

    def _settle(self) -> list[bytes]:
        """Commit, look up, send: all of one turn."""
        if self._store is not None:
            self._store.commit(self._entries)
            found = self._store.look_up([each.question for each in self._asked])
            pairs = zip(self._asked, found, strict=True)
            self._found += [Found(each.number, rows) for each, rows in pairs]
        sent, self._sent = self._sent, defaultdict(list)
        self._entries, self._asked = [], []
        outside: list[bytes] = []
        for link, frames in sent.items():
            _, peer, theirs = self._cables[link]
            if peer is None:
                outside += frames
            else:
                peer.inbox.append((theirs, b"".join(frames)))
        return outside


class Chain:
    """Switch, acquirer, issuer and HSM of a lab, wired to each other, and terminals that buy."""

    def __init__(self, lab: Lab, cards: Sequence[BenchCard]) -> None:
        front, merchant = lab.switch.listeners["pos"].channel(), lab.terminal.merchant
        self._channel = front
        self._templates = [templates(each.card, merchant, each.pin_block)["sale"] for each in cards]
        self._bought = 0
        self.nodes = _nodes(lab)
        for node in self.nodes.values():
            while not node.is_idle:
                node.turn(NOW)
        self._run(NOW)
        for _ in range(WARM_UP):
            self.buy()

    def buy(self) -> None:
        """A batch of purchases, all of them approved."""
        now = NOW + 1 + self._bought / 1_000
        local, date = local_time(now, "UTC")
        times = {7: transmission_time(now), 12: local, 13: date}
        frames = []
        for number in range(self._bought, self._bought + BATCH):
            template = self._templates[number % len(self._templates)]
            stan, terminal = number // TERMINALS + 1, number % TERMINALS
            own = {**times, 11: f"{stan:06d}", 41: f"T{terminal:07d}"}
            payload = self._channel.encode(template.with_fields(own))
            frames.append(self._channel.framing.frame(payload))
        self._bought += BATCH
        self.nodes["switch"].inbox.append((LinkId("pos/1"), b"".join(frames)))
        answers = self._channel.framing.framer().feed(b"".join(self._run(now)))
        codes = [self._channel.decode(frame)[39] for frame in answers]
        assert codes == ["00"] * BATCH, f"not all are approved: {sorted(set(codes))}"

    def _run(self, now: Seconds) -> list[bytes]:
        outside: list[bytes] = []
        while not all(node.is_idle for node in self.nodes.values()):
            for node in self.nodes.values():
                outside += node.turn(now)
        return outside


def _nodes(lab: Lab) -> dict[str, Node]:
    """The programs of *lab*, started and connected."""
    vault = open_vault(lab.switch.vault)
    switch = Switch(lab.switch.settings(), vault)
    acquirer = Acquirer(lab.acquirer, open_vault(lab.acquirer.vault).fingerprint)
    issuer = Issuer(lab.issuer, open_vault(lab.issuer.vault).fingerprint)
    hsm = HsmMachine(HsmModule(os.urandom, lab.hsm.policy))
    nodes = {
        "switch": Node(switch, JournalStore(memory_engine(), JOURNAL_SCHEMA, JOURNAL, Row)),
        "acquirer": Node(
            acquirer, JournalStore(memory_engine(), ACQUIRER_SCHEMA, ACQUIRER_JOURNAL, HostRow)
        ),
        "issuer": Node(
            issuer, JournalStore(memory_engine(), ISSUER_SCHEMA, ISSUER_JOURNAL, HostRow)
        ),
        "hsm": Node(hsm),
    }
    upstreams, listeners = lab.switch.upstreams, lab.switch.listeners
    for one, link, speaks, other, theirs, hears in (
        ("switch", "acquirer", upstreams["acquirer"], "acquirer", "front/1", lab.acquirer.front),
        ("acquirer", "network", lab.acquirer.network, "switch", "network/1", listeners["network"]),
        ("switch", "issuer", upstreams["issuer"], "issuer", "network/1", lab.issuer.network),
    ):
        _connect(nodes[one], link, speaks.channel(), nodes[other], theirs, hears.channel())
    for one, theirs in (("switch", "host/1"), ("issuer", "host/2")):
        _connect(nodes[one], "hsm", HsmClientChannel(), nodes["hsm"], theirs, HsmServerChannel())
    nodes["switch"].plug(LinkId("pos/1"), listeners["pos"].channel(), None, LinkId(""))
    begun = {
        "switch": switch.recover((), NOW),
        "acquirer": acquirer.recover((), NOW),
        "issuer": issuer.recover((), NOW),
        "hsm": hsm.start((), NOW),
    }
    for name, effects in begun.items():
        nodes[name].begin(effects)
    return nodes


def _connect(
    one: Node, link: str, speaks: Channel, other: Node, theirs: str, hears: Channel
) -> None:
    one.plug(LinkId(link), speaks, other, LinkId(theirs))
    other.plug(LinkId(theirs), hears, one, LinkId(link))


def made() -> Chain:
    """The chain of a lab of its own."""
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
        config, cards = make_bench_lab(Path(name) / "lab", BATCH)
        return Chain(read_lab(config), cards)


def slice_of(chain: Chain) -> Slice:
    """By program, microseconds of CPU a purchase: of its machine and codecs, of its journal."""
    for node in chain.nodes.values():
        node.machine_s = node.journal_s = 0.0
    for _ in range(BATCHES):
        chain.buy()
    each = 1e6 / (BATCH * BATCHES)
    return {
        name: (node.machine_s * each, node.journal_s * each) for name, node in chain.nodes.items()
    }


def profile(program: str, purchases: int) -> None:
    """Print what *program* spends its time on."""
    chain = made()
    profiled = chain.nodes[program].profile = cProfile.Profile()
    for _ in range(purchases // BATCH):
        chain.buy()
    pstats.Stats(profiled).sort_stats("tottime").print_stats(PROFILE_LINES)


def work() -> None:
    """Measure a slice for each line that comes in; the first is said to be ready."""
    chain = made()
    click.echo("ready")
    for _ in sys.stdin:
        click.echo(msgspec.json.encode(slice_of(chain)))


class Worker:
    """The code of one checkout, in a process of its own that waits until it is asked."""

    def __init__(self, checkout: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--worker"],
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._answer()

    def measured(self) -> Slice:
        """One slice."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._answer(), type=Slice)

    def _answer(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise click.ClickException("a checkout cannot be measured: its error stands above")
        return line

    def end(self) -> None:
        """Let it go."""
        self._process.communicate(timeout=STOP_S)


def in_turn(checkouts: Mapping[str, Path], slices: int) -> dict[str, list[Slice]]:
    """So many slices of each checkout, in turn; who comes first changes."""
    workers = {name: Worker(checkout) for name, checkout in checkouts.items()}
    found: dict[str, list[Slice]] = {name: [] for name in checkouts}
    for turn in range(slices):
        order = list(workers) if turn % 2 else list(reversed(workers))
        for name in order:
            found[name].append(workers[name].measured())
    for worker in workers.values():
        worker.end()
    return found


def table(found: Mapping[str, Sequence[Slice]]) -> Iterable[str]:
    """The lines for people: of each commit the best tenth, and of the pairs the median ratio."""
    programs = list(next(iter(found.values()))[0])
    yield f"{'CPU us':8}" + "".join(f"{name:>16}" for name in programs) + f"{'sum':>16}"
    for commit, slices in found.items():
        pairs = [tuple(best([one[name][n] for one in slices]) for n in (0, 1)) for name in programs]
        pairs.append((sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)))
        told = "".join(f"{f'{machine:.1f} + {journal:.1f}':>16}" for machine, journal in pairs)
        yield f"{commit:8}{told}"
    if len(found) > 1:
        ratios = [ratio(found, [name]) for name in programs] + [ratio(found, programs)]
        yield f"{'ratio':8}" + "".join(f"{each:16.3f}" for each in ratios)


def best(values: Iterable[float]) -> float:
    """The value that a tenth of them are below."""
    in_order = sorted(values)
    return in_order[len(in_order) // 10]


def ratio(found: Mapping[str, Sequence[Slice]], programs: Sequence[str]) -> float:
    """The median of what *programs*, journals included, cost now, by what they cost before."""
    before, now = (
        [sum(sum(one[name]) for name in programs) for one in found[commit]]
        for commit in ("before", "now")
    )
    return statistics.median(new / old for old, new in zip(before, now, strict=True))


@click.command()
@click.option("--base", type=click.Path(exists=True, path_type=Path), help="The earlier checkout.")
@click.option("--slices", default=60, show_default=True, help="Of 256 purchases, of each commit.")
@click.option("--profile", "profiled", type=click.Choice(["switch", "acquirer", "issuer", "hsm"]))
@click.option("--purchases", default=12_800, show_default=True, help="Of a profile.")
@click.option("--json", "as_json", is_flag=True, help="All slices as a line of JSON.")
@click.option("--worker", is_flag=True, hidden=True)
def main(
    base: Path | None,
    slices: int,
    profiled: str | None,
    purchases: int,
    as_json: bool,
    worker: bool,
) -> None:
    """Measure purchases by program: machine and codecs, and the journal in memory."""
    if worker:
        return work()
    if profiled:
        return profile(profiled, purchases)
    checkouts = ({"before": base.absolute()} if base else {}) | {"now": ROOT}
    found = in_turn(checkouts, slices)
    if as_json:
        return click.echo(msgspec.json.encode(found).decode())
    return click.echo("\n".join(table(found)))


if __name__ == "__main__":
    main()
