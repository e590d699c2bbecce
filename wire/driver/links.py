"""One connection: an asyncio protocol that turns bytes into events, and messages into bytes."""

# The life of a connection
#
#     made ──► up ──► ending ──► gone            made ──► refused
#
# made      The object exists and has its name; with TLS the handshake is still going on.
# refused   The program is stopping, the listener is full, or the address is not allowed. The
#           machine never hears of it.
# up        `is_up` is true. It begins with LinkUp. Every whole frame becomes one event, in the
#           order of the bytes: Received, or Garbled if its content cannot be read; then the link
#           goes on.
# ending    `is_up` is false. `end` writes what was put and closes; the peer has CLOSE_S to read it.
#           `abort` throws away what was put. From here on no event but LinkDown comes, and what is
#           sent here is counted as not sent.
# gone      The system says so: LinkDown, one for each LinkUp unless the program ends first. A peer
#           that closes or resets comes here at once.
#
# What ends a link: the machine (Close), the program's end, the peer, bytes that are no frame
# (`frame_error`; after those nobody knows where the next frame begins, so the link cannot go on), a
# deadline, and a peer that does not read. All but the first three are counted under a name.
#
# Deadlines. `first_frame_s` runs from LinkUp to the end of the first frame, `intra_frame_s` from
# the first byte of any frame to its last, `idle_s` since the last whole frame; a keep-alive
# restarts none of them. The time is that of the keeper, which goes in steps (connections.SWEEP_S);
# it has `look` called when a deadline may have passed, and is told by `watch` when one comes
# nearer: nobody looks at a link that only talks. While we do not read no time passes: a peer is not
# blamed for what we left lying. A peer that vanished without a word is found by the system's
# keep-alive.
#
# Back-pressure, inwards. `hold` stops reading, and the peer's bytes stay with the system, which
# makes the peer wait. There are two reasons, so holds are counted: one delivery of more than
# `frames_per_turn` frames, whose rest is handled in the next turn of the loop, so that one peer
# cannot starve the others; and a journal that is behind (see connections.py).
#
# Back-pressure, outwards. Nobody waits for a peer that does not read, since one slow terminal would
# then hold up all others. When `write_buffer_max` bytes lie unread, the link is aborted.
#
# Who may write, and when. Only the thread of the loop touches a link. `put` collects, `flush`
# writes everything in one piece; the runtime flushes at the end of every turn of the loop, and when
# a commit of the journal is done. Whether bytes may be put already is not decided here: the runtime
# asks the journal's writer, and keeps back what comes after an entry that is not durable yet. The
# order in which a machine sent its messages on a link is the order in which they leave.

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol, cast

from msgspec import Struct

from cardswitch.specs.errors import DecodeError, EncodeError, FormatError
from cardswitch.specs.masking import printable

from ..channel import Channel
from ..framing import FramingError
from ..ports import Event, Garbled, LinkDown, LinkId, LinkUp, Received, Seconds
from .tls import Tls, names_of

CLOSE_S: Final = 2.0  # How long a peer may take to read our last bytes before it is cut off.
NEVER: Final = float("inf")


class LinkLimits(Struct, frozen=True):
    """The bounds of every link of a listener, or of a dialled one; times count while we do read.

    Peers that dial and then wait for work, such as clients of an HSM, need the first two at never.
    """

    first_frame_s: float = NEVER  # From the connection to the end of the first frame.
    idle_s: float = NEVER  # Without a whole frame; a keep-alive is none.
    intra_frame_s: float = 2.0  # From the first byte of a frame to its last: nobody is that slow.
    write_buffer_max: int = 1 << 20  # Bytes that a peer leaves unread before it is dropped.
    # Handled in a row before other links have their turn, and before anything is written: more
    # would make all that is in flight travel as one wave, one program working at a time.
    frames_per_turn: int = 64


class Keeper(Protocol):
    """What a link needs of the runtime that keeps it."""

    counts: Counter[str]
    now_s: Seconds  # the time that deadlines are told by

    def opened(self, link: Link) -> bool:
        """*link* stands; tell whether it may be used."""
        ...

    def take(self, event: Event) -> None:
        """Hand *event* to the machine, and do what it wants."""
        ...

    def take_all(self, events: Iterable[Event]) -> None:
        """Hand *events* over, each after what the one before it wanted was done."""
        ...

    def note(self, kind: str, link: LinkId, reason: str) -> None:
        """Have it in the record that *kind* happened on *link*."""
        ...

    def written(self, link: Link) -> None:
        """*link* holds bytes; have it flushed at the end of this turn of the loop."""
        ...

    def watch(self, link: Link) -> None:
        """Have `look` of *link* called once its `deadline`, which has come nearer, is passed."""
        ...

    def lost(self, link: Link) -> None:
        """*link*, which was opened, is gone."""
        ...


