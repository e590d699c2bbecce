"""One entry of a dialect file to a field: its notation, its encoding and its padding, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar.encodings import (
    Bcd,
    Binary,
    Encoding,
    HexText,
    National,
    Signed,
    Text,
    encoding_of,
)
from ..grammar.fields import Field, Notation, Padding, make_field, parse_notation
from ..grammar.prefixes import PREFIX_ENCODINGS
from .file import FieldEntry, Source

# In which encodings a class may stand; all others are characters, national ones among them.
_TEXTS: Final = (Text, National)
_FIT: Final[Mapping[str, tuple[type[Encoding], ...]]] = {
    "mti": (Text, Bcd),
    "bitmap": (Binary, HexText, Text),
    "n": (Text, Bcd),
    "z": (Text, Bcd),
    "x+n": (Text, Bcd),
    "b": (Binary, HexText, Text),
}
_DIGITS_OF: Final = {"x+n": "n"}


def check_encodings(source: Source, table: str, encodings: Mapping[str, str]) -> None:
    """Refuse a default encoding that does not exist, or not for its class."""
    for key, name in encodings.items():
        where = f"{table}.{key}"
        if key != "length":
            _encoding(source, where, name, _FIT.get(key, _TEXTS))
        elif name not in PREFIX_ENCODINGS:
            known = ", ".join(sorted(PREFIX_ENCODINGS))
            source.refuse(where, f"one of {known} is expected, seen {name!r}")


def default_encoding(source: Source, encodings: Mapping[str, str], key: str) -> Encoding:
    """The encoding that *encodings* say for the *key* ``mti`` or ``bitmap``."""
    return _encoding(source, f"encodings.{key}", encodings.get(key, ""), _FIT[key])


def build_field(
    source: Source, table: str, key: str, entry: FieldEntry, encodings: Mapping[str, str]
) -> Field:
    """The field that *entry*, found under *key* in *table*, and the *encodings* there make."""
    where = f"{table}.{key}"
    try:
        notation = parse_notation(entry.format)
    except ValueError as error:
        source.refuse(f"{where}.format", f"{error} is expected")
    encoding = _field_encoding(source, where, entry, notation, encodings)
    length = entry.length or encodings.get("length", "")
    if length not in PREFIX_ENCODINGS:
        known = ", ".join(sorted(PREFIX_ENCODINGS))
        source.refuse(f"{where}.length", f"one of {known} is expected, seen {length!r}")
    padding = _padding(source, where, entry.padding)
    if padding and (notation.prefix_digits or not isinstance(encoding, _TEXTS)):
        source.refuse(f"{where}.padding", "only a fixed field of characters is padded")
    path = key if table in ("fields", "header") else f"{table.removeprefix('parts.')}.{key}"
    try:
        return make_field(
            path,
            entry.name,
            notation,
            encoding,
            length,
            padding,
            entry.count,
            entry.values,
            entry.min,
        )
    except ValueError as error:
        source.refuse(f"{where}.format", f"{error} is expected")


def _field_encoding(
    source: Source, where: str, entry: FieldEntry, notation: Notation, encodings: Mapping[str, str]
) -> Encoding:
    """The encoding of a field: its own one, or that of its class."""
    given = entry.encoding or encodings.get(_DIGITS_OF.get(notation.kind, notation.kind), "")
    fit = _FIT.get(notation.kind, _TEXTS)
    encoding = _encoding(source, f"{where}.encoding", given, fit)
    if notation.kind != "x+n":
        return encoding
    sign = _encoding(source, "encodings.a", encodings.get("a", ""), _TEXTS)
    if isinstance(sign, National):
        sign = Text("ascii")  # which all of them begin with
    assert isinstance(sign, Text)
    return Signed("x+n", sign, encoding)


def _encoding(source: Source, where: str, name: str, fit: tuple[type[Encoding], ...]) -> Encoding:
    """The encoding called *name*, which must be one of the types *fit*."""
    try:
        encoding = encoding_of(name)
    except ValueError:
        source.refuse(where, f"unknown encoding {name!r}")
    if not isinstance(encoding, fit):
        source.refuse(where, f"encoding {name!r} cannot be used here")
    return encoding


def _padding(source: Source, where: str, text: str) -> Padding | None:
    """``left 0``, ``right space`` and the like; nothing: none."""
    if not text:
        return None
    side, _, fill = text.partition(" ")
    fill = " " if fill == "space" else fill
    if side not in ("left", "right") or len(fill) != 1:
        source.refuse(f"{where}.padding", "such as 'left 0' or 'right space' is expected")
    return Padding(side == "left", fill)
