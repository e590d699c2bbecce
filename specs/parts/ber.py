"""BER-TLV as chips write it (DE55), on the rules and limits of :mod:`cardswitch.specs.tlv`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final

from msgspec import Struct, convert

from ..errors import DecodeError, EncodeError
from ..tlv import encode_length, unpack_tlv
from .layout import Layout, Part, octets_of, read_body, write_body

# Zero bytes between objects (EMV Book 3, Annex B1): kept, and shown under this key.
PADDING: Final = "00"
_CONSTRUCTED: Final = frozenset("2367ABEF")  # first digits of tags whose bit 0x20 is set


class EmvTag(Struct, frozen=True, gc=False, array_like=True):
    """What EMV calls a tag, and the format of its value in engineers' notation."""

    name: str
    format: str


EMV_TAGS: Final[Mapping[str, EmvTag]] = convert(
    tomllib.loads((Path(__file__).parents[1] / "tables" / "emv_tags.toml").read_text("utf-8")),
    dict[str, EmvTag],
)


class Ber(Layout, frozen=True):
    """Objects under their tags; a constructed one is of this same layout. Values are hexadecimal,
    but for tags that the dialect gives a format."""

    padding_keys: ClassVar[frozenset[str]] = frozenset([PADDING])

    def split(self, octets: bytes) -> list[Part]:
        """See :meth:`Layout.split`; objects in templates are checked, and not listed."""
        parts: list[Part] = []
        at = 0
        for item in unpack_tlv(octets, field=""):
            parts += _padding(octets, at)
            at = parts[-1].end if parts else 0
            body, end = _body(octets, at + len(item.tag) // 2)
            parts.append(self._part(item.tag, octets, at, body, end))
            at = end
        return parts + _padding(octets, at)

    def _part(self, tag: str, octets: bytes, start: int, body: int, end: int) -> Part:
        field = self.fields.get(tag)
        value = read_body(field, octets, body, end) if field else octets[body:end].hex().upper()
        name = self.names.get(tag, "")
        return Part(
            key=tag,
            name=name,
            value=value,
            start=start,
            end=end,
            raw=octets[start:end],
            body=body,
            known=tag in self.names,
        )

    def make(self, key: str, value: str) -> Part:
        """One object; EncodeError if *key* is no tag, or a template is not made of objects."""
        field = self.fields.get(key)
        body = write_body(field, value) if field else octets_of(value, True, EncodeError)
        try:
            raw = octets_of(key, binary=True) + encode_length(len(body)) + body
            items = unpack_tlv(raw, field="")
        except DecodeError as error:
            raise EncodeError(error.expected, field=key) from None
        if [item.tag for item in items] != [key]:
            raise EncodeError("one tag, upper-case hexadecimal", field=key)
        return self._part(key, raw, 0, len(raw) - len(body), len(raw))

    def place(self, parts: Sequence[Part], part: Part) -> list[Part]:
        """At the end: EMV asks for no order."""
        return [*parts, part]

    def inner(self, key: str) -> Layout | None:
        """A template is of this same layout, unless the dialect says another."""
        return self.inners.get(key) or (self if key[:1] in _CONSTRUCTED else None)


def _body(octets: bytes, at: int) -> tuple[int, int]:
    """Where the value behind the checked length at *at* begins and ends."""
    first = octets[at]
    if first < 0x80:
        return at + 1, at + 1 + first
    body = at + 1 + (first - 0x80)
    return body, body + int.from_bytes(octets[at + 1 : body], "big")


def _padding(octets: bytes, start: int) -> list[Part]:
    """The zeros from *start* on as one part, if there are any."""
    end = start
    while end < len(octets) and octets[end] == 0:
        end += 1
    if start == end:
        return []
    raw = octets[start:end]
    return [
        Part(
            key=PADDING,
            name="padding",
            value=raw.hex(),
            start=start,
            end=end,
            raw=raw,
            body=start,
        )
    ]
