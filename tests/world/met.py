"""Which faults each class of transaction has met: a table that a run prints, and tests ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS, Kind

from .network import Network
from .parts import End, Node

# What befalls one message, and what befalls all that a program has asked or was asked meanwhile.
OF_MESSAGES = (
    "lost", "late", "late answer", "doubled", "reordered", "garbled", "reset", "silent", "full",
)  # fmt: skip
PROGRAMS = ("switch", "acquirer", "issuer", "hsm", "terminal")
FAULTS = (*OF_MESSAGES, *(f"{name} dies" for name in PROGRAMS))
# The module knows no classes: what dies with it is what those who ask it are about.
ASKS_HSM = ("switch", "issuer")
AIMED = 10.0  # how much likelier what is seldom befalls the class that is aimed at

Table = Mapping[tuple[str, str], int]


class Met:
    """Listens to a network, and counts in *table* by class and fault; or aims faults at a class."""

    def __init__(
        self, network: Network, table: Counter[tuple[str, str]], aimed_at: str = ""
    ) -> None:
        self.table = table
        self._network = network
        self._open: dict[str, dict[Any, str]] = {}  # by node: what it waits for, or is to answer
        network.watch.append(self._see)
        network.met.append(self._befalls)
        if aimed_at:
            network.weight = lambda *place: AIMED if self._is_hit(aimed_at, *place) else 1.0

    def _is_hit(self, kind: str, node: Node, end: End | None, message: Any) -> bool:
        if end is None:
            return kind in self._in_flight(node)
        return isinstance(message, Message) and self._kind(end, message) == kind

    def _see(self, what: str, end: End, message: Any) -> None:
        if not isinstance(message, Message):
            return
        waits = self._open.setdefault(end.node.name, {})
        if message.is_request:
            waits[self._name(end, message)] = KINDS.of(message).name
        else:  # It is in flight until what follows from the answer is done.
            name = self._name(end, message)
            self._network.at(0.0, lambda: waits.pop(name, None) and None)

    def _befalls(self, fault: str, node: Node, end: End | None, message: Any) -> None:
        if fault == "crash":
            dies = f"{node.name.partition(' ')[0]} dies"
            self.table.update((kind, dies) for kind in self._in_flight(node))
            self._open.pop(node.name, None)
        elif end is not None and isinstance(message, Message):
            kind = self._kind(end, message)
            is_answer = not message.is_request
            self.table[kind, "late answer" if fault == "late" and is_answer else fault] += 1

    def _in_flight(self, node: Node) -> set[str]:
        """The classes that *node* is busy with, or whoever may have asked the module for one."""
        busy = ASKS_HSM if node.name == "hsm" else (node.name,)
        return {kind for one in busy for kind in self._open.get(one, {}).values()}

    def _kind(self, end: End, message: Message) -> str:
        """The class of a request; of an answer, that of its request, as whoever asked knows it."""
        if message.is_request:
            return KINDS.of(message).name
        return self._open.get(end.other.node.name, {}).get(self._name(end.other, message), "")

    def _name(self, end: End, message: Message) -> Any:
        return end.link, message.mti[1], message.get(11), message.get(41)


def faults_of(kind: Kind) -> tuple[str, ...]:
    """What can befall a *kind*: some come to no host, to no module, or from no terminal of ours."""
    away = {"acquirer", "issuer", "hsm"} if kind.sent_by == ("merchants",) else set()
    if kind.pin == "refused":
        away.add("hsm")
    if not kind.sent_by:  # What the switch asks the acquirer.
        away |= {"issuer", "hsm", "terminal"}
    if kind.shape in ("ask", "advise") and not kind.command:
        away.add("terminal")
    return tuple(fault for fault in FAULTS if fault.removesuffix(" dies") not in away)


def missing(table: Table, kind: Kind) -> list[str]:
    """The faults that *kind* has not met."""
    return [fault for fault in faults_of(kind) if not table.get((kind.name, fault))]


def lines(table: Table) -> Iterator[str]:
    """The *table* for people: a line a class, a column a fault."""
    names = sorted({kind for kind, _ in table} & set(KINDS.all), key=list(KINDS.all).index)
    width = max(map(len, names), default=0)
    yield " " * width + "".join(f"  {fault}" for fault in FAULTS)
    for name in names:
        cells = (f"{table.get((name, fault), 0):{len(fault) + 2}}" for fault in FAULTS)
        yield f"{name:{width}}" + "".join(cells)
