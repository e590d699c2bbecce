"""What must hold of every input; :data:`cardswitch.lab.fuzz.ORACLES`, one a line.

error       nothing but a documented error is raised
roundtrip   what is read is written again as it came
walk        the generated reader and the table-driven one read the same
lazy        the lazy reader takes what the strict one takes, and reads and writes the same
reference   pyiso8583, where it reads too, reads the same
parts       fields that have parts are taken apart and joined as they came
accept      what a function of yours returns as a mapping is what our reader reads
chip        what is taken for BER-TLV in field 55 is written again, and read alike by construct
secret      no error carries card data of its message
time        no input takes more than a second
memory      no input takes memory out of proportion

Only error, accept, secret, time and memory are asked of a function of yours.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from linecache import getline
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

from . import limits
from .accept import accept
from .checks import CHECKS
from .leaks import leaked
from .limits import ALARM, HangError
from .subjects import Subject

LINE_MAX: Final = 80  # characters of a line of code that a place is known by


class Fault(Struct, frozen=True):
    """The *oracle* that was not satisfied, and in what way: never with a byte of the input."""

    oracle: str
    what: str


class Outcome(Struct, frozen=True):
    """How one input ended: a *fault*, or else what tells this end from others."""

    fault: Fault | None
    ending: tuple[str, ...] = ()


def examine(
    subject: Subject, data: bytes, secrets: tuple[str, ...] = (), measured: bool = False
) -> Outcome:
    """Read *data* and ask every oracle; memory is looked at where *measured*, which is slow."""
    started = time.perf_counter()
    try:
        with ALARM:
            message = subject.read(data)
    except HangError:
        return Outcome(Fault("time", f"more than {limits.HANG_S:g} s"))
    except (Exception, SystemExit) as error:
        outcome = _refused(subject, data, error, secrets)
    else:
        outcome = _read(subject, data, message, secrets)
    if outcome.fault is None and time.perf_counter() - started > limits.TIME_MAX_S:
        outcome = _slow(subject, data) or outcome
    if outcome.fault is None and measured:
        outcome = _large(subject, data) or outcome
    return outcome


def _refused(
    subject: Subject, data: bytes, error: Exception | SystemExit, secrets: tuple[str, ...]
) -> Outcome:
    kind = type(error).__name__
    if not subject.allows(error):
        return Outcome(Fault("error", f"{kind} in {raised_in(error.__traceback__)}"))
    if where := leaked(error, secrets):
        return Outcome(Fault("secret", f"{kind}: its {where}"))
    if not isinstance(error, FormatError):
        return Outcome(None, (kind, raised_in(error.__traceback__)))
    if not subject.target and (fault := _lazily_refused(subject, data)):
        return Outcome(fault)
    return Outcome(None, (kind, error.field, error.expected))


def _lazily_refused(subject: Subject, data: bytes) -> Fault | None:
    try:
        if subject.dialect.is_lazily_refused(data):
            return None
        subject.dialect.unpack_lazy(data)
    except FormatError:
        return None
    except Exception as error:
        return Fault("lazy", f"{type(error).__name__} in {raised_in(error.__traceback__)}")
    return Fault("lazy", "reads what the strict reader refuses")


def _read(subject: Subject, data: bytes, message: object, secrets: tuple[str, ...]) -> Outcome:
    if subject.target and isinstance(message, Mapping) and (what := accept(subject, data, message)):
        return Outcome(Fault("accept", what))
    if subject.target or not isinstance(message, Message):
        return Outcome(None, ("read", type(message).__name__))
    for check in CHECKS:
        try:
            what = check(subject, data, message)
        except Exception as error:
            name = type(error).__name__
            what = f"{name} in {raised_in(error.__traceback__)}"
            if leaked(error, secrets):
                return Outcome(Fault("secret", what))
        if what:
            return Outcome(Fault(check.__name__, what))
    numbers = " ".join(map(str, sorted(message.fields)))
    return Outcome(None, ("read", message.mti, numbers))


def raised_in(traceback: TracebackType | None) -> str:
    """The innermost place that *traceback* leads to: file, function, and what the line says.

    Not its number, which moves whenever somebody works above it.
    """
    found = "nowhere"
    for frame, number in walk_tb(traceback):
        code = frame.f_code
        line = getline(code.co_filename, number).strip()[:LINE_MAX]
        found = f"{Path(code.co_filename).name}, {code.co_name}{f': {line}' if line else ''}"
    return found


def _slow(subject: Subject, data: bytes) -> Outcome | None:
    """A fault, if *data* takes long each time."""
    slow = limits.is_slow(lambda: subject.read(data))
    return Outcome(Fault("time", f"more than {limits.TIME_MAX_S:g} s")) if slow else None


def _large(subject: Subject, data: bytes) -> Outcome | None:
    """A fault, if reading *data* takes too much memory each time."""
    if not limits.is_large(lambda: subject.read(data), len(data)):
        return None
    base, each = limits.MEMORY_BASE // 1024, limits.MEMORY_PER_BYTE
    return Outcome(Fault("memory", f"more than {base} KiB and {each} bytes for each of the input"))
