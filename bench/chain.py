"""What one purchase costs each program in CPU, in one process: machines, codecs and journals alone.

Drivers, sockets and disks are left out, so that the figure is steady on a busy machine too, and a
profile shows nothing but our code. --base is a checkout of an earlier commit, measured in turn.
"""

from __future__ import annotations

import cProfile
import os
import pstats
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
SLICE: Final = 10  # batches that make one sample; a program's figure is the best tenth of them
WARM_UP: Final = 5
TIME_LIMIT_S: Final = 600.0
PROFILE_LINES: Final = 40


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


def measured(purchases: int, profiled: str = "") -> dict[str, list[float]]:
    """By program, microseconds of CPU a purchase: of its machine and codecs, of its journal."""
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
        config, cards = make_bench_lab(Path(name) / "lab", BATCH)
        chain = Chain(read_lab(config), cards)
    if profiled:
        chain.nodes[profiled].profile = cProfile.Profile()
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in chain.nodes}
    for _ in range(max(purchases // (BATCH * SLICE), 1)):
        for node in chain.nodes.values():
            node.machine_s = node.journal_s = 0.0
        for _ in range(SLICE):
            chain.buy()
        for name, node in chain.nodes.items():
            samples[name].append((node.machine_s, node.journal_s))
    if profiled:
        stats = pstats.Stats(chain.nodes[profiled].profile, stream=sys.stderr)
        stats.sort_stats("tottime").print_stats(PROFILE_LINES)
    each = 1e6 / (BATCH * SLICE)
    return {
        name: [round(sorted(kind)[len(kind) // 10] * each, 1) for kind in zip(*some, strict=True)]
        for name, some in samples.items()
    }


def measured_by(checkout: Path, purchases: int) -> dict[str, list[float]]:
    """The same of the code in *checkout*. Raises CalledProcessError, TimeoutExpired."""
    done = subprocess.run(
        [sys.executable, __file__, "--json", "--purchases", str(purchases)],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=subprocess.PIPE,
        timeout=TIME_LIMIT_S,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=dict[str, list[float]])


def table(by_commit: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterable[str]:
    """The lines for people: of all rounds of a commit the least."""
    names = list(next(iter(by_commit.values())))
    yield f"{'CPU us':8}" + "".join(f"{name:>16}" for name in names) + f"{'sum':>16}"
    for commit, by_program in by_commit.items():
        pairs = [by_program[name] for name in names]
        pairs.append([sum(kind) for kind in zip(*pairs, strict=True)])
        told = "".join(f"{f'{machine:.1f} + {journal:.1f}':>16}" for machine, journal in pairs)
        yield f"{commit:8}{told}"


@click.command()
@click.option("--base", type=click.Path(exists=True, path_type=Path), help="The earlier checkout.")
@click.option("--purchases", default=12_800, show_default=True, help="Of one round.")
@click.option("--rounds", default=3, show_default=True, help="Of each commit.")
@click.option("--profile", "profiled", type=click.Choice(["switch", "acquirer", "issuer", "hsm"]))
@click.option("--json", "as_json", is_flag=True, help="One round of this code, a line of JSON.")
def main(
    base: Path | None, purchases: int, rounds: int, profiled: str | None, as_json: bool
) -> None:
    """Measure purchases by program: machine and codecs, and the journal in memory."""
    if as_json or profiled:
        found = measured(purchases, profiled or "")
        click.echo(msgspec.json.encode(found).decode())
        return
    checkouts = ({"before": base.absolute()} if base else {}) | {"now": ROOT}
    best: dict[str, dict[str, list[float]]] = {}
    try:
        for _ in range(rounds):
            for commit, checkout in checkouts.items():
                new = measured_by(checkout, purchases)
                old = best.setdefault(commit, new)
                best[commit] = {n: list(map(min, old[n], new[n])) for n in new}
    except subprocess.SubprocessError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(table(best)))


if __name__ == "__main__":
    main()
