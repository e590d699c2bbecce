"""From a dialect file to what its codec is made of: each entry checked, each fault located."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ..codec.form import Carried, Form, MessageRule
from ..codes import TABLES
from ..errors import DecodeError, EncodeError, FormatError
from ..grammar.bitmap import IN_FIELD_65, SECOND_MAX, TOGETHER, Bitmaps, parse_bitmaps
from ..grammar.fields import Field
from ..grammar.mti import VERSIONS, legal_mtis
from ..parts.layout import Layout
from ..parts.paths import field_at, find_part, parse_path
from ..tlv import is_private_tag
from .fields import build_field, check_encodings, default_encoding
from .file import FRAMING_PATTERN, DialectFile, Source
from .parts import build_parts

# The fields whose tags may be carried elsewhere.
CARRIED_IN: Final = ("44", "48")
CARRIED_WIDTH_MAX: Final = 99


def build_form(source: Source, written: DialectFile) -> Form:
    """What *written* says, checked; DialectError with the file and the line that is wrong."""
    if written.version not in VERSIONS:
        source.refuse("version", f"one of {', '.join(VERSIONS)} is expected")
    if written.framing and not re.fullmatch(FRAMING_PATTERN, written.framing):
        source.refuse("framing", "a name such as 'binary2' or 'ascii4-inclusive' is expected")
    if written.tertiary not in ("", TOGETHER, IN_FIELD_65):
        source.refuse("tertiary", f"{TOGETHER!r} or {IN_FIELD_65!r} is expected")
    check_encodings(source, "encodings", written.encodings)
    fields = {
        int(key): build_field(source, "fields", key, written.fields[key], written.encodings)
        for key in sorted(written.fields, key=int)
    }
    bitmaps = _bitmaps(source, written)
    if fields and SECOND_MAX < max(fields) > bitmaps.highest:
        source.refuse(f"fields.{max(fields)}", "fields above 128 need a place: tertiary = …")
    header, header_default = _header(source, written)
    form = Form(
        name=source.path.stem,
        title=written.title,
        version=written.version,
        mti=default_encoding(source, written.encodings, "mti"),
        bitmap=default_encoding(source, written.encodings, "bitmap"),
        fields=fields,
        messages=_rules(source, written, fields),
        bitmaps=bitmaps,
        header=header,
        header_default=header_default,
        framing=written.framing,
        values=written.values,
        parts=_parts(source, written, fields),
        carried=written.carried,
    )
    _check_carried(source, form)
    return _checked_values(source, form)


def _bitmaps(source: Source, written: DialectFile) -> Bitmaps:
    """How many bytes of bitmap there are, checked."""
    try:
        return parse_bitmaps(written.bitmaps, written.tertiary)
    except ValueError as error:
        source.refuse("bitmaps", f"{error}")


def _parts(
    source: Source, written: DialectFile, fields: Mapping[int, Field]
) -> Mapping[str, Layout]:
    """What values are made of, checked."""
    for path, entry in written.parts.items():
        check_encodings(source, f"parts.{path}.encodings", entry.encodings)
    return build_parts(source, written, fields)


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


def _rules(
    source: Source, written: DialectFile, fields: Mapping[int, Field]
) -> Mapping[str, MessageRule]:
    """What messages carry, checked: legal MTIs and defined fields alone."""
    legal = frozenset(legal_mtis(written.version))
    for mti, rule in written.messages.items():
        if mti not in legal:
            source.refuse(f"messages.{mti}", f"no MTI of version {written.version}")
        unknown = (rule.mandatory | rule.conditional | rule.optional) - fields.keys()
        if unknown:
            source.refuse(f"messages.{mti}", f"field {min(unknown)} is not defined")
    return written.messages


def _check_carried(source: Source, form: Form) -> None:
    """What is carried elsewhere: a path of ours, and one that the dialect has."""
    for ours, entry in form.carried.items():
        number, _, tag = ours.partition(".")
        if number not in CARRIED_IN or not is_private_tag(tag):
            known = ", ".join(f"{n}.TAG" for n in CARRIED_IN)
            source.refuse(f"carried.{ours}", f"a path of ours is expected: {known}")
        where = f"carried.{ours}.at"
        try:
            field = field_at(form.parts, form.fields, entry.at)
        except FormatError as error:
            source.refuse(where, f"{error}")
        if field is None:
            source.refuse(where, "a field or part that the dialect defines is expected")
        if entry.begin and not _has_part(form, entry):
            source.refuse(f"carried.{ours}.begin", f"a field that has {entry.at} is expected")
        if not 0 <= entry.width <= CARRIED_WIDTH_MAX:
            source.refuse(f"carried.{ours}.width", f"0 to {CARRIED_WIDTH_MAX} is expected")
        if len(set(entry.values.values())) < len(entry.values):
            source.refuse(f"carried.{ours}.values", "each value once is expected: it is read back")


def _has_part(form: Form, entry: Carried) -> bool:
    """Whether the field with which *entry* begins has its part."""
    number, keys = parse_path(entry.at)
    try:
        return find_part(form.parts, number, keys, entry.begin) is not None
    except DecodeError:
        return False


def _checked_values(source: Source, form: Form) -> Form:
    """*form*, if every table of values that a field names is there."""
    for field in form.fields.values():
        if field.values and field.values not in form.values and field.values not in TABLES:
            known = ", ".join(sorted({*form.values, *TABLES}))
            source.refuse(f"fields.{field.path}.values", f"one of {known} is expected")
    return form
