"""The tap: every frame that was understood or refused, masked, with time, link and direction."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error

from ..channel import Channel
from ..framings import AnyFraming
from ..ports import LinkId, Seconds
from ..store.disk import open_append

SEEN_MAX: Final = 10_000  # What is kept in memory: some megabytes.
FILE_SIZE_MAX: Final = 1 << 30  # What a trace that somebody forgot may take of the disk.


class Seen(Struct, frozen=True, gc=False):
    """One frame: *size* bytes without length, and a masked *summary* of one line."""

    at: Seconds
    link: LinkId
    direction: Literal["in", "out"]
    size: int
    summary: str


class Tap:
    """Keeps the last frames in memory, and writes all of them to a file of JSON lines if asked to.

    A full disk must not stop the traffic: what could not be written is counted in `lost`.
    """

    def __init__(
        self,
        path: Path | str | None = None,
        seen_max: int = SEEN_MAX,
        show: Callable[[Seen], None] | None = None,
    ) -> None:
        """Lines are added to *path*, readable by its owner alone; raises OSError.

        *show* is told of every frame at once.
        """
        self._show = show
        self.seen: deque[Seen] = deque(maxlen=seen_max)
        self.lost = 0
        self._file = None if path is None else open_append(Path(path))
        self._left = FILE_SIZE_MAX

    def watch(self, channel: Channel, link: LinkId, now: Callable[[], Seconds]) -> Channel:
        """A channel like *channel* that this tap sees. Links without a tap pay nothing for it."""
        return _WatchedChannel(self, channel, link, now)

    def see(self, seen: Seen) -> None:
        """Take note of one frame."""
        self.seen.append(seen)
        if self._show is not None:
            self._show(seen)
        if self._file is not None:
            line = msgspec.json.encode(seen) + b"\n"
            self._left -= len(line)
            try:
                written = os.write(self._file, line) if self._left >= 0 else 0
            except OSError:
                written = 0
            self.lost += written < len(line)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _WatchedChannel:
    """A channel that a tap sees: what comes in when it is read, what goes out when it is packed."""

    def __init__(
        self, tap: Tap, channel: Channel, link: LinkId, now: Callable[[], Seconds]
    ) -> None:
        self._tap = tap
        self._channel = channel
        self._link = link
        self._now = now

    @property
    def framing(self) -> AnyFraming:
        return self._channel.framing

    def decode(self, frame: bytes) -> Any:
        try:
            message = self._channel.decode(frame)
        except Error as error:
            self._tap.see(Seen(self._now(), self._link, "in", len(frame), f"refused: {error}"))
            raise
        self._tap.see(Seen(self._now(), self._link, "in", len(frame), repr(message)))
        return message

    def encode(self, message: Any) -> bytes:
        frame = self._channel.encode(message)
        self._tap.see(Seen(self._now(), self._link, "out", len(frame), repr(message)))
        return frame
