"""Dialect files: read, inherit and check one TOML file; where it is wrong, say which file and line.

extends = "iso87-binary"            a dialect shipped here, or a path ending in .toml
version = "0"                       the first digit of its MTIs
bitmaps = "8 + 8"                   bytes: also "8", "16" or "24", always
tertiary = "together"               where a third bitmap stands, if there may be one
framing = "binary2"                 what tells messages apart on the link, if that is agreed
[header]                            fixed parts before the MTI: 1 = { name, format, value }
[encodings]                         mti, bitmap, length, and one for each field class
[fields]                            48 = { name, format, encoding, length, … }
[parts.48]                          what a field is made of: layout, fields, and more by layout
[values.response_codes]             what the values of a field mean: 00 = "approved"
[carried]                           "48.92" = { at, prefix, width, values, begin }: see Carried
[messages]                          0200 = { mandatory, conditional, optional }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

import msgspec
from msgspec import Struct

from ..codec.form import Carried, MessageRule
from ..errors import DialectError
from ..grammar.bitmap import FIELD_MAX, THIRD
from ..grammar.fields import CLASSES, DIGITS
from .toml_lines import line_of

# Bytes; the fields of 1987 take 8 KiB: more is a mistake or an attack.
FILE_SIZE_MAX: Final = 1 << 20
# A length, what it counts, and what stands behind the message; or frames without a length.
FRAMING_PATTERN: Final = (
    r"(binary2|binary4|little2|little4|ascii4|hex4|bcd2|vap)(-inclusive)?(-etx|-counted-etx)?"
    r"|etx|stx-lrc"
)
EXTENDS_MAX: Final = 8  # files in a chain; deeper than this nobody can follow what holds
HEADER_PARTS_MAX: Final = 32  # no header has been seen with more than 20
_FOLDER: Final = Path(__file__).parents[1] / "dialects"
# x+n is made of a sign in the encoding of `a` and digits in that of `n`.
_ENCODED: Final = frozenset(["mti", "bitmap", "length", *CLASSES]) - {"x+n"}


class FieldEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line under `[fields]`; what a file leaves out is inherited.

    *length* is how a length is written, *count* what it counts, *min* the least legal one: 1 if
    nothing is said, 0 where an empty value is sent. *value* is that of a part of a header.
    """

    name: str = ""
    format: str = ""
    encoding: str = ""
    length: str = ""
    min: int | None = None
    count: str = ""
    padding: str = ""
    values: str = ""
    value: str = ""


class PartsEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the value at one path is made of: see :mod:`cardswitch.specs.parts`.

    *layout* is positional, ber-tlv, tlv, ltv, bitmap, datasets, dataset-bitmap, or opaque, which
    takes back an inherited one. Only positional: *repeat*, in groups to the end. Only tlv and ltv:
    *tag* and *length*, formats; *counts_tag*: the length counts the tag. Only bitmap: *bitmap*, its
    bytes; *continues*: bit 1 says that as many follow; *header*: the bytes before it.
    """

    layout: str = ""
    encodings: dict[str, str] = {}
    fields: dict[str, FieldEntry] = {}
    repeat: bool = False
    tag: str = ""
    length: str = ""
    counts_tag: bool = False
    bitmap: int = 0
    continues: bool = False
    header: int = 0


class DialectFile(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A dialect file as it is written."""

    extends: str = ""
    title: str = ""
    version: str = ""
    bitmaps: str = ""
    tertiary: str = ""
    framing: str = ""
    header: dict[str, FieldEntry] = {}
    encodings: dict[str, str] = {}
    fields: dict[str, FieldEntry] = {}
    parts: dict[str, PartsEntry] = {}
    values: dict[str, dict[str, str]] = {}
    carried: dict[str, Carried] = {}
    messages: dict[str, MessageRule] = {}


class Source(Struct, frozen=True):
    """The files of a dialect, the nearest first, to say where something wrong stands."""

    path: Path
    texts: tuple[tuple[Path, str], ...]

    def refuse(self, where: str, problem: str) -> NoReturn:
        """Raise DialectError for the key *where*: the file and line that say it, the *problem*."""
        for path, text in self.texts:
            if line := line_of(text, where):
                raise DialectError(f"{path}, line {line}: {where}: {problem}")
        raise DialectError(f"{self.path}: {where}: {problem}")


def list_dialects() -> list[str]:
    """The names of the dialects that come with cardswitch.

    >>> [name for name in list_dialects() if name.startswith("iso93")]
    ['iso93-ascii', 'iso93-binary', 'iso93-ebcdic']
    """
    return sorted(path.stem for path in _FOLDER.glob("*.toml") if not path.name.startswith("_"))


def by_number(keys: Mapping[str, object]) -> list[str]:
    """*keys* in the order of numbers; those that are none behind them.

    >>> by_number({"10": 0, "9F02": 0, "2": 0})
    ['2', '10', '9F02']
    """
    return sorted(keys, key=lambda key: (not set(key) <= DIGITS, len(key), key))


