"""Read, set and delete a part at a path: "3.1", "55.9F36", "127.25.1", "54.2.3".

A path is walked in a loop, one value split at each step; a change is written back on the way up,
and every value so made is read again before it is given away. Errors name the whole path, and the
octet within the outermost field, but never a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from msgspec import Struct

from ..errors import DecodeError, EncodeError, FormatError
from ..grammar.fields import DIGITS, Field
from ..masking import printable
from .layout import DEPTH_MAX, Layout, Part
from .nested import Numbered

# Layouts DEPTH_MAX deep, the last of them BER-TLV with templates as deep again, and what is there.
PATH_KEYS_MAX: Final = 2 * DEPTH_MAX + 1
PATHS_KEPT: Final = 1_024  # parsed: a dialect names a few hundred, in every message the same
FAR_MAX: Final = 1024  # bytes from a fault back to where its part begins
Layouts = Mapping[str, Layout]


class _Step(Struct, frozen=True):
    """One value on the way: its *layout*, its *parts*, the *key* that the path takes, if there
    also the *part* of that key."""

    layout: Layout
    parts: list[Part]
    key: str
    part: Part | None


def parse_path(path: str | int) -> tuple[int, list[str]]:
    """The number of the field, and the keys below it; FormatError if *path* is none.

    >>> parse_path("127.25.1"), parse_path(3)
    ((127, ['25', '1']), (3, []))
    """
    number, keys = _parsed(str(path))
    return number, [*keys]


@lru_cache(PATHS_KEPT)
def _parsed(path: str) -> tuple[int, tuple[str, ...]]:
    number, *keys = path.split(".")
    if not DIGITS.issuperset(number) or not 0 < len(number) <= 3 or not all(keys):
        raise FormatError(
            "a path such as 55.9F36", code="part-missing", seen=repr(printable(path, 40))
        )
    if len(keys) > PATH_KEYS_MAX:
        raise FormatError(
            f"a path of at most {PATH_KEYS_MAX} parts", code="part-missing", field=number
        )
    return int(number), tuple(keys)


def layout_at(layouts: Layouts, path: str | int) -> Layout | None:
    """The layout of the value at *path*, if it has one."""
    number, keys = parse_path(path)
    layout = layouts.get(str(number))
    for key in keys:
        layout = layout.inner(key) if layout else None
    return layout


def field_at(layouts: Layouts, fields: Mapping[int, Field], path: str | int) -> Field | None:
    """The format of the field or part at *path*, if the dialect says one."""
    number, keys = parse_path(path)
    if not keys:
        return fields.get(number)
    layout = layout_at(layouts, ".".join([str(number), *keys[:-1]]))
    return layout.field(keys[-1]) if layout else None


def parts_of(layouts: Layouts, path: str | int, value: str) -> list[Part]:
    """The parts of *value*, which stands at *path*; none if it has no layout; DecodeError."""
    layout = layout_at(layouts, path)
    if layout is None:
        return []
    with _located(str(path), []):
        return layout.split(layout.octets(value))


def parts_before_fault(
    layouts: Layouts, path: str | int, value: str
) -> tuple[list[Part], DecodeError | None]:
    """As :func:`parts_of`; of a broken value the parts before the fault, and the fault."""
    layout = layout_at(layouts, path)
    if layout is None:
        return [], None
    try:
        with _located(str(path), []):
            octets = layout.octets(value)
            return layout.split(octets), None
    except DecodeError as error:
        fault = error
    if fault.offset is None:
        return [], fault
    return _longest_start(layout, octets[: fault.offset]), fault


def _longest_start(layout: Layout, octets: bytes) -> list[Part]:
    """The parts of the longest beginning of *octets* that is made of whole ones."""
    for end in range(len(octets), max(0, len(octets) - FAR_MAX), -1):
        try:
            return layout.split(octets[:end])
        except DecodeError:
            continue
    return []


def find_part(layouts: Layouts, number: int, keys: list[str], value: str) -> Part | None:
    """The part at *keys* of field *number*, or None; DecodeError where *value* breaks its layout.

    Its `start`, `end` and `body` are those within the value it is a part of.
    """
    steps = _walk(layouts, number, keys, value)
    return steps[-1].part if len(steps) == len(keys) else None


def set_part(layouts: Layouts, number: int, keys: list[str], value: str, new: str) -> str:
    """The value of field *number* with *new* at *keys*; an empty *value* is an absent field.

    Containers that are absent are made, where their layout can be begun with that one part.
    """
    steps = _walk(layouts, number, keys, value, create=True)
    if len(steps) < len(keys):
        raise _no_layout(number, keys, len(steps))
    for depth in range(len(steps) - 1, -1, -1):
        step = steps[depth]
        with _located(_path(number, keys[:depth]), []):
            part = _made(step.layout, step.key, new)
            if step.part is None:
                parts = step.layout.place(step.parts, part)
            else:
                parts = [part if one is step.part else one for one in step.parts]
            new = _written(step.layout, parts)
    return new


def delete_part(layouts: Layouts, number: int, keys: list[str], value: str) -> str | None:
    """The value of field *number* without the part at *keys*; empty: it was the last one.

    A container that nothing is left in goes as well. None if the part is absent.
    """
    steps = _walk(layouts, number, keys, value)
    if len(steps) < len(keys) or steps[-1].part is None:
        return None
    new = ""
    for depth in range(len(steps) - 1, -1, -1):
        step = steps[depth]
        assert step.part is not None
        with _located(_path(number, keys[:depth]), []):
            if new:
                part = _made(step.layout, step.key, new)
                parts = [part if one is step.part else one for one in step.parts]
            else:
                parts = step.layout.drop(step.parts, step.part)
            new = "" if step.layout.is_empty(parts) else _written(step.layout, parts)
    return new


def build_value(layouts: Layouts, number: int, values: Mapping[str, str]) -> str:
    """The value of field *number* that is made of *values*, by their paths; EncodeError.

    Only parts without parts of their own are said, in the order in which they stand.
    """
    layout = layouts.get(str(number))
    named = {path: parse_path(path)[1] for path in values}
    wrong = next((path for path, keys in named.items() if not keys), None)
    if layout is None or wrong is not None:
        raise _no_layout(number, [], 0)
    return _built(layout, str(number), [(keys, values[path]) for path, keys in named.items()])


def _built(layout: Layout, path: str, values: list[tuple[list[str], str]]) -> str:
    """The value at *path* of *values*, each under its keys; as deep as a path may be."""
    below: dict[str, list[tuple[list[str], str]]] = {}
    for keys, value in values:
        below.setdefault(keys[0], []).append((keys[1:], value))
    parts: list[Part] = []
    for key, inner_values in below.items():
        inner = layout.inner(key)
        keys, value = inner_values[0]
        if keys and inner is None:
            raise _no_layout(int(path.split(".")[0]), [*path.split(".")[1:], key], 0)
        if keys and inner is not None:
            value = _built(inner, f"{path}.{key}", [one for one in inner_values if one[0]])
        with _located(path, []):
            part = _made(layout, key, value)
        parts = layout.place(parts, part) if isinstance(layout, Numbered) else [*parts, part]
    with _located(path, []):
        return _written(layout, parts)


def _walk(
    layouts: Layouts, number: int, keys: list[str], value: str, create: bool = False
) -> list[_Step]:
    """One step for each of *keys*, as far as there are layouts, and parts, or *create* is said."""
    layout = layouts.get(str(number))
    steps: list[_Step] = []
    spots: list[tuple[int, int, int]] = []
    for depth, key in enumerate(keys):
        if layout is None:
            break
        with _located(_path(number, keys[:depth]), spots):
            octets = layout.octets(value)
            parts = layout.split(octets) if octets else []
        part = next((one for one in parts if one.key == key), None)
        steps.append(_Step(layout, parts, key, part))
        if part is None and not create:
            break
        layout, value = layout.inner(key), part.value if part else ""
        if part and layout:
            size = len(layout.octets(value))
            spots.append((part.body, part.end - part.body, size))
    return steps


def _made(layout: Layout, key: str, value: str) -> Part:
    """A new part whose own value, if it has a layout, can be read."""
    part = layout.make(key, value)
    inner = layout.inner(key)
    if inner is not None:
        _read_back(inner, inner.octets(value, EncodeError), key)
    return part


def _written(layout: Layout, parts: list[Part]) -> str:
    """The value of *parts*, if it can be read."""
    octets = layout.join(parts)
    _read_back(layout, octets, "")
    return layout.text(octets)


def _read_back(layout: Layout, octets: bytes, key: str) -> None:
    """EncodeError if *octets*, which we wrote, cannot be read."""
    try:
        layout.split(octets)
    except DecodeError as error:
        path = ".".join(word for word in (key, error.field) if word)
        raise EncodeError(error.expected, field=path, seen=error.seen, hint=error.hint) from None


@contextmanager
def _located(path: str, spots: list[tuple[int, int, int]]) -> Iterator[None]:
    """Errors raised within say the whole path, and the octet of the outermost field.

    *spots* are the values led through: where each begins, its octets there, its octets as read.
    """
    try:
        yield
    except FormatError as error:
        error.field = f"{path}.{error.field}" if error.field else path
        error.code = error.code or "part"
        if error.offset is not None:
            for body, wide, size in reversed(spots):
                error.offset = body + error.offset * wide // max(size, 1)
        raise


def _no_layout(number: int, keys: list[str], depth: int) -> FormatError:
    place = _path(number, keys[:depth])
    return FormatError(
        f"parts of {place} that the dialect knows", code="part-missing", field=_path(number, keys)
    )


def _path(number: int, keys: list[str]) -> str:
    return ".".join([str(number), *keys])
