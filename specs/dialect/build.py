"""From a dialect file to what its codec is made of: each entry checked, each fault located."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from ..codes import TABLES
from ..errors import EncodeError
from ..grammar.bitmap import IN_FIELD_65, SECOND_MAX, TOGETHER
from ..grammar.encodings import Bcd, Binary, Encoding, HexText, Signed, Text, encoding_of
from ..grammar.fields import Field, Notation, Padding, make_field, parse_notation
from ..grammar.mti import VERSIONS, legal_mtis
from ..grammar.prefixes import PREFIX_ENCODINGS
from ..parts.build import build_parts
from ..parts.layout import Layout
from .file import DialectFile, FieldEntry, Rule, Source

# In which encodings a class may stand; all others are characters.
_FIT: Final[Mapping[str, tuple[type[Encoding], ...]]] = {
    "mti": (Text, Bcd),
    "bitmap": (Binary, HexText, Text),
    "n": (Text, Bcd),
    "z": (Text, Bcd),
    "x+n": (Text, Bcd),
    "b": (Binary, HexText, Text),
}
_DIGITS_OF: Final = {"x+n": "n"}


class Form(Struct, frozen=True):
    """All that a dialect file says, checked: what a :class:`Dialect` is made of.

    *header* are the fixed parts before the MTI, and *header_default* their bytes where a message
    brings none. *tertiary* is where a third bitmap stands, *values* what codes mean, by table.
    *parts* says what values are made of, by path.
    """

    name: str
    title: str
    version: str
    mti: Encoding
    bitmap: Encoding
    fields: Mapping[int, Field]
    messages: Mapping[str, Rule] = {}
    tertiary: str = ""
    header: tuple[Field, ...] = ()
    header_default: bytes = b""
    values: Mapping[str, Mapping[str, str]] = {}
    parts: Mapping[str, Layout] = {}


def build_form(source: Source, written: DialectFile) -> Form:
    """What *written* says, checked; DialectError with the file and the line that is wrong."""
    if written.version not in VERSIONS:
        source.refuse("version", f"one of {', '.join(VERSIONS)} is expected")
    if written.tertiary not in ("", TOGETHER, IN_FIELD_65):
        source.refuse("tertiary", f"{TOGETHER!r} or {IN_FIELD_65!r} is expected")
    check_encodings(source, "encodings", written.encodings)
    fields = {
        int(key): build_field(source, "fields", key, written.fields[key], written.encodings)
        for key in sorted(written.fields, key=int)
    }
    if fields and max(fields) > SECOND_MAX and not written.tertiary:
        source.refuse(f"fields.{max(fields)}", "fields above 128 need a place: tertiary = …")
    form = Form(
        source.path.stem,
        written.title,
        written.version,
        _encoding(source, "encodings.mti", written.encodings.get("mti", ""), _FIT["mti"]),
        _encoding(source, "encodings.bitmap", written.encodings.get("bitmap", ""), _FIT["bitmap"]),
        fields,
        _rules(source, written, fields),
        written.tertiary,
        *_header(source, written),
        written.values,
        _parts(source, written, fields),
    )
    return _checked_values(source, form)


def _parts(
    source: Source, written: DialectFile, fields: Mapping[int, Field]
) -> Mapping[str, Layout]:
    """What values are made of, checked."""
    for path, entry in written.parts.items():
        check_encodings(source, f"parts.{path}.encodings", entry.encodings)
    return build_parts(source, written, fields, build_field)


def check_encodings(source: Source, table: str, encodings: Mapping[str, str]) -> None:
    """Refuse a default encoding that does not exist, or not for its class."""
    for key, name in encodings.items():
        where = f"{table}.{key}"
        if key != "length":
            _encoding(source, where, name, _FIT.get(key, (Text,)))
        elif name not in PREFIX_ENCODINGS:
            known = ", ".join(sorted(PREFIX_ENCODINGS))
            source.refuse(where, f"one of {known} is expected, seen {name!r}")


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
    if padding and (notation.prefix_digits or not isinstance(encoding, Text)):
        source.refuse(f"{where}.padding", "only a fixed field of characters is padded")
    path = key if table in ("fields", "header") else f"{table.removeprefix('parts.')}.{key}"
    try:
        return make_field(
            path, entry.name, notation, encoding, length, padding, entry.count, entry.values
        )
    except ValueError as error:
        source.refuse(f"{where}.format", f"{error} is expected")


def _field_encoding(
    source: Source, where: str, entry: FieldEntry, notation: Notation, encodings: Mapping[str, str]
) -> Encoding:
    """The encoding of a field: its own one, or that of its class."""
    given = entry.encoding or encodings.get(_DIGITS_OF.get(notation.kind, notation.kind), "")
    fit = _FIT.get(notation.kind, (Text,))
    encoding = _encoding(source, f"{where}.encoding", given, fit)
    if notation.kind != "x+n":
        return encoding
    sign = _encoding(source, "encodings.a", encodings.get("a", ""), (Text,))
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


def _header(source: Source, written: DialectFile) -> tuple[tuple[Field, ...], bytes]:
    """The parts of the header, and their bytes in a message that brings no header."""
    parts: list[Field] = []
    default = b""
    for key in sorted(written.header, key=int):
        entry = written.header[key]
        part = build_field(source, "header", key, entry, written.encodings)
        if not part.is_fixed:
            source.refuse(f"header.{key}.format", "a fixed length is expected in a header")
        try:
            default += part.write(entry.value)
        except EncodeError as error:
            source.refuse(f"header.{key}.value", f"{error.expected} is expected")
        parts.append(part)
    return tuple(parts), default


def _rules(source: Source, written: DialectFile, fields: Mapping[int, Field]) -> Mapping[str, Rule]:
    """What messages carry, checked: legal MTIs and defined fields alone."""
    legal = frozenset(legal_mtis(written.version))
    for mti, rule in written.messages.items():
        if mti not in legal:
            source.refuse(f"messages.{mti}", f"no MTI of version {written.version}")
        unknown = (rule.mandatory | rule.conditional | rule.optional) - fields.keys()
        if unknown:
            source.refuse(f"messages.{mti}", f"field {min(unknown)} is not defined")
    return written.messages


def _checked_values(source: Source, form: Form) -> Form:
    """*form*, if every table of values that a field names is there."""
    for field in form.fields.values():
        if field.values and field.values not in form.values and field.values not in TABLES:
            known = ", ".join(sorted({*form.values, *TABLES}))
            source.refuse(f"fields.{field.path}.values", f"one of {known} is expected")
    return form
