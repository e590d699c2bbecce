"""What is fuzzed: the parser of one of our dialects, or a function of bytes from your own code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

import iso8583
from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.dialect import Dialect, load_dialect
from cardswitch.specs.dialect.reference import from_reference, specification
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.message import Message

OURS: Final = ("FormatError",)  # what our own reader may raise, with all that is derived from it


class Subject(Struct, frozen=True):
    """*read* takes bytes; the exceptions named in *allow* are its documented errors.

    *dialect* is what the inputs are made from, and *asked* by what name or path it is found again,
    where that is not its own name. *target* names a function of yours; it is empty for
    our own reader, of which more is asked: see :mod:`cardswitch.lab.fuzz.oracles`.
    """

    dialect: Dialect
    read: Callable[[bytes], object]
    allow: tuple[str, ...] = OURS
    target: str = ""
    asked: str = ""

    def allows(self, error: BaseException) -> bool:
        """Whether *error*, or a class that it is derived from, is a documented one."""
        return any(
            name in self.allow
            for kind in type(error).__mro__
            for name in (kind.__name__, f"{kind.__module__}.{kind.__qualname__}")
        )


def our_reader(dialect: Dialect) -> Subject:
    """The parser of *dialect*."""
    return Subject(dialect, dialect.unpack)


def your_reader(target: str, dialect: Dialect, allow: tuple[str, ...] = ()) -> Subject:
    """The function *target*, ``module:function``, found from the working folder on.

    ConfigError if there is none.
    """
    module, _, path = target.partition(":")
    if not module or not path:
        raise ConfigError(f"--target {target!r}: module:function is expected")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found: Any = import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"--target {target}: {type(error).__name__}: {error}") from None
    if not callable(found):
        raise ConfigError(f"--target {target}: a function of bytes is expected")
    return Subject(dialect, found, tuple(_known_error(name, module) for name in allow), target)


def _known_error(name: str, module: str) -> str:
    """*name* as :meth:`Subject.allows` compares it; ConfigError if no exception bears it.

    A misspelt name would allow nothing, and each refusal of the target would be a finding.
    """
    kinds, known = [BaseException], set[str]()
    while kinds:
        kind = kinds.pop()
        known |= {kind.__name__, f"{kind.__module__}.{kind.__qualname__}"}
        kinds += type.__subclasses__(kind)
    if name in known:
        return name
    where, _, last = name.rpartition(".")
    try:
        found = getattr(import_module(where or module), last)
    except (ImportError, AttributeError, ValueError):
        found = None
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        raise ConfigError(f"--allow {name!r}: the name of an exception is expected")
    return f"{found.__module__}.{found.__qualname__}"


def subject_of(dialect: str, target: str, allow: tuple[str, ...]) -> Subject:
    """The subject that a finding names; DialectError or ConfigError if it is not there."""
    loaded = load_dialect(dialect)
    subject = your_reader(target, loaded, allow) if target else our_reader(loaded)
    return replace(subject, asked=dialect)


class Reference:
    """pyiso8583, made ready for one dialect: building its specification takes its time."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.specification = specification(dialect)

    def read(self, data: bytes) -> Message | None:
        """The message it reads in *data*, which begins at the MTI, or None."""
        try:
            document, _ = iso8583.decode(data, self.specification)
            return from_reference(self.dialect, document)
        except (iso8583.DecodeError, FormatError, LookupError, ValueError):
            return None


@lru_cache(maxsize=64)
def reference_of(dialect: Dialect) -> Reference:
    """The one of *dialect*, made once."""
    return Reference(dialect)
