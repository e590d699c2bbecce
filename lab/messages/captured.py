"""The messages of a capture: its streams, cut into frames by the framing that finds most. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.wire.capture.cutting import (
    FRAME_SIZE_MAX,
    LONG_SIZE_MAX,
    Cut,
    by_length,
    by_marks,
    by_segment,
)
from cardswitch.wire.capture.pcap import MAGICS, read_capture
from cardswitch.wire.capture.reassembly import Frame, Frames, Stream, streams_of

_LENGTHS: Final = (
    *("binary2", "binary2-inclusive", "binary2-little", "ascii4", "ascii4-inclusive", "ascii5"),
    *("hex4", "bcd2", "vap"),
)


def _by_lengths(size_max: int) -> Mapping[str, Cut]:
    own = "-inclusive"
    return {
        name: by_length(name.removesuffix(own), name.endswith(own), size_max) for name in _LENGTHS
    }


# How a stream is cut into messages; the one that finds most of them is taken.
FRAMINGS: Final[Mapping[str, Cut]] = {
    **_by_lengths(FRAME_SIZE_MAX),
    "stx-etx": by_marks,
    "none": by_segment,
}
_LONG: Final = _by_lengths(LONG_SIZE_MAX)


_Spoken = tuple[Stream, Frames, int]


class Seen(Struct, frozen=True, kw_only=True):
    """A message of a capture, or the *fault* that kept a frame from being one.

    The first has *notes*: what of the capture was passed over, and why.
    """

    origin: str
    time: float
    data: bytes = b""
    fault: FormatError | None = None
    notes: tuple[str, ...] = ()


def is_capture(given: bytes) -> bool:
    """Whether *given* begins like a capture file."""
    return given.startswith(MAGICS)


def read_captured(
    given: bytes, is_right: Callable[[bytes], bool], skip: int = 0, framing: str = "auto"
) -> list[Seen]:
    """The messages in the capture *given*, in the order of their time; FormatError if none is.

    *is_right* tells which frames begin with an MTI, behind *skip* bytes. Streams that have none,
    where others do, are passed over with a note; frames that are not whole, or have nothing behind
    *skip* bytes, are faults.
    """
    capture = read_capture(given)
    streams = streams_of(capture.packets)
    names = [framing] if framing != "auto" else list(FRAMINGS)
    cuts = [_cut(streams.streams, FRAMINGS[name], is_right, skip) for name in names]
    best = _best(cuts)
    right, wrong = _score(best)
    if not right or wrong:
        longer = [_LONG[name] for name in names if name in _LONG]
        best = _best([best, *(_cut(streams.streams, cut, is_right, skip) for cut in longer)])
    if not best:
        raise FormatError(
            f"TCP streams with messages of at most {LONG_SIZE_MAX} bytes, a length before each",
            code="input-form",
            seen=_told([*capture.notes, *streams.notes]) or "no frame at all",
            hint=f"--framing says which length: {', '.join(FRAMINGS)}",
        )
    spoken = [each for each in best if each[2]] or best
    notes = [*capture.notes, *streams.notes]
    if len(spoken) < len(best):
        notes.append(f"streams without a message of this dialect: {len(best) - len(spoken)}")
    seen = sorted(
        (one for stream, frames, _ in spoken for one in _of_stream(stream, frames, skip)),
        key=lambda one: one.time,
    )
    return [replace(seen[0], notes=tuple(notes)), *seen[1:]] if seen else []


def _cut(
    streams: Sequence[Stream], cut: Cut, is_right: Callable[[bytes], bool], skip: int
) -> list[_Spoken]:
    """Each of *streams*, its frames, and how many of them are right."""

    def spoken(stream: Stream, start: int) -> _Spoken:
        frames = cut(stream.pieces[start:])
        return stream, frames, sum(is_right(frame.data[skip:]) for frame in frames.frames)

    return [
        max((spoken(stream, at) for at in _starts(stream)), key=_score_of) for stream in streams
    ]


def _starts(stream: Stream) -> tuple[int, ...]:
    """Where to begin: a single byte in front of all else may be a probe whether the link lives,
    which repeats the byte before it."""
    is_probe = not stream.has_start and len(stream.pieces[0].data) == 1 < len(stream.pieces)
    return (0, 1) if is_probe else (0,)


def _best(cuts: Iterable[Sequence[_Spoken]]) -> Sequence[_Spoken]:
    """The one that finds most, the first of those that find as much; nothing if none finds any."""
    return max((cut for cut in cuts if any(_frames(cut))), key=_score, default=())


def _frames(cut: Sequence[_Spoken]) -> Iterator[Frame]:
    return (frame for _, frames, _ in cut for frame in frames.frames)


def _score(cut: Sequence[_Spoken]) -> tuple[int, int]:
    """How many frames are right; of as many, how little is wrong beside them."""
    scores = [_score_of(each) for each in cut if each[2]]
    return sum(right for right, _ in scores), sum(wrong for _, wrong in scores)


def _score_of(spoken: _Spoken) -> tuple[int, int]:
    _, frames, right = spoken
    return right, right - len(frames.frames) - len(frames.unframed)


def _of_stream(stream: Stream, frames: Frames, skip: int) -> Iterator[Seen]:
    ends = f"{stream.source} to {stream.destination}"
    for frame in frames.frames:
        if frame.data:  # One without a byte keeps the link alive.
            yield _of_frame(frame, f"{ends} at {frame.time:.6f}", skip)
    for part in frames.unframed:
        time = max((p.time for p in stream.pieces if p.offset <= part.offset), default=0.0)
        fault = DecodeError(
            "a whole frame",
            code="input-form",
            seen=f"{part.size} bytes that are none: {part.reason}",
        )
        yield Seen(origin=f"{ends} at {time:.6f}", time=time, fault=fault)


def _of_frame(frame: Frame, origin: str, skip: int) -> Seen:
    """The message in *frame* behind *skip* bytes; a fault where nothing is left of it."""
    if len(frame.data) > skip:
        return Seen(origin=origin, time=frame.time, data=frame.data[skip:])
    fault = FormatError(
        f"a message of more than {skip} bytes",
        code="input-size",
        seen=f"{len(frame.data)} bytes",
    )
    return Seen(origin=origin, time=frame.time, fault=fault)


def _told(notes: list[str]) -> str:
    return "; ".join(notes)
