"""Tag, length, value in characters, packed digits or bytes; and length, tag, value (DE48)."""

from __future__ import annotations

from ..errors import DecodeError, EncodeError
from ..grammar.fields import Field
from ..grammar.prefixes import Prefix
from .layout import PARTS_MAX, Layout, Part, read_body, write_body


class Tagged(Layout, frozen=True, kw_only=True):
    """Parts under tags in the format *tag*, each with a *length*, which counts octets.

    *length_first*: the length stands before the tag. *counts_tag*: it counts the tag as well. Of a
    tag that comes again the first is the one that paths find; all of them stay.
    """

    tag: Field
    length: Prefix
    length_first: bool = False
    counts_tag: bool = False

    def split(self, octets: bytes) -> list[Part]:
        """The parts as they come, unknown and repeated tags among them."""
        parts: list[Part] = []
        at = 0
        while at < len(octets):
            if len(parts) == PARTS_MAX:
                raise DecodeError(f"at most {PARTS_MAX} tags", offset=at)
            parts.append(self._part(octets, at))
            at = parts[-1].end
        return parts

    def _part(self, octets: bytes, start: int) -> Part:
        """The part that begins at *start*; an unknown tag is not named, for what it may be."""
        if self.length_first:
            length, at = self._read_length(octets, start)
            key, at = self._read_tag(octets, at)
        else:
            key, at = self._read_tag(octets, start)
            length, at = self._read_length(octets, at)
        known = key in self.names
        length -= self._counted
        if not 0 <= length <= len(octets) - at:
            raise DecodeError(
                "a length that counts its tag" if length < 0 else f"{length} bytes of value",
                field=key if known else "",
                offset=at,
                seen=f"{len(octets) - at} left",
            )
        field, end = self.fields.get(key), at + length
        raw = octets[at:end]
        value = read_body(field, octets, at, end) if field else self.text(raw)
        return Part(
            key=key,
            name=self.names.get(key, ""),
            value=value,
            start=start,
            end=end,
            raw=octets[start:end],
            body=at,
            known=known,
        )

    def make(self, key: str, value: str) -> Part:
        """Tag, length and value; EncodeError if one of them cannot be written."""
        field = self.fields.get(key)
        body = write_body(field, value) if field else self.octets(value, EncodeError)
        count = len(body) + self._counted
        if count > self.length.maximum:
            raise EncodeError(f"a length of at most {self.length.maximum}", field=key)
        tag, length = self.tag.write(key), self.length.encode(count)
        raw = (length + tag if self.length_first else tag + length) + body
        at = len(raw) - len(body)
        return Part(
            key=key,
            name=self.names.get(key, ""),
            value=value,
            start=0,
            end=len(raw),
            raw=raw,
            body=at,
            known=key in self.names,
        )

    @property
    def _counted(self) -> int:
        """What the length counts besides the value."""
        return self.tag.encoding.size(self.tag.notation.characters) if self.counts_tag else 0

    def _read_tag(self, octets: bytes, at: int) -> tuple[str, int]:
        start, end, characters = self.tag.locate(octets, at)
        return self.tag.read(octets, start, end, characters), end

    def _read_length(self, octets: bytes, at: int) -> tuple[int, int]:
        end = at + self.length.size
        try:
            length = self.length.decode(octets[at:end])
        except (KeyError, ValueError):
            length = self.length.maximum + 1
        if length > self.length.maximum:
            expected = f"a length: {self.length.size} bytes of {self.length.encoding}"
            raise DecodeError(expected, offset=at, seen=f"{len(octets) - at} left")
        return length, end
