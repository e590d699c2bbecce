"""Where the lines of the record go: standard error, and a file if there is one.

Neither a full disk nor a reader who left stops the traffic: what could not be told is counted.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Final

import msgspec

from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import Error

from ..operator.options import LogOptions
from ..record import Noted, Record, Sink
from ..store.disk import narrow_file, open_append
from .runtime import Clock, to_log
from .tap import FILE_SIZE_MAX, Seen, Tap

# What the trace shows of a message, and how people see which way it went.
ARROWS: Final = {"in": "<-", "out": "->"}


class EventLog:
    """What *options* want, for one program or several of one process."""

    def __init__(self, options: LogOptions) -> None:
        """Raises Error if the file cannot be opened."""
        self.lost = 0
        self._options = options
        self._left = FILE_SIZE_MAX
        self._file: int | None = None
        self._sinks: list[Sink] = [] if options.is_quiet else [self._show]
        if options.path is not None:
            try:
                self._file = open_append(options.path)
                narrow_file(options.path)  # It may have been there, open to others.
            except OSError as error:
                raise Error(f"{options.path}: cannot be written: {error.strerror}") from error
            self._sinks.append(self._write)

    def record(self, program: str, clock: Clock) -> Record:
        """The record of *program*."""
        return Record(program, self._sinks, clock.now)

    def tap(self, program: str) -> Tap | None:
        """A tap for *program*, if every message is to be shown."""
        if not self._options.has_trace:
            return None
        return Tap(seen_max=0, show=lambda seen: self._trace(program, seen))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _trace(self, program: str, seen: Seen) -> None:
        noted = _noted(program, seen)
        for sink in self._sinks:
            sink(noted)

    def _show(self, noted: Noted) -> None:
        line = to_json(noted) if self._options.is_json else to_text(noted)
        try:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
        except (OSError, ValueError):  # Nobody reads it any more.
            self.lost += 1

    def _write(self, noted: Noted) -> None:
        line = f"{to_json(noted)}\n".encode()
        self._left -= len(line)
        written = 0
        if self._file is not None and self._left >= 0:
            with suppress(OSError):
                written = os.write(self._file, line)
        self.lost += written < len(line)


def _noted(program: str, seen: Seen) -> Noted:
    return Noted(
        at=seen.at, program=program, kind=seen.direction, link=seen.link, reason=seen.summary
    )


def to_text(noted: Noted) -> str:
    """*noted* for people.

    >>> to_text(Noted(at=1.5, program="hsm", kind="link_up", link="host/1", reason="with ::1"))
    '1970-01-01T00:00:01.500Z hsm host/1 link_up: with ::1'
    """
    at = utc_text(noted.at)
    if noted.kind in ARROWS:
        return f"{at} {noted.program} {ARROWS[noted.kind]} {noted.link} {noted.reason}"
    return f"{at} {noted.program} {noted.link} {noted.kind}: {noted.reason}"


def to_json(noted: Noted) -> str:
    """*noted* for programs: one object, its time in UTC."""
    return msgspec.json.encode({**msgspec.structs.asdict(noted), "at": utc_text(noted.at)}).decode()


def record_and_tap(
    log: EventLog | None, program: str, clock: Clock
) -> tuple[Record | None, Tap | None]:
    """The record and the tap of *program*, as far as there is a *log*."""
    return (log.record(program, clock), log.tap(program)) if log else (None, None)


def record_of(log: EventLog | None, program: str, clock: Clock) -> Record:
    """The record of *program*, who always keeps one: without a *log*, Python's shows it."""
    return log.record(program, clock) if log else Record(program, [to_log], clock.now)
