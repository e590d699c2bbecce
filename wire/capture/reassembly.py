"""From captured packets to what was said: TCP streams put together again, and cut into frames.

A capture is whole when it is read, so nothing waits for a missing byte: every segment is placed by
its sequence number, all are sorted, and what is there twice is dropped.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, Protocol

from msgspec import Struct

from cardswitch.specs.errors import DecodeError

from ..ports import Seconds
from .packets import FIN, RST, SYN, Endpoint, Packet, Segment, Timed, segment_of

STREAMS_MAX: Final = 65_536  # A scan of all ports of a host; more is no talk between programs.
# How far, in bytes, a segment may be from where its stream stands, out of order or after a loss.
# Further away it is of another connection on the same ports: 16 MiB of a link are days of cards.
REACH_MAX: Final = 1 << 24


class Piece(Timed, frozen=True, gc=False):
    """Bytes of a stream that became readable at *time*, *offset* bytes from the stream's first.

    Where *offset* is not the end of the piece before, bytes are missing in between.
    """

    offset: int


class Stream(Struct, frozen=True, kw_only=True):
    """What one end of a connection said. *gaps* counts the places where bytes are missing.

    *has_start* and *has_end* say whether its first and last byte are known: a SYN, a FIN or reset
    was captured. Without a SYN the stream's first byte is the first one in the capture.
    """

    source: Endpoint
    destination: Endpoint
    pieces: tuple[Piece, ...]
    gaps: int = 0
    has_start: bool = False
    has_end: bool = False


class Streams(Struct, frozen=True):
    """The streams of a capture, by their first packet; *notes* say what was passed over, and why.

    One connection is two streams. A port that was used again makes new ones.
    """

    streams: tuple[Stream, ...]
    notes: tuple[str, ...] = ()


class Frame(Timed, frozen=True, gc=False):
    """A frame without its length, whole at *time*; *offset* is that of its length in the stream."""

    offset: int


class Lengths(Protocol):
    """Lengths in front of frames, such as those of :class:`cardswitch.wire.framing.Framing`."""

    @property
    def length_encoding(self) -> str:
        """How they are written, in a word."""
        ...

    @property
    def length_size(self) -> int:
        """How many bytes one takes."""
        ...

    @property
    def sizes(self) -> Mapping[bytes, int]:
        """What each legal one says; that of a keep-alive says 0."""
        ...

    @property
    def frame_size_min(self) -> int:
        """The least that one may say."""
        ...

    @property
    def frame_size_max(self) -> int:
        """The most that one may say."""
        ...


class Unframed(Struct, frozen=True, gc=False):
    """*size* bytes from *offset* of a stream on that are no frame, and why."""

    offset: int
    size: int
    reason: str


class Frames(Struct, frozen=True):
    """The frames of a stream in order, and what of it could not be cut into frames."""

    frames: tuple[Frame, ...]
    unframed: tuple[Unframed, ...] = ()


# From packets to streams --------------------------------------------------------------------------


def streams_of(packets: Iterable[Packet]) -> Streams:
    """The TCP streams in *packets*; those without a byte of data are left out.

    Where two segments disagree about a byte, the one that begins first is right. Raises DecodeError
    if there are more than :data:`STREAMS_MAX`; what is no TCP, or a fragment, is counted in notes.

    >>> from .pcap import read_capture, write_pcap
    >>> here, there = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 8583)
    >>> capture = read_capture(write_pcap([(1.0, here, there, b"08"), (2.0, here, there, b"00")]))
    >>> [stream] = streams_of(capture.packets).streams
    >>> [(piece.time, piece.data, piece.offset) for piece in stream.pieces]
    [(1.0, b'08', 0), (2.0, b'00', 2)]
    """
    latest: dict[bytes, _Flow] = {}
    flows: list[_Flow] = []
    passed_over = _PassedOver()
    cut: list[str] = []
    for number, packet in enumerate(packets, 1):
        try:
            segment = segment_of(packet)
        except DecodeError as error:
            passed_over.add(number, error)
            continue
        if len(segment.data) < segment.size:
            cut.append(f"packet {number}: {len(segment.data)} of {segment.size} bytes")
        flow = latest.get(segment.ends)
        if flow is None or not flow.owns(segment):
            if not segment.flags & SYN and not segment.size:
                continue  # It tells nothing of a stream that is not known.
            if len(flows) == STREAMS_MAX:
                raise DecodeError(f"at most {STREAMS_MAX} TCP streams", seen=f"packet {number}")
            flow = latest[segment.ends] = _Flow(segment)
            flows.append(flow)
        flow.add(segment)
    streams = tuple(stream for flow in flows if (stream := flow.stream()).pieces)
    notes = [f"packets cut by the capture: {len(cut)}, the first is {cut[0]}"] if cut else []
    return Streams(streams, (*passed_over.notes(), *notes, *_notes_of_gaps(streams)))


class _Flow:
    """One direction of one connection. A position is a sequence number that does not wrap."""

    __slots__ = ("_first", "_has_end", "_high", "_low", "_parts", "_start")

    def __init__(self, first: Segment) -> None:
        self._first = first
        self._start: int | None = None  # Of data; known when the SYN was seen.
        self._low = self._high = _first_byte(first)
        self._has_end = False
        # Position, order of arrival, and time and data: so sorting never looks at data.
        self._parts: list[tuple[int, int, Seconds, bytes]] = []

    def owns(self, segment: Segment) -> bool:
        """Whether *segment* belongs here, and not to another connection on the same ports."""
        position = self._position(segment)
        if not segment.flags & SYN:
            return abs(position - self._high) <= REACH_MAX
        if self._start is not None:
            return position == self._start
        return 0 <= self._low - position <= REACH_MAX

    def add(self, segment: Segment) -> None:
        """Take a segment that belongs here."""
        position = self._position(segment)
        if segment.flags & RST:
            self._has_end = True
            return  # What a reset carries is a remark of the system, not of the program.
        if segment.flags & SYN:
            self._start = position
        if segment.flags & FIN:
            self._has_end = True
        if segment.size:
            self._parts.append((position, len(self._parts), segment.time, segment.data))
            self._low = min(self._low, position)
        if segment.size or segment.flags & FIN:
            self._high = max(self._high, position + segment.size)

    def stream(self) -> Stream:
        """All that was taken, in order."""
        source, destination = self._first.endpoints()
        start = self._low if self._start is None else self._start
        pieces = tuple(self._pieces(start))
        ends = [0, *(piece.offset + len(piece.data) for piece in pieces)]
        starts = [*(piece.offset for piece in pieces), self._high - start]
        gaps = sum(begin > end for end, begin in zip(ends, starts, strict=True))
        return Stream(
            source=source,
            destination=destination,
            pieces=pieces,
            gaps=gaps,
            has_start=self._start is not None,
            has_end=self._has_end,
        )

    def _position(self, segment: Segment) -> int:
        """The position nearest to where the stream stands."""
        distance = (_first_byte(segment) - self._high) & 0xFFFFFFFF
        return self._high + (distance ^ 0x80000000) - 0x80000000

    def _pieces(self, start: int) -> Iterator[Piece]:
        readable = float("-inf")  # Nothing is readable before all that stands in front of it.
        at = start
        for position, _, time, data in sorted(self._parts):
            end = position + len(data)
            if end > at:
                begin = max(position, at)
                readable = max(readable, time)
                yield Piece(readable, data[begin - position :], begin - start)
                at = end


def _first_byte(segment: Segment) -> int:
    """The sequence number of the first byte of data: a SYN takes one of its own."""
    return segment.sequence + bool(segment.flags & SYN)


class _PassedOver:
    """Counts the packets without a segment, by what was expected of them."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._firsts: dict[str, str] = {}

    def add(self, number: int, error: DecodeError) -> None:
        """Take note of packet *number*."""
        kind = f"{error.expected}, {error.seen}"
        self._counts[kind] = self._counts.get(kind, 0) + 1
        self._firsts.setdefault(kind, f"packet {number}: {error}")

    def notes(self) -> Iterator[str]:
        """A line for every kind."""
        for kind, count in self._counts.items():
            yield f"packets passed over: {count}, the first is {self._firsts[kind]}"


