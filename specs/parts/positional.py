"""Parts one after the other, each of a fixed or prefixed length (DE3), or in groups (DE54)."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import DecodeError, EncodeError
from ..grammar.fields import DIGITS
from .layout import PARTS_MAX, Layout, Part


class Positional(Layout, frozen=True):
    """Parts in the order of *fields*; the value may end early, on the border of a part."""

    def split(self, octets: bytes) -> list[Part]:
        """The parts; DecodeError if something is left behind the last."""
        parts, at = self.walk(octets, 0)
        if at < len(octets):
            raise DecodeError(
                f"the end after part {len(self.fields)}",
                offset=at,
                seen=f"{len(octets) - at} more bytes",
            )
        return parts

    def walk(self, octets: bytes, start: int) -> tuple[list[Part], int]:
        """The parts from *start* on, once, and where they end."""
        parts: list[Part] = []
        at = start
        for key, field in self.fields.items():
            if at == len(octets):
                break
            body, end, length = field.locate(octets, at)
            value = field.read(octets, body, end, length)
            parts.append(
                Part(
                    key=key,
                    name=field.name,
                    value=value,
                    start=at,
                    end=end,
                    raw=octets[at:end],
                    body=body,
                )
            )
            at = end
        return parts, at

    def make(self, key: str, value: str) -> Part:
        """One part in its format."""
        field = self.fields.get(key)
        if field is None:
            raise EncodeError(f"a part of 1 to {len(self.fields)}", field=key)
        raw = field.write(value)
        return Part(
            key=key,
            name=field.name,
            value=value,
            start=0,
            end=len(raw),
            raw=raw,
            body=field.prefix.size,
        )

    def place(self, parts: Sequence[Part], part: Part) -> list[Part]:
        """Behind the last one alone; and where there is none, only what is the whole."""
        if len(parts) != list(self.fields).index(part.key) or (not parts and len(self.fields) > 1):
            hint = "write the whole value instead"
            raise EncodeError("all parts before it", field=part.key, hint=hint)
        return [*parts, part]

    def drop(self, parts: Sequence[Part], part: Part) -> list[Part]:
        """The last one alone."""
        if part is not parts[-1]:
            hint = "those behind it would move; write the whole value instead"
            raise EncodeError("the last part", field=part.key, hint=hint)
        return list(parts[:-1])


class Repeated(Layout, frozen=True, kw_only=True):
    """Whole groups of parts, again and again to the end: group 2 is the part ``"2"``."""

    group: Positional

    def split(self, octets: bytes) -> list[Part]:
        """The groups, each of them whole."""
        groups: list[Part] = []
        at = 0
        while at < len(octets):
            key = str(len(groups) + 1)
            if len(groups) == PARTS_MAX:
                raise DecodeError(f"at most {PARTS_MAX} groups", offset=at)
            try:
                parts, end = self.group.walk(octets, at)
            except DecodeError as error:
                error.field = f"{key}.{error.field}"
                raise
            if len(parts) < len(self.group.fields):
                count = f"{len(self.group.fields)} parts of a group"
                raise DecodeError(count, field=key, offset=at, seen=f"{len(parts)}")
            raw = octets[at:end]
            value = self.text(raw)
            groups.append(
                Part(key=key, name=f"group {key}", value=value, start=at, end=end, raw=raw, body=at)
            )
            at = end
        return groups

    def make(self, key: str, value: str) -> Part:
        """A group of parts in one piece."""
        raw = self.octets(value, EncodeError)
        return Part(key=key, name=f"group {key}", value=value, start=0, end=len(raw), raw=raw)

    def place(self, parts: Sequence[Part], part: Part) -> list[Part]:
        """Behind the last group alone."""
        if part.key != str(len(parts) + 1):
            raise EncodeError(f"group {len(parts) + 1} as the next", field=part.key)
        return [*parts, part]

    def inner(self, key: str) -> Layout | None:
        """Every group is of the same layout."""
        is_number = DIGITS.issuperset(key) and 0 < len(key) < 4 and key[0] != "0"
        return self.group if is_number else None