def read_dialect_file(name_or_path: str) -> tuple[Source, DialectFile]:
    """Where a dialect is written, and its file laid over all that it extends; DialectError."""
    path = _find(name_or_path, Path())
    texts: list[tuple[Path, str]] = []
    written = _read_chain(path, [], texts)
    return Source(path, tuple(texts)), written


def _find(name: str, folder: Path) -> Path:
    if name.endswith(".toml"):
        return folder / name
    path = _FOLDER / f"{name}.toml"
    if not name or set(name) & set("/\\:\0") or not path.is_file():
        known = ", ".join(list_dialects())
        raise DialectError(f"no dialect {name!r}: there are {known}, or a path ending in .toml")
    return path


def _read_chain(path: Path, below: list[Path], texts: list[tuple[Path, str]]) -> DialectFile:
    """The file at *path* laid over all that it extends; *below* are the files that led to it."""
    here = path.resolve()
    if here in below:
        raise DialectError(f"{path}: extends: leads back to itself")
    if len(below) >= EXTENDS_MAX:
        raise DialectError(f"{path}: extends: more than {EXTENDS_MAX} files in a chain")
    child, text = _read_file(path)
    texts.append((path, text))
    if not child.extends:
        return child
    try:
        parent_path = _find(child.extends, path.parent)
    except DialectError as error:
        raise DialectError(f"{path}: extends: {error}") from None
    return _lay_over(_read_chain(parent_path, [*below, here], texts), child)


def _lay_over(parent: DialectFile, child: DialectFile) -> DialectFile:
    """*parent* with what *child* says instead; of a field each key counts alone."""
    return DialectFile(
        title=child.title or parent.title,
        version=child.version or parent.version,
        bitmaps=child.bitmaps or parent.bitmaps,
        tertiary=child.tertiary or parent.tertiary,
        framing=child.framing or parent.framing,
        header=child.header or parent.header,
        encodings={**parent.encodings, **child.encodings},
        fields=lay_fields_over(parent.fields, child.fields),
        parts=_lay_parts_over(parent.parts, child.parts),
        values={**parent.values, **child.values},
        carried={**parent.carried, **child.carried},
        messages={**parent.messages, **child.messages},
    )


def lay_fields_over(
    parent: dict[str, FieldEntry], child: dict[str, FieldEntry]
) -> dict[str, FieldEntry]:
    """*parent* with the keys that the entries of *child* give."""
    fields = dict(parent)
    for key, entry in child.items():
        given = msgspec.structs.asdict(entry)
        changes = {word: said for word, said in given.items() if said not in ("", None)}
        fields[key] = msgspec.structs.replace(fields.get(key, FieldEntry()), **changes)
    return fields


def _lay_parts_over(
    parent: dict[str, PartsEntry], child: dict[str, PartsEntry]
) -> dict[str, PartsEntry]:
    """*parent* with the layouts of *child*; one replaced takes those below it with it."""
    kept = {
        path: entry
        for path, entry in parent.items()
        if not any(f"{path}.".startswith(f"{replaced}.") for replaced in child)
    }
    return {**kept, **child}


def _read_file(path: Path) -> tuple[DialectFile, str]:
    """One file, each of its entries checked alone, and its text."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_SIZE_MAX + 1)
    except OSError as error:
        raise DialectError(f"{path}: cannot be read: {error.strerror}") from None
    if len(raw) > FILE_SIZE_MAX:
        raise DialectError(f"{path}: larger than {FILE_SIZE_MAX} bytes")
    try:
        text = raw.decode("utf-8-sig")  # Editors of Windows may begin with a byte order mark.
        written = msgspec.convert(tomllib.loads(text), DialectFile)
    except msgspec.ValidationError as error:
        # Such as: Object contains unknown field `size` - at `$.fields[...]`
        word = str(error).partition("`")[2].partition("`")[0]
        line = line_of(text, word) if word.isidentifier() else 0
        raise DialectError(f"{path}{f', line {line}' if line else ''}: {error}") from None
    except RecursionError:
        raise DialectError(f"{path}: nested too deeply") from None
    except ValueError as error:  # bad TOML (with its line) or bad UTF-8
        raise DialectError(f"{path}: {error}") from None
    _check_keys(Source(path, ((path, text),)), written)
    return written, text


def _check_keys(source: Source, written: DialectFile) -> None:
    """Refuse encodings and fields that cannot exist."""
    for key in written.encodings:
        if key not in _ENCODED:
            known = ", ".join(sorted(_ENCODED))
            source.refuse(f"encodings.{key}", f"unknown; there are {known}")
    for key in (*written.fields, *written.header):
        if not set(key) <= DIGITS or key[:1] == "0" or not key or len(key) > 3:
            source.refuse(f"fields.{key}", "a number without leading zeros is expected")
    for key in written.fields:
        if not 2 <= int(key) <= FIELD_MAX or int(key) == THIRD:
            hint = "1 and 65 are bitmaps"
            source.refuse(f"fields.{key}", f"fields are 2 to {FIELD_MAX}; {hint}")
    if len(written.header) > HEADER_PARTS_MAX:
        source.refuse("header", f"at most {HEADER_PARTS_MAX} parts are expected")
