"""What must hold of every input; :data:`lab.fuzz.ORACLES` by name, each said when it does not.

error       nothing but a documented error is raised
roundtrip   what is read is written again as it came
walk        the generated reader and the table-driven one read the same
lazy        the lazy reader takes what the strict one takes, and reads and writes the same
reference   pyiso8583, where it reads too, reads the same
parts       fields that have parts are taken apart and joined as they came
chip        what is taken for BER-TLV in field 55 is written again, and read alike by construct
secret      no error carries card data of its message
time        no input takes more than a second
memory      no input takes memory out of proportion

Only error, secret, time and memory are asked of a function of yours.
"""

from __future__ import annotations

import signal
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from types import FrameType, TracebackType
from typing import Final

from msgspec import Struct

from cardswitch.specs.codec import walk
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.parts.layout import octets_of
from cardswitch.specs.tlv import pack_tlv, unpack_tlv

from .chip_grammar import read_chip
from .leaks import leaked
from .subjects import Subject, reference_of

TIME_MAX_S: Final = 1.0  # a message takes some 50 microseconds: this is no slow machine
HANG_S: Final = 10.0  # then nobody waits any longer
MEMORY_BASE: Final = 64 * 1024  # bytes that any input may take
MEMORY_PER_BYTE: Final = 200  # a character of Python, its copies, and the fields it is put in
_TRIES: Final = 3  # of what seemed slow or large: generating a reader is done once
_CHIP: Final = 55


class Fault(Struct, frozen=True):
    """The *oracle* that was not satisfied, and in what way: never with a byte of the input."""

    oracle: str
    what: str


class Outcome(Struct, frozen=True):
    """How one input ended: a *fault*, or else what tells this end from others."""

    fault: Fault | None
    ending: tuple[str, ...] = ()


class _HangError(BaseException):
    """Raised from the alarm: no reader catches it by accident."""


def examine(
    subject: Subject, data: bytes, secrets: tuple[str, ...] = (), measured: bool = False
) -> Outcome:
    """Read *data* and ask every oracle; memory is looked at where *measured*, which is slow."""
    started = time.perf_counter()
    try:
        with _alarm():
            message = subject.read(data)
    except _HangError:
        return Outcome(Fault("time", f"more than {HANG_S:g} s"))
    except (Exception, SystemExit) as error:
        outcome = _refused(subject, data, error, secrets)
    else:
        outcome = _read(subject, data, message, secrets)
    if outcome.fault is None and time.perf_counter() - started > TIME_MAX_S:
        outcome = _slow(subject, data) or outcome
    if outcome.fault is None and measured:
        outcome = _large(subject, data) or outcome
    return outcome


# Documented errors --------------------------------------------------------------------------------


def _refused(
    subject: Subject, data: bytes, error: Exception | SystemExit, secrets: tuple[str, ...]
) -> Outcome:
    kind = type(error).__name__
    if not subject.allows(error):
        return Outcome(Fault("error", f"{kind} in {place_of(error.__traceback__)}"))
    if where := leaked(error, secrets):
        return Outcome(Fault("secret", f"{kind}: its {where}"))
    if not isinstance(error, FormatError):
        return Outcome(None, (kind, place_of(error.__traceback__)))
    if not subject.target and (fault := _lazily_refused(subject, data)):
        return Outcome(fault)
    return Outcome(None, (kind, error.field, error.expected))


def _lazily_refused(subject: Subject, data: bytes) -> Fault | None:
    try:
        subject.dialect.unpack_lazy(data)
    except FormatError:
        return None
    except Exception as error:
        return Fault("lazy", f"{type(error).__name__} in {place_of(error.__traceback__)}")
    return Fault("lazy", "reads what the strict reader refuses")


def place_of(traceback: TracebackType | None) -> str:
    """The innermost function that *traceback* leads to: file and name, no line, which moves."""
    place = "nowhere"
    for frame, _ in walk_tb(traceback):
        code = frame.f_code
        place = f"{Path(code.co_filename).name}, {code.co_name}"
    return place


# What was read ------------------------------------------------------------------------------------


def _read(subject: Subject, data: bytes, message: object, secrets: tuple[str, ...]) -> Outcome:
    if subject.target or not isinstance(message, Message):
        return Outcome(None, ("read", type(message).__name__))
    for check in (_roundtrip, _walk, _lazy, _reference, _parts, _chip):
        try:
            what = check(subject, data, message)
        except Exception as error:
            name = type(error).__name__
            what = f"{name} in {place_of(error.__traceback__)}"
            if leaked(error, secrets):
                return Outcome(Fault("secret", what))
        if what:
            return Outcome(Fault(check.__name__.strip("_"), what))
    numbers = " ".join(map(str, sorted(message.fields)))
    return Outcome(None, ("read", message.mti, numbers))


