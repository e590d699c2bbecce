"""Dialect files: read, inherit and check one TOML file; where it is wrong, say which file and key.

extends = "iso87-binary"            a dialect shipped here, or a path ending in .toml
version = "0"                       the first digit of its MTIs
[encodings]                         mti, bitmap, length, and one for each field class
[fields]                            48 = { name, format, encoding, length, padding }
[messages]                          0200 = { mandatory, conditional, optional }
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from .bitmap import FIELD_MAX, THIRD
from .errors import DialectError
from .fields import CLASSES, DIGITS

FILE_SIZE_MAX: Final = (
    1 << 20
)  # bytes; the fields of 1987 take 8 KiB: more is a mistake or an attack
EXTENDS_MAX: Final = 8  # files in a chain; deeper than this nobody can follow what holds
_FOLDER: Final = Path(__file__).parent / "dialects"
# x+n is made of a sign in the encoding of `a` and digits in that of `n`.
_ENCODED: Final = frozenset(["mti", "bitmap", "length", *CLASSES]) - {"x+n"}


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """Which fields the messages of one MTI carry: always, on a condition, or as they like."""

    mandatory: frozenset[int] = frozenset()
    conditional: frozenset[int] = frozenset()
    optional: frozenset[int] = frozenset()


class FieldEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line under `[fields]`; what a file leaves out is inherited."""

    name: str = ""
    format: str = ""
    encoding: str = ""
    length: str = ""
    padding: str = ""


class DialectFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A dialect file as it is written."""

    extends: str = ""
    title: str = ""
    version: str = ""
    encodings: dict[str, str] = {}
    fields: dict[str, FieldEntry] = {}
    messages: dict[str, Rule] = {}


def list_dialects() -> list[str]:
    """The names of the dialects that come with cardswitch.

    >>> list_dialects()
    ['iso87-ascii', 'iso87-binary', 'pos']
    """
    return sorted(path.stem for path in _FOLDER.glob("*.toml") if not path.name.startswith("_"))


def read_dialect_file(name_or_path: str) -> tuple[Path, DialectFile]:
    """Where a dialect is written, and its file laid over all that it extends; DialectError."""
    path = _find(name_or_path, Path())
    return path, _read_chain(path, [])


def _find(name: str, folder: Path) -> Path:
    if name.endswith(".toml"):
        return folder / name
    path = _FOLDER / f"{name}.toml"
    if not name or set(name) & set("/\\:\0") or not path.is_file():
        known = ", ".join(list_dialects())
        raise DialectError(f"no dialect {name!r}: there are {known}, or a path ending in .toml")
    return path


def _read_chain(path: Path, below: list[Path]) -> DialectFile:
    """The file at *path* laid over all that it extends; *below* are the files that led to it."""
    here = path.resolve()
    if here in below:
        raise DialectError(f"{path}: extends: leads back to itself")
    if len(below) >= EXTENDS_MAX:
        raise DialectError(f"{path}: extends: more than {EXTENDS_MAX} files in a chain")
    child = _read_file(path)
    if not child.extends:
        return child
    try:
        parent_path = _find(child.extends, path.parent)
    except DialectError as error:
        raise DialectError(f"{path}: extends: {error}") from None
    return _lay_over(_read_chain(parent_path, [*below, here]), child)


def _lay_over(parent: DialectFile, child: DialectFile) -> DialectFile:
    """*parent* with what *child* says instead; of a field each key counts alone."""
    fields = dict(parent.fields)
    for key, entry in child.fields.items():
        given = msgspec.structs.asdict(entry)
        changes = {word: text for word, text in given.items() if text}
        fields[key] = msgspec.structs.replace(fields.get(key, FieldEntry()), **changes)
    return DialectFile(
        title=child.title or parent.title,
        version=child.version or parent.version,
        encodings={**parent.encodings, **child.encodings},
        fields=fields,
        messages={**parent.messages, **child.messages},
    )


def _read_file(path: Path) -> DialectFile:
    """One file, each of its entries checked alone."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_SIZE_MAX + 1)
    except OSError as error:
        raise DialectError(f"{path}: cannot be read: {error.strerror}") from None
    if len(raw) > FILE_SIZE_MAX:
        raise DialectError(f"{path}: larger than {FILE_SIZE_MAX} bytes")
    try:
        written = msgspec.convert(tomllib.loads(raw.decode()), DialectFile)
    except msgspec.ValidationError as error:
        raise DialectError(f"{path}: {error}") from None
    except RecursionError:
        raise DialectError(f"{path}: nested too deeply") from None
    except ValueError as error:  # bad TOML (with its line) or bad UTF-8
        raise DialectError(f"{path}: {error}") from None
    _check_keys(path, written)
    return written


def _check_keys(path: Path, written: DialectFile) -> None:
    """Refuse encodings and fields that cannot exist."""
    for key in written.encodings:
        if key not in _ENCODED:
            known = ", ".join(sorted(_ENCODED))
            raise DialectError(f"{path}: encodings.{key}: unknown; there are {known}")
    for key in written.fields:
        if not set(key) <= DIGITS or key[:1] == "0" or not key or len(key) > 3:
            raise DialectError(f"{path}: fields.{key}: a number without leading zeros is expected")
        if not 2 <= int(key) <= FIELD_MAX or int(key) == THIRD:
            hint = "1 and 65 are bitmaps"
            raise DialectError(f"{path}: fields.{key}: fields are 2 to {FIELD_MAX}; {hint}")
