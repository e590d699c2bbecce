"""Time and memory that a reader may take, and how one that hangs is broken off."""

from __future__ import annotations

import signal
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

TIME_MAX_S: Final = 1.0  # a message takes some 50 microseconds: this is no slow machine
HANG_S: Final = 10.0  # then the reader is broken off
MEMORY_BASE: Final = 64 * 1024  # bytes that any input may take
MEMORY_PER_BYTE: Final = 200  # a character of Python, its copies, and the fields it is put in
_TRIES: Final = 3  # of what seemed slow or large: generating a reader is done once


class HangError(BaseException):
    """Raised from the alarm: no reader catches it by accident."""


def is_slow(read: Callable[[], object]) -> bool:
    """Whether *read* takes more than :data:`TIME_MAX_S` each time."""

    def took() -> float:
        started = time.perf_counter()
        _attempt(read)
        return time.perf_counter() - started

    return all(took() > TIME_MAX_S for _ in range(_TRIES))


def is_large(read: Callable[[], object], size: int) -> bool:
    """Whether *read* takes too much memory for an input of *size* bytes each time."""
    limit = MEMORY_BASE + MEMORY_PER_BYTE * size
    return all(_peak(read) > limit for _ in range(_TRIES))


def _peak(read: Callable[[], object]) -> int:
    if tracemalloc.is_tracing():  # by another tool, which must not be disturbed
        return 0
    tracemalloc.start()
    try:
        _attempt(read)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _attempt(read: Callable[[], object]) -> None:
    try:
        with ALARM:
            read()
    except (Exception, SystemExit, HangError):
        return


class Alarm:
    """Inside, what takes longer than :data:`HANG_S` is broken off, where the system can do so."""

    def __enter__(self) -> None:
        if _watching[0]:
            signal.setitimer(signal.ITIMER_REAL, HANG_S)

    def __exit__(self, *_: object) -> None:
        if _watching[0]:
            signal.setitimer(signal.ITIMER_REAL, 0)


ALARM: Final = Alarm()


_watching: list[bool] = [False]


@contextmanager
def watched() -> Iterator[None]:
    """Inside, :data:`ALARM` breaks off what hangs: on a main thread, and not on Windows."""
    before: Callable[[int, FrameType | None], object] | int | None
    try:
        before = signal.signal(signal.SIGALRM, _ring)
    except (AttributeError, ValueError):
        yield
        return
    _watching[0] = True
    try:
        yield
    finally:
        _watching[0] = False
        signal.signal(signal.SIGALRM, before)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise HangError