def _roundtrip(subject: Subject, data: bytes, message: Message) -> str:
    return "" if subject.dialect.pack(message) == data else "other bytes are written"


def _walk(subject: Subject, data: bytes, message: Message) -> str:
    size = subject.dialect.header_size
    slowly = walk.unpack(subject.dialect.form, data[size:])
    return "" if slowly == Message(message.mti, message.fields) else "other values are read"


def _lazy(subject: Subject, data: bytes, message: Message) -> str:
    lazily = subject.dialect.unpack_lazy(data)
    if subject.dialect.pack(lazily) != data:
        return "other bytes are written"
    read = Message(lazily.mti, dict(lazily.fields), lazily.header)
    return "" if read == message else "other values are read"


def _reference(subject: Subject, data: bytes, message: Message) -> str:
    theirs = reference_of(subject.dialect).read(data[subject.dialect.header_size :])
    if theirs is None or theirs.fields == message.fields:
        return ""
    numbers = sorted(theirs.fields.keys() | message.fields.keys())
    differ = [n for n in numbers if theirs.get(n) != message.get(n)]
    return f"another value of field {differ[0]}"


def _parts(subject: Subject, data: bytes, message: Message) -> str:
    layouts = subject.dialect.form.parts
    whole = [(str(n), v) for n, v in message.fields.items()]
    waiting = [(path, value, layouts[path]) for path, value in whole if path in layouts]
    while waiting:
        path, value, layout = waiting.pop()
        octets = octets_of(value, layout.binary)
        try:
            parts = layout.split(octets)
        except FormatError:
            continue
        if layout.join(parts) != octets:
            return f"other octets are written to {path}"
        inner = ((part, layout.inner(part.key)) for part in parts)
        waiting += [(f"{path}.{part.key}", part.value, one) for part, one in inner if one]
    return ""


def _chip(subject: Subject, data: bytes, message: Message) -> str:
    value, field = message.get(_CHIP), subject.dialect.fields.get(_CHIP)
    if not value or field is None or field.notation.kind != "b":
        return ""
    try:
        objects = unpack_tlv(value)
    except FormatError:
        return ""
    if unpack_tlv(pack_tlv(objects)) != objects:
        return "other objects are written"
    theirs = read_chip(bytes.fromhex(value))
    return "" if theirs in (None, objects) else "other objects than construct reads"


# Time and memory ----------------------------------------------------------------------------------


def _slow(subject: Subject, data: bytes) -> Outcome | None:
    """A fault, if *data* takes long each time."""

    def took() -> float:
        started = time.perf_counter()
        _attempt(subject, data)
        return time.perf_counter() - started

    is_slow = all(took() > TIME_MAX_S for _ in range(_TRIES))
    return Outcome(Fault("time", f"more than {TIME_MAX_S:g} s")) if is_slow else None


def _large(subject: Subject, data: bytes) -> Outcome | None:
    """A fault, if reading *data* takes too much memory each time."""
    limit = MEMORY_BASE + MEMORY_PER_BYTE * len(data)
    if any(_peak(subject, data) <= limit for _ in range(_TRIES)):
        return None
    said = f"more than {MEMORY_BASE // 1024} KiB and {MEMORY_PER_BYTE} bytes for each of the input"
    return Outcome(Fault("memory", said))


def _peak(subject: Subject, data: bytes) -> int:
    if tracemalloc.is_tracing():  # by somebody who must not be disturbed
        return 0
    tracemalloc.start()
    try:
        _attempt(subject, data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _attempt(subject: Subject, data: bytes) -> None:
    try:
        with _alarm():
            subject.read(data)
    except (Exception, SystemExit, _HangError):
        return


@contextmanager
def _alarm() -> Iterator[None]:
    """Inside, what takes longer than :data:`HANG_S` is broken off, where the system can do so."""
    if not _can_alarm():
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, HANG_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


_watching: list[bool] = [False]


def _can_alarm() -> bool:
    return _watching[0]


@contextmanager
def watched() -> Iterator[None]:
    """Inside, :func:`examine` breaks off what hangs: on a main thread, and not on Windows."""
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
    raise _HangError
