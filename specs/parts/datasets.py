"""Datasets (ISO 8583:2003 and 2023): an identifier of 1 byte, a length of 2, and the content.

Identifiers 01 to 70 hold BER-TLV. 71 to FE hold a dataset bitmap (DBM) and its numbered elements:
2 bytes, then single ones; the first bit of each says whether another follows, the last bit of the
last one that BER-TLV stands behind the elements; the bits between number the elements from 1 on.
Source: public descriptions of the standard, whose text was not at hand; that flag bits take no
number is how those describe it who have built it. A `[parts]` entry for an identifier goes before
the range.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..errors import DecodeError, EncodeError
from .ber import Ber
from .layout import PARTS_MAX, Layout, Part, octets_of
from .nested import Numbered

TLV_FIRST: Final = "01"
TLV_LAST: Final = "70"
BITMAP_LAST: Final = "FE"  # 00 and FF are reserved
DBM_BYTES_MAX: Final = 17  # bytes of a dataset bitmap: 119 elements
TLV: Final = "tlv"  # the key of what stands behind the elements
_HEAD: Final = 3  # bytes of identifier and length
_CONTENT_MAX: Final = 0xFFFF


class Datasets(Layout, frozen=True, kw_only=True):
    """Datasets under their identifiers, two hexadecimal digits."""

    content: Ber

    def split(self, octets: bytes) -> list[Part]:
        """Datasets one after the other; what is in them is split by its own layout."""
        parts: list[Part] = []
        at = 0
        while at < len(octets):
            if len(parts) == PARTS_MAX:
                raise DecodeError(f"at most {PARTS_MAX} datasets", offset=at)
            parts.append(self._part(octets, at))
            at = parts[-1].end
        return parts

    def _part(self, octets: bytes, start: int) -> Part:
        body = start + _HEAD
        key = octets[start : start + 1].hex().upper()
        if not TLV_FIRST <= key <= BITMAP_LAST:
            raise DecodeError("a dataset identifier, 01 to FE", offset=start)
        if body > len(octets):
            raise DecodeError("2 bytes of length", field=key, offset=start + 1, seen="the end")
        end = body + int.from_bytes(octets[start + 1 : body], "big")
        if end > len(octets):
            seen = f"{len(octets) - body} left"
            raise DecodeError(f"{end - body} bytes of dataset", field=key, offset=body, seen=seen)
        name, value = self.names.get(key, ""), octets[body:end].hex().upper()
        return Part(
            key=key,
            name=name,
            value=value,
            start=start,
            end=end,
            raw=octets[start:end],
            body=body,
            known=key in self.names,
        )

    def make(self, key: str, value: str) -> Part:
        """One dataset, its content as hexadecimal."""
        if len(key) != 2 or not TLV_FIRST <= key <= BITMAP_LAST:
            raise EncodeError("a dataset identifier, 01 to FE", field=key)
        body = octets_of(value, True, EncodeError)
        if len(body) > _CONTENT_MAX:
            raise EncodeError(f"at most {_CONTENT_MAX} bytes", field=key, seen=f"{len(body)}")
        raw = octets_of(key, True, EncodeError) + len(body).to_bytes(2, "big") + body
        return self._part(raw, 0)

    def inner(self, key: str) -> Layout | None:
        """BER-TLV from 01 to 70; from 71 on what the dialect says."""
        is_tlv = len(key) == 2 and TLV_FIRST <= key <= TLV_LAST
        return self.inners.get(key) or (self.content if is_tlv else None)


class DatasetBitmap(Numbered, frozen=True, kw_only=True):
    """The content of a dataset with a bitmap; ``"tlv"`` is what stands behind its elements."""

    content: Ber

    def split(self, octets: bytes) -> list[Part]:
        """The elements in order, and the TLV behind them as one part."""
        at = _bitmap_size(octets)
        bits = [octets[i // 8] >> (7 - i % 8) & 1 for i in range(at * 8)]
        numbers = [n for n, place in enumerate(_places(at), 1) if bits[place]]
        has_tlv = bool(bits[-1])
        if _bitmap(numbers, has_tlv) != octets[:at]:
            raise DecodeError("the shortest bitmap that says its elements", offset=0)
        parts, at = self.read_parts(octets, at, numbers)
        rest = octets[at:]
        if bool(rest) != has_tlv:
            seen = f"{len(rest)} bytes"
            expected = "BER-TLV after the elements" if has_tlv else "the end after the elements"
            raise DecodeError(expected, offset=at, seen=seen)
        if has_tlv:
            parts.append(
                Part(
                    key=TLV,
                    name="TLV",
                    value=rest.hex().upper(),
                    start=at,
                    end=len(octets),
                    raw=rest,
                    body=at,
                )
            )
        return parts

    def make(self, key: str, value: str) -> Part:
        """One element, or all of the TLV behind them."""
        if key != TLV:
            return super().make(key, value)
        raw = octets_of(value, True, EncodeError)
        return Part(key=TLV, name="TLV", value=value, start=0, end=len(raw), raw=raw)

    def join(self, parts: Sequence[Part]) -> bytes:
        """The shortest bitmap, and *parts*."""
        numbers = [int(part.key) for part in parts if part.key != TLV]
        has_tlv = any(part.key == TLV for part in parts)
        return _bitmap(numbers, has_tlv) + super().join(parts)

    def inner(self, key: str) -> Layout | None:
        """BER-TLV is what stands behind the elements."""
        return self.inners.get(key) or (self.content if key == TLV else None)

    def _rank(self, key: str) -> int:
        return PARTS_MAX if key == TLV else int(key)


def _bitmap_size(octets: bytes) -> int:
    """How many bytes the bitmap at the start takes."""
    size, first = 2, 0
    while len(octets) >= size and octets[first] & 0x80:
        first, size = size, size + 1
        if size > DBM_BYTES_MAX:
            raise DecodeError(f"a dataset bitmap of at most {DBM_BYTES_MAX} bytes", offset=first)
    if size > len(octets):
        raise DecodeError(f"{size} bytes of dataset bitmap", offset=0, seen=f"{len(octets)} bytes")
    return size


def _places(size: int) -> list[int]:
    """Which bit, from 0, stands for each element, in a bitmap of *size* bytes.

    >>> len(_places(2)), len(_places(3)), _places(3)[14:16]
    (14, 21, [15, 17])
    """
    flags = {0, *range(16, size * 8, 8), size * 8 - 1}
    return [bit for bit in range(size * 8) if bit not in flags]


def element_max() -> int:
    """The highest number of an element."""
    return len(_places(DBM_BYTES_MAX))


def _bitmap(numbers: Sequence[int], has_tlv: bool) -> bytes:
    """The shortest bitmap that says *numbers*, ascending."""
    size = 2
    while len(_places(size)) < max(numbers, default=0):
        size += 1
    places = _places(size)
    following = [0, *range(16, size * 8 - 8, 8)] if size > 2 else []
    marked = following + [places[number - 1] for number in numbers]
    marked += [size * 8 - 1] if has_tlv else []
    bits: int = sum(1 << (size * 8 - 1 - bit) for bit in marked)
    return bits.to_bytes(size, "big")
