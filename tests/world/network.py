"""Virtual time, nodes that may crash between any two effects, and wires that may do anything."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.wire.channel import Channel
from cardswitch.wire.framing import FramingError
from cardswitch.wire.ports import (
    Append,
    Close,
    Effect,
    Event,
    Found,
    Garbled,
    LinkDown,
    LinkId,
    LinkUp,
    LookUp,
    Machine,
    Received,
    Seconds,
    Send,
    name_of,
)

from .parts import End, Faults, Node, Wire

WORST = 20  # How much more often a program dies at the worst moment than at another.
DYING_S: Seconds = 0.2  # Within this, the peers of a program that died hear that it is gone.
FULL_S: Seconds = 8.0  # A peer reads again within this, unless what waits for it is too much.
UNREAD_MAX = 12  # frames; with one more, whoever sends gives the connection up


class Network:
    """The scheduler. Everything that happens, happens here, in an order that the seed decides."""

    def __init__(self, seed: int, faults: Faults) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.faults = faults
        self.now: Seconds = 1_795_000_000.0
        self.started = self.now
        self.nodes: dict[str, Node] = {}
        self.wires: list[Wire] = []
        self.counts: Counter[str] = Counter()
        self.watch: list[Callable[[str, End, Any], None]] = []
        # Given what is sent: what is sent instead, or None if somebody else has dealt with it.
        self.meddle: list[Callable[[End, Any], Any]] = []
        self.met: list[Callable[[str, Node, End | None, Any], None]] = []  # told of every fault
        self._copies: list[tuple[End, bytes]] = []  # of requests that somebody has kept
        self.trace: Callable[[str], None] | None = None
        # How much likelier seldom faults are: for a node, or for a message that it sends at an end.
        self.weight: Callable[[Node, End | None, Any], float] = lambda node, end, message: 1.0
        self._queue: list[tuple[Seconds, int, Callable[[], None]]] = []
        self._order = itertools.count()

    # Time -----------------------------------------------------------------------------------------

    def at(self, delay: Seconds, action: Callable[[], None]) -> None:
        """Do *action* in *delay* seconds."""
        self.at_time(self.now + delay, action)

    def at_time(self, when: Seconds, action: Callable[[], None]) -> None:
        """Do *action* at the instant *when*, or now if that is over."""
        heapq.heappush(self._queue, (max(when, self.now), next(self._order), action))

    def run(self, until: Seconds) -> None:
        """Let everything happen that is due within *until* seconds from now."""
        end = self.now + until
        while self._queue and self._queue[0][0] <= end:
            self.now, _, action = heapq.heappop(self._queue)
            action()
        self.now = end

    def time_of(self, node: Node) -> Seconds:
        """The time as *node* has it."""
        node.told = max(node.told, self.now + node.clock)  # Rounding must not turn it back.
        return node.told

    def chance(self, probability: float) -> bool:
        """Whether a fault of this *probability* happens now."""
        if probability <= 0 or self.now >= self.faults.until:
            return False
        return self.random.random() < probability

    def say(self, text: str) -> None:
        """Tell the story, where somebody listens."""
        if self.trace is not None:
            self.trace(f"{self.now - self.started:10.4f} {text}")

    def befalls(self, fault: str, node: Node, end: End | None = None, message: Any = None) -> None:
        """Count a *fault*, of *message* as *node* sends it at *end*, or of the node itself."""
        self.counts[fault] += 1
        for listener in self.met:
            listener(fault, node, end, message)

    # Programs -------------------------------------------------------------------------------------

    def add(self, node: Node) -> Node:
        """A new program; it starts with :meth:`start`."""
        self.nodes[node.name] = node
        return node

    def connect(
        self,
        first: tuple[Node, str, Channel],
        second: tuple[Node, str, Channel],
        latency: Seconds,
        holds_frames: bool = False,
        is_watched: bool = False,
    ) -> Wire:
        """A wire from *first* to *second*, down until both are started."""
        one = End(first[0], LinkId(first[1]), first[2])
        two = End(second[0], LinkId(second[1]), second[2])
        wire = Wire((one, two), latency, holds_frames, is_watched)
        for end, other in ((one, two), (two, one)):
            end.wire, end.other = wire, other
            end.node.wires[end.link] = end
        self.wires.append(wire)
        return wire

    def start(self, node: Node) -> None:
        """Begin *node* from its journal, as after a crash or at the very first."""
        node.lives += 1
        node.told = 0.0
        if node.can_crash and self.chance(self.faults.step):
            self.counts["clock_set"] += 1
            node.clock += self.random.choice((1, -1)) * self.random.choice((3, 600, 4_000, 40_000))
        node.machine, effects = node.build(node.journal.recent())
        self.perform(node, effects)
        for end in list(node.wires.values()):
            self.at(self.random.uniform(0.01, 0.3), lambda end=end: self._raise(end))

    def crash(self, node: Node) -> None:
        """*node* dies here and now; its journal stays, its connections break, it comes back.

        What it had sent may still arrive before its peers hear of the end.
        """
        self.say(f"{node.name} dies")
        self.befalls("crash", node)
        node.machine = None
        for end in list(node.wires.values()):
            self.at(self.random.uniform(0.0, DYING_S), lambda end=end: self.cut(end.wire))
        self.at(self.random.uniform(DYING_S, 2.0), lambda: self.start(node))

    def call(self, node: Node, action: Callable[[Any], Sequence[Effect]]) -> bool:
        """Have *node* do something by itself; false if it is dead."""
        if node.machine is None:
            return False
        self.perform(node, action(node.machine))
        return True

    def handle(self, node: Node, event: Event) -> None:
        """*event* happens to *node*, if it lives."""
        if node.machine is not None:
            self.perform(node, node.machine.handle(event, self.time_of(node)))

    def perform(self, node: Node, effects: Sequence[Effect]) -> None:
        """Do what *node* wants done, in order; it may die between any two effects.

        Rows that come together are written together, all of them or none.
        """
        life = node.lives
        rows: list[Any] = []
        has_sent = False
        for effect, following in itertools.zip_longest(effects, effects[1:]):
            if isinstance(effect, Append):
                rows.append(effect.entry)
                if isinstance(following, Append):
                    continue
            # The worst moment is when something has been said and is not yet written.
            likelier = WORST if has_sent and isinstance(effect, Append) else 1.0
            likelier *= self.weight(node, None, None)
            if node.can_crash and self.chance(likelier * self.faults.crash):
                self.crash(node)
                return
            has_sent = has_sent or isinstance(effect, Send)
            match effect:
                case Append():
                    node.journal.commit(rows)
                    rows = []
                case LookUp(number, question):
                    self._look_up(node, number, question)
                case Send(link, message):
                    self._send(node, link, message)
                case Close(link, reason):
                    self.say(f"{node.name} closes {link}: {reason}")
                    self._close(node.wires[link].wire)
            if node.lives != life or node.machine is None:
                return
        self._arm(node)

    def _close(self, wire: Wire) -> None:
        """A program ends a connection; it hears of that when it has done the rest."""
        epoch = wire.epoch
        self.at(0.0, lambda: self.cut(wire) if wire.epoch == epoch else None)

    def _look_up(self, node: Node, number: int, question: Any) -> None:
        """The journal answers at some time from now on, with what it holds then, or not at all."""
        if self.chance(self.faults.unsaid):
            self.counts["look_up_unsaid"] += 1
            return
        life, fails = node.lives, self.chance(self.faults.failed)
        takes = self.random.uniform(0.0, 0.002)
        if self.chance(self.faults.slow):
            takes = self.random.uniform(0.1, 0.8)
        self.counts["look_up_failed" if fails else "look_up"] += 1

        def ask() -> None:
            if node.lives == life and node.machine is not None:
                rows = None if fails else self.found(node, question)
                self.at(self.random.uniform(0.0, takes), lambda: tell(rows))

        def tell(rows: Sequence[Any] | None) -> None:
            if node.lives == life:
                self.handle(node, Found(number, rows))

        self.at(self.random.uniform(0.0, takes), ask)

    def found(self, node: Node, question: Any) -> Sequence[Any] | None:
        """What the journal of *node* holds now."""
        return node.journal.look_up(question)

    def _arm(self, node: Node) -> None:
        machine = node.machine
        due = machine.deadline() if machine is not None else None
        if due is not None:
            self.at_time(due - node.clock, lambda: self._wake(node, machine, due))

    def _wake(self, node: Node, machine: Machine, due: Seconds) -> None:
        if node.machine is machine and machine.deadline() == due:
            node.told = max(node.told, due)
            self.perform(node, machine.wake(self.time_of(node)))

    # Wires ----------------------------------------------------------------------------------------

    def _raise(self, end: End) -> None:
        wire = end.wire
        if wire.up or any(e.node.machine is None for e in wire.ends):
            return
        wire.up, wire.silent = True, False
        wire.epoch += 1
        for one in wire.ends:
            self.handle(one.node, LinkUp(one.link))

    def cut(self, wire: Wire) -> None:
        """The connection breaks; both ends hear of it, and it is made again after a while."""
        if not wire.up:
            return
        wire.up = False
        for end in wire.ends:
            if end.unread is not None:
                self.counts["lost"] += len(end.unread)
                end.unread = None
            self.handle(end.node, LinkDown(end.link))
        self.at(self.random.uniform(0.1, 1.0), lambda: self._raise(wire.ends[0]))

    def _send(self, node: Node, link: LinkId, message: Any) -> None:
        end = node.wires.get(link)
        if end is None or not end.wire.up:
            self.counts["sent_nowhere"] += 1
            return
        for watcher in self.watch:
            watcher("sent", end, message)
        if self.trace is not None:
            self.say(f"{node.name} -> {end.other.node.name}: {message!r}")
        for meddler in self.meddle:
            message = meddler(end, message)
            if message is None:
                return
        self._leave(end, message, end.channel.encode(message))

    def _leave(self, end: End, message: Any, frame: bytes) -> None:
        """*frame* leaves its program; what becomes of it is chance."""
        node, wire = end.node, end.wire
        likelier = self.weight(node, end, message)
        if wire.silent or self.chance(self.faults.lost):
            self.befalls("lost", node, end, message)
            return
        if self.chance(likelier * self.faults.silent):
            self.befalls("silent", node, end, message)
            self._die_silently(wire)
            return
        if self.chance(likelier * self.faults.reset):
            self.say(f"{node.name} = {end.other.node.name} breaks")
            self.befalls("reset", node, end, message)
            self.at(0.0, lambda: self.cut(wire))
        if self.chance(likelier * self.faults.garbled):
            self.befalls("garbled", node, end, message)
            # So short that nobody can tell what it was: TCP loses ends, it does not flip bits.
            frame = frame[: self.random.randrange(1, 10)]
        if isinstance(message, Message) and message.mti[:2] in ("01", "02", "04"):
            self._copy(end, message, frame)
        if end.unread is None and self.chance(likelier * self.faults.full):
            self._fill(end)
        if end.unread is not None:
            self._wait(end, message, frame)
            return
        delay = wire.latency * self.random.uniform(0.8, 1.2)
        if self.chance(likelier * self.faults.late):
            self.befalls("late", node, end, message)
            delay += self.random.uniform(0.5, 8.0)
        elif self.chance(self.faults.reordered):
            self.befalls("reordered", node, end, message)
            delay += self.random.uniform(0.0, 0.2)
        self._deliver(end, frame, delay)
        if self.chance(self.faults.doubled):
            self.befalls("doubled", node, end, message)
            self._deliver(end, frame, delay + self.random.uniform(0.0, 3.0))

    def _fill(self, end: End) -> None:
        """The peer of *end* reads nothing for a while; then it finds all that waited, in order."""
        end.unread, wire, epoch = [], end.wire, end.wire.epoch

        def drain() -> None:
            frames, end.unread = end.unread or (), None
            for frame in () if wire.silent else frames:
                self._deliver(end, frame, wire.latency)

        self.at(self.random.uniform(0.5, FULL_S), lambda: drain() if wire.epoch == epoch else None)

    def _wait(self, end: End, message: Any, frame: bytes) -> None:
        self.befalls("full", end.node, end, message)
        end.unread.append(frame)
        if len(end.unread) > UNREAD_MAX:
            self.counts["given_up"] += 1
            self._close(end.wire)

    def reply(self, end: End, message: Message) -> None:
        """*message* comes from *end*, whatever its program has to say."""
        wire, epoch = end.wire, end.wire.epoch
        frame = end.channel.encode(message)
        self.at(
            2 * wire.latency,
            lambda: self._arrive(end.other, frame) if wire.up and wire.epoch == epoch else None,
        )

    def _copy(self, end: End, message: Message, frame: bytes) -> None:
        """Somebody keeps a request, and sends it again when nobody thinks of it any more."""
        if not message.is_request or not self.chance(self.faults.copied):
            return
        self.befalls("copied", end.node, end, message)
        self._copies.append((end, frame))
        if self.random.random() < 0.7:
            self.at(self.random.uniform(0.0, 60.0), lambda: self.send_copy(end, frame))

    def send_copy(self, end: End, frame: bytes) -> None:
        """*frame* comes on any link of the listener that *end* sends to."""
        at = end.other
        ends = [e for e in at.node.wires.values() if name_of(e.link) == name_of(at.link)]
        chosen = self.random.choice(ends)
        if chosen.wire.up and at.node.machine is not None:
            self._arrive(chosen, frame)

    def _deliver(self, end: End, frame: bytes, delay: Seconds) -> None:
        other, wire, epoch = end.other, end.wire, end.wire.epoch

        def arrive() -> None:
            if not wire.up or (wire.epoch != epoch and not wire.holds_frames):
                self.counts["lost"] += 1
                return
            self._arrive(other, frame)

        self.at(delay, arrive)

    def _arrive(self, at: End, frame: bytes) -> None:
        try:  # as the driver does: an unreadable frame is an event, a broken stream is the end
            message = at.channel.decode(frame)
        except FormatError as error:
            self.handle(at.node, Garbled(at.link, error))
            return
        except FramingError:
            self.cut(at.wire)
            return
        for watcher in self.watch:
            watcher("received", at, message)
        self.handle(at.node, Received(at.link, message))

    def _die_silently(self, wire: Wire) -> None:
        self.say(f"{wire.ends[0].node.name} = {wire.ends[1].node.name} dies silently")
        wire.silent = True
        if not wire.is_watched:  # The keep-alive of the network finds it at last.
            epoch = wire.epoch
            self.at(60.0, lambda: self.cut(wire) if wire.epoch == epoch else None)

    # A long time ----------------------------------------------------------------------------------

    def sleep(self, seconds: Seconds) -> None:
        """Everything is switched off, and started again in *seconds*; clocks may be set."""
        self.say(f"everything sleeps for {seconds} s")
        for node in self.nodes.values():
            node.machine = None
        for wire in self.wires:
            wire.up = False
            for end in wire.ends:
                end.unread = None
        self._queue.clear()
        self.now += seconds
        self.counts["slept"] += 1
        for node in self.nodes.values():
            self.start(node)

    def forget_kept(self) -> None:
        """Nobody sends again what is so old."""
        self._copies.clear()

    def send_kept(self) -> None:
        """Much of what somebody has kept comes again, in the next minute."""
        for end, frame in self._copies[-20:]:
            self.at(self.random.uniform(1.0, 60.0), lambda e=end, f=frame: self.send_copy(e, f))