def _notes_of_gaps(streams: Sequence[Stream]) -> Iterator[str]:
    broken = [stream for stream in streams if stream.gaps]
    if broken:
        first = broken[0]
        gaps = sum(stream.gaps for stream in broken)
        yield f"gaps: {gaps}, the first is in what {first.source} said to {first.destination}"


# From streams to frames ---------------------------------------------------------------------------


def frames_of(pieces: Iterable[Piece], framing: Lengths) -> Frames:
    """The frames in the *pieces* of a stream, cut as *framing* says; keep-alives are skipped.

    A length that is not legal is reported, and cutting goes on with the next piece, for senders
    begin a frame with a segment; so it does behind missing bytes. Never raises. A capture that
    begins amid a frame can so bring up a frame that is none: only its content tells.

    >>> from ..framing import Framing
    >>> pieces = [Piece(1.0, b"\\0\\x04080", 0), Piece(2.0, b"0\\xff\\xff", 5)]
    >>> found = frames_of(pieces, Framing("binary2"))
    >>> [(frame.time, frame.data) for frame in found.frames], found.unframed[0].offset
    ([(2.0, b'0800')], 6)
    """
    frames: list[Frame] = []
    unframed: list[Unframed] = []
    for run in _runs(pieces):
        _cut(run, framing, frames, unframed)
    return Frames(tuple(frames), tuple(unframed))


def _runs(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """*pieces* in lists without a gap."""
    run: list[Piece] = []
    end = 0
    for piece in pieces:
        if run and piece.offset != end:
            yield run
            run = []
        run.append(piece)
        end = piece.offset + len(piece.data)
    if run:
        yield run


def _cut(
    run: Sequence[Piece], framing: Lengths, frames: list[Frame], unframed: list[Unframed]
) -> None:
    """Add what *run*, pieces without a gap, holds to *frames* and *unframed*."""
    data = b"".join(piece.data for piece in run)
    ends = [*accumulate(len(piece.data) for piece in run)]
    base, start, not_legal = run[0].offset, 0, _not_legal(framing)
    while start < len(data):
        begin = start + framing.length_size
        size = framing.sizes.get(data[start:begin], 0 if begin > len(data) else None)
        if size is None:
            end = ends[bisect_right(ends, start)]
            unframed.append(Unframed(base + start, end - start, not_legal))
        elif (end := begin + size) > len(data):
            end = len(data)
            unframed.append(Unframed(base + start, end - start, "the frame is not whole"))
        elif size:
            time = run[bisect_left(ends, end)].time
            frames.append(Frame(time, data[begin:end], base + start))
        start = end


def _not_legal(framing: Lengths) -> str:
    return (
        f"expected a length in {framing.length_encoding} that says "
        f"{framing.frame_size_min} to {framing.frame_size_max} bytes"
    )
