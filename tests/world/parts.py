"""What a network is made of: programs, wires between them, and how often things go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cardswitch.wire.channel import Channel
from cardswitch.wire.ports import Effect, LinkId, Machine, Seconds

from .journals import Journal, ListJournal


@dataclass
class Faults:
    """How often things go wrong, as probabilities per frame or per effect; zero once *until*."""

    lost: float = 0.0
    late: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0
    garbled: float = 0.0
    reset: float = 0.0  # the connection breaks as a frame is sent, and both ends hear of it
    silent: float = 0.0  # the connection dies as a frame is sent, and nobody hears of it
    full: float = 0.0  # a peer reads nothing for a while
    crash: float = 0.0  # a program dies before it performs an effect
    unsaid: float = 0.0  # a look-up is never answered
    failed: float = 0.0  # a look-up fails
    slow: float = 0.0  # a look-up takes about as long as anybody waits, or longer
    copied: float = 0.0  # a request comes once more, much later or on another link
    step: float = 0.0  # a clock is set as its program starts again
    until: Seconds = float("inf")  # an instant


@dataclass
class Node:
    """A program: the machine that lives now, and the journal that outlives it."""

    name: str
    build: Callable[[Iterable[Any]], tuple[Machine, Sequence[Effect]]]
    can_crash: bool = True
    journal: Journal = field(default_factory=ListJournal)
    machine: Machine | None = None
    wires: dict[LinkId, End] = field(default_factory=dict)
    lives: int = 0
    clock: Seconds = 0.0  # how far its clock is ahead of the others
    told: Seconds = 0.0  # the last time that it has had in this life


@dataclass
class Wire:
    """A connection between two nodes. *epoch* tells one connection from the next."""

    ends: tuple[End, End]
    latency: Seconds
    holds_frames: bool = False  # a concentrator in between: frames outlive a connection
    is_watched: bool = False  # a program finds out that it is silent; of others, the network does
    up: bool = False
    silent: bool = False
    epoch: int = 0


@dataclass
class End:
    """One side of a wire: whose it is, what it is called there, what it speaks."""

    node: Node
    link: LinkId
    channel: Channel
    wire: Wire | None = None
    other: End | None = None
    unread: list[bytes] | None = None  # what waits for a peer that does not read just now
