"""What the tests of the driver share: a peer, a journal with a gate, a small machine."""

import asyncio
import threading
from contextlib import asynccontextmanager

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.framing import Framing
from cardswitch.wire.ports import LinkId, Received, Send

PATIENCE_S = 10.0  # How long a test waits for what must happen; no test takes that long.
HOST = "127.0.0.1"
FRAMING = Framing("binary2")


class Words:
    """A channel of words."""

    framing = FRAMING

    def decode(self, frame):
        return frame.decode()

    def encode(self, message):
        return message.encode()


class SmallMachine:
    """Does what *reactions* say for a word, and echoes all others; sleeps until `due`."""

    def __init__(self, **reactions):
        self.events = []
        self.reactions = reactions
        self.due = None
        self.on_wake = lambda now: []

    def handle(self, event, now):
        self.events.append(event)
        if not isinstance(event, Received):
            return []
        react = self.reactions.get(event.message, lambda link: [Send(link, event.message)])
        return react(event.link)

    def wake(self, now):
        if self.due is None or self.due > now:
            return []
        self.due = None
        return self.on_wake(now)

    def deadline(self):
        return self.due

    @property
    def words(self):
        return [event.message for event in self.events if isinstance(event, Received)]

    def kinds(self, link):
        """The names of the events of *link*, in order."""
        return [type(event).__name__ for event in self.events if event.link == LinkId(link)]


class GatedJournal:
    """Commits when it is let, or fails when it is told to; as if a server did it."""

    is_local = False

    def __init__(self):
        self.commits = []
        self.threads = set()
        self.is_closed = False
        self.is_lost = False
        self.error = None
        self.begun = threading.Semaphore(0)
        self._gate = threading.Semaphore(0)

    def let(self, commits=1):
        self._gate.release(commits)

    def commit(self, entries):
        self.begun.release()
        assert self._gate.acquire(timeout=PATIENCE_S)
        if self.error is not None:
            raise self.error
        self.threads.add(threading.current_thread())
        self.commits.append(list(entries))

    def look_up(self, questions):
        if self.error is not None:
            raise self.error
        return [[question, *self.commits] for question in questions]

    def require_held(self):
        if self.is_lost:
            raise Error("the hold of the tables was lost")

    def close(self):
        self.is_closed = True


class Peer:
    """The other end of a connection, in plain streams."""

    def __init__(self, reader, writer):
        self.writer = writer
        self._reader = reader
        self._framer = FRAMING.framer()
        self._frames = []

    def say(self, *words):
        self.writer.write(b"".join(FRAMING.frame(word.encode()) for word in words))

    async def hear(self):
        """The next word, or None at the end of the connection."""
        while not self._frames:
            try:
                data = await self._reader.read(65536)
            except ConnectionError:
                return None
            if not data:
                return None
            self._frames = self._framer.feed(data)
        return self._frames.pop(0).decode()

    async def ask(self, word):
        self.say(word)
        return await self.hear()

    async def leave(self):
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            """It was cut off by the other end: that is what some tests want."""


@asynccontextmanager
async def peer_at(port):
    peer = Peer(*await asyncio.open_connection(HOST, port))
    try:
        yield peer
    finally:
        await peer.leave()


@asynccontextmanager
async def running(machine, **parts):
    """A runtime that is stopped at the end, come what may; a gated journal is let go."""
    runtime = Runtime(machine, **parts)
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield runtime
    finally:
        journal = parts.get("journal")
        if isinstance(journal, GatedJournal):
            journal.let(1000)
        await runtime.stop()


async def until(condition):
    """Return when *condition* holds."""
    while not condition():
        await asyncio.sleep(0.001)