class Entrant(Protocol):
    """Whoever takes a place at an entrance: a link, or what will become one."""

    @property
    def address(self) -> str:
        """The peer's IP address."""
        ...


class Entrance(Protocol):
    """What bounds how many links come in."""

    def accept(self) -> Link:
        """A link for one more connection."""
        ...

    def refusal(self, who: Entrant) -> str:
        """Take *who* in, or tell why not."""
        ...

    def left(self, who: Entrant) -> None:
        """*who* is gone."""
        ...


class Link(asyncio.Protocol):
    """One connection, from `LinkUp` to `LinkDown`."""

    def __init__(
        self,
        keeper: Keeper,
        name: LinkId,
        channel: Channel,
        limits: LinkLimits,
        tls: Tls | None = None,
    ) -> None:
        self.name = name
        self.tls = tls
        self.refusal = ""  # why it was not let in, or its peer not trusted
        self.listener: Entrance | None = None  # Where it came in, if it was not dialled.
        self.is_made = False  # There is a connection, or there was one.
        self.is_up = False
        self.closed = asyncio.Event()
        self._keeper = keeper
        self._limits = limits
        self._decode = channel.decode
        self._encode = channel.encode
        self._frame = channel.framing.frame
        self._framer = channel.framing.framer()
        self._out: list[bytes] = []
        self._was_up = False
        self._holds = 0
        self._wants_first = True
        self._has_begun = False  # a frame, whose rest is waited for
        self._up_at = self._begun_at = self._heard_at = self._held_at = keeper.now_s
        self._cut_off: asyncio.TimerHandle | None = None
        self._end_kind = "link_down"  # What the record says of its end, and why it ended.
        self._end_reason = ""

    @property
    def address(self) -> str:
        """The peer's IP address, once there is a connection; empty where the system tells none."""
        peer = self._transport.get_extra_info("peername")
        return str(peer[0]) if peer else ""

    @property
    def names(self) -> tuple[str, ...]:
        """Whom the peer's certificate names, if it showed one: common names first."""
        return names_of(self._transport.get_extra_info("peercert"))

    @property
    def peer(self) -> str:
        """The peer's address, and the name in its certificate if it showed one."""
        subject = (self._transport.get_extra_info("peercert") or {}).get("subject", ())
        names = [text for part in subject for name, text in part if name == "commonName"]
        return " ".join([self.address, *(f"CN={printable(name)}" for name in names)]).strip()

    # From the loop ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless the keeper has enough."""
        self.is_made = True
        self._transport = cast(asyncio.Transport, transport)  # Those of uvloop are not its kind.
        self._up_at = self._heard_at = self._keeper.now_s
        self.is_up = self._was_up = self._keeper.opened(self)
        if not self.is_up:
            self._transport.abort()
            return
        # Small messages leave at once; keep-alive finds peers that are gone without a word.
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._transport.set_write_buffer_limits(high=self._limits.write_buffer_max)
        self._keeper.note("link_up", self.name, f"with {self.address or 'a peer of this machine'}")
        self._keeper.take(LinkUp(self.name, self.peer, self.names))

    def data_received(self, data: bytes) -> None:
        """Cut *data* into frames and hand them over."""
        try:
            frames = self._framer.feed(data)
        except FramingError as error:
            self._take(error.frames)
            self.abort("frame_error", error)
            return
        had_begun, self._has_begun = self._has_begun, self._framer.is_partial
        if frames:
            self._heard_at = self._keeper.now_s
            self._wants_first = False
        if self._has_begun and (frames or not had_begun):
            self._begun_at = self._keeper.now_s
            self._keeper.watch(self)
        if frames:
            self._take(frames)

    def pause_writing(self) -> None:
        """The peer does not read: others must not wait for it."""
        self.abort("slow_peer", "the peer does not read what it is sent")

    def connection_lost(self, exc: Exception | None) -> None:
        """End; nothing more comes from here."""
        if self._cut_off is not None:
            self._cut_off.cancel()
        if self.listener is not None:
            self.listener.left(self)
        if self.is_up and self._framer.is_partial:
            self._keeper.counts["frame_error"] += 1
            self._end_kind, self._end_reason = "frame_error", "the peer ended it within a frame"
        self.is_up = False
        self.closed.set()
        if self._was_up:
            lost = f"it was lost: {type(exc).__name__}" if exc else "the peer closed it"
            self._keeper.note(self._end_kind, self.name, self._end_reason or lost)
            self._keeper.lost(self)
            self._keeper.take(LinkDown(self.name))

    # Frames in ----------------------------------------------------------------------------------

    def _take(self, frames: list[bytes]) -> None:
        most = self._limits.frames_per_turn
        self._keeper.take_all(self._events(frames if len(frames) <= most else frames[:most]))
        if len(frames) > most and self.is_up:
            self.hold()
            asyncio.get_running_loop().call_soon(self._take_rest, frames[most:])

    def _take_rest(self, frames: list[bytes]) -> None:
        self._take(frames)
        self.resume()

    def _events(self, frames: list[bytes]) -> Iterator[Event]:
        """One for each frame, decoded when it is its turn: the one before may end the link."""
        name, decode = self.name, self._decode
        for frame in frames:
            if not self.is_up:
                return
            event: Event
            try:
                event = Received(name, decode(frame))
            except FormatError as error:
                event = Garbled(name, error)
            except FramingError as error:
                self.abort("frame_error", error)
                return
            except Exception as error:  # A defect of the codec: one frame must not stop a program.
                self._defect("decode", error)
                event = Garbled(name, DecodeError("a frame that its codec can read"))
            yield event

    def hold(self) -> None:
        """Read no more until :meth:`resume` was called as often as this."""
        self._holds += 1
        if self._holds == 1:
            self._held_at = self._keeper.now_s
        if self._holds == 1 and self.is_up and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Undo one :meth:`hold`."""
        self._holds -= 1
        if self._holds == 0:
            self._skip_time(self._keeper.now_s - self._held_at)
        if self._holds == 0 and self.is_up and not self._transport.is_closing():
            self._transport.resume_reading()

    # Bytes out ----------------------------------------------------------------------------------

    def pack(self, message: Any, size: int | None = None) -> bytes:
        """The frame of *message*, or of its first *size* bytes; empty if it cannot be said here."""
        try:
            return self._frame(self._encode(message)[:size])
        except EncodeError as error:
            self._keeper.note("not_sent", self.name, f"a message cannot be said there: {error}")
        except Exception as error:
            self._defect("encode", error)
        return b""

    def put(self, data: bytes) -> None:
        """Send *data* at the end of this turn of the loop, with all else that goes there."""
        if not self._out:
            self._keeper.written(self)
        self._out.append(data)

    def flush(self) -> None:
        """Write what was put, in one piece."""
        if self.is_up and self._out:
            # One buffer: writelines() forgets flow control in some versions (CVE-2024-12254).
            self._transport.write(b"".join(self._out))
        self._out.clear()

    # The end ------------------------------------------------------------------------------------

    def end(self, reason: str) -> None:
        """Send what was put, then close; a peer that does not read is cut off after CLOSE_S."""
        if self.is_up:
            self.flush()
            self._end_reason = f"closed: {reason}"
            self.is_up = False
            self._transport.close()
            self._cut_off = asyncio.get_running_loop().call_later(CLOSE_S, self._transport.abort)

    def abort(self, count: str, reason: object) -> None:
        """Close at once, whatever was put; *count* it."""
        if self.is_up:
            self._keeper.counts[count] += 1
            self._end_kind, self._end_reason = count, f"aborted: {reason}"
            self.is_up = False
            self._transport.abort()

    def deadline(self) -> Seconds:
        """When the peer must have done something, if it does nothing before."""
        limits = self._limits
        return min(
            self._heard_at + limits.idle_s,
            self._up_at + limits.first_frame_s if self._wants_first else NEVER,
            self._begun_at + limits.intra_frame_s if self._has_begun else NEVER,
        )

    def look(self) -> None:
        """End the link if the peer has let a deadline pass."""
        if self._holds or not self.is_up:
            return
        limits, now = self._limits, self._keeper.now_s
        if self._has_begun and now - self._begun_at > limits.intra_frame_s:
            self.abort("frame_late", "the rest of a frame did not come in time")
        elif self._wants_first and now - self._up_at > limits.first_frame_s:
            self.abort("frame_late", "the first frame did not come in time")
        elif now - self._heard_at > limits.idle_s:
            self._keeper.counts["link_idle"] += 1
            self._end_kind = "link_idle"
            self.end("nothing was received for too long")

    def _skip_time(self, seconds: Seconds) -> None:
        """*seconds* have passed that are not the peer's."""
        self._up_at += seconds
        self._begun_at += seconds
        self._heard_at += seconds

    def _defect(self, what: str, error: Exception) -> None:
        """Tell of *error* by its kind alone: it is not one of ours, and may quote anything."""
        self._keeper.counts["codec_failed"] += 1
        reason = f"the codec failed to {what}: {type(error).__name__}"
        self._keeper.note("codec_failed", self.name, reason)
