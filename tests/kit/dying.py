"""Gateways that kill themselves with -9 at one point of their work, one life after the other.

`python -m tests.kit.dying FILE` and then the words of `cardswitch`; for each point that it reads it
lives once, as a process of its own, says into FILE whatever it says, and writes how it ended. A
kill from outside comes at some time or other; this one between the one thing and the next.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from uvicorn.protocols.http import httptools_impl

from cardswitch.gateway import serve as _serve  # noqa: F401 (imported once, for all lives)
from cardswitch.gateway.core.machine import Gateway
from cardswitch.gateway.courier.post import HttpPoster
from cardswitch.lab.cli.main import cli
from cardswitch.specs.message import Message
from cardswitch.wire.driver.links import Link
from cardswitch.wire.ports import Received
from cardswitch.wire.store.journal import JournalStore

ASKED = ("0100", "0200", "0220")
ANSWERS = ("0110", "0210", "0230")


def die(*_: Any) -> None:
    """As a power cut does it: nothing is finished, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


def after_commit(of: str, without: str = "") -> None:
    """A row of the state *of* is on the disk, and in its commit none of the state *without*."""
    commit = JournalStore.commit

    def committed(store: Any, rows: Sequence[Any]) -> None:
        commit(store, rows)
        states = {row.state for row in rows}
        if of in states and without not in states:
            die()

    JournalStore.commit = committed  # type: ignore[method-assign]


def after_sending() -> None:
    """What asks for money has been given to the connection."""
    pack, flush = Link.pack, Link.flush
    asked: set[Link] = set()

    def packed(link: Link, message: Any, size: int | None = None) -> bytes:
        if isinstance(message, Message) and message.mti in ASKED:
            asked.add(link)
        return pack(link, message, size)

    def flushed(link: Link) -> None:
        leaves = link in asked and bool(link._out)
        flush(link)
        if leaves:
            die()

    Link.pack, Link.flush = packed, flushed  # type: ignore[method-assign]


def after_receiving() -> None:
    """The answer is there, and nobody has looked at it."""
    handle = Gateway.handle

    def handled(gateway: Gateway, event: Any, now: float) -> Any:
        if isinstance(event, Received) and event.message.mti in ANSWERS:
            die()
        return handle(gateway, event, now)

    Gateway.handle = handled  # type: ignore[method-assign]


def after_answering() -> None:
    """Whoever called over HTTPS has his answer."""
    cycle: Any = httptools_impl.RequestResponseCycle
    send = cycle.send

    async def sent(self: Any, message: Any) -> None:
        await send(self, message)
        is_last = message["type"] == "http.response.body" and not message.get("more_body")
        if is_last and self.scope["method"] == "POST":
            die()

    cycle.send = sent


def after_telling() -> None:
    """An endpoint has taken an event, and that is not kept yet."""
    post = HttpPoster.post

    async def posted(self: HttpPoster, *arguments: Any) -> int:
        status = await post(self, *arguments)
        die()
        return status

    HttpPoster.post = posted  # type: ignore[method-assign]


POINTS: dict[str, Callable[[], None]] = {
    "key stored": lambda: after_commit("KeyTaken", without="Sent"),
    "attempt stored": lambda: after_commit("Sent"),
    "sent": after_sending,
    "answer received": after_receiving,
    "committed": lambda: after_commit("Answered"),
    "answered": after_answering,
    "event sent": after_telling,
}


def live(point: str, said: str, words: Sequence[str]) -> int:
    """One life, up to *point*: what it ended with, as `waitpid` tells it."""
    pid = os.fork()  # What it needs is imported already, and there are no threads.
    if not pid:
        with Path(said).open("ab") as file:
            os.dup2(file.fileno(), sys.stdout.fileno())
            os.dup2(file.fileno(), sys.stderr.fileno())
        POINTS[point]()
        cli(words)
    return os.waitpid(pid, 0)[1]


def main() -> None:
    """Live as often as a point comes in."""
    said, *words = sys.argv[1:]
    for line in sys.stdin:
        print(live(line.rstrip("\n"), said, words), flush=True)


if __name__ == "__main__":
    main()
