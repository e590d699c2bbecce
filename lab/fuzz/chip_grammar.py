"""BER-TLV as a grammar of the library construct, to compare our reading of field 55 with.

It is looser than ours, taking what is not of the shortest form and any number of tags. Where both
read, both must read the same. construct is optional: without it nothing is compared.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from cardswitch.specs.tlv import Tlv

SIZE_MAX: Final = 1024  # bytes; construct is slow, and a field of a message has at most 999
_CONSTRUCTED: Final = 0x20


@cache
def grammar() -> Any:
    """The grammar, or None where construct is not installed."""
    try:
        import construct as c
    except ImportError:
        return None
    goes_on = (c.this.first & 0x1F) == 0x1F
    tag = c.Struct(
        "first" / c.Byte,
        "more" / c.If(goes_on, c.RepeatUntil(lambda byte, _all, _context: byte < 0x80, c.Byte)),
    )
    length = c.Struct(
        "first" / c.Byte,
        "long" / c.If(c.this.first > 0x80, c.BytesInteger(c.this.first & 0x7F)),
    )
    item = c.Struct("tag" / tag, "length" / length, "value" / c.Bytes(_said))
    padding = c.Const(b"\x00")
    return c.GreedyRange(c.Select(padding, item)) >> c.Terminated


def why_off() -> str:
    """Why nothing is compared; nothing where something is."""
    return "" if grammar() else "the library construct is not installed: nothing compares field 55"


def read_chip(data: bytes) -> tuple[Tlv, ...] | None:
    """The objects in *data* as construct reads them; None if it refuses, or is not installed.

    >>> read_chip(bytes.fromhex("9F3602003C")) in ((Tlv("9F36", bytes([0, 0x3C])),), None)
    True
    """
    if grammar() is None or len(data) > SIZE_MAX:
        return None
    import construct as c

    try:
        return _objects(data)
    except (c.ConstructError, RecursionError):
        return None


def _objects(data: bytes) -> tuple[Tlv, ...]:
    items, _end = grammar().parse(data)
    return tuple(_object(item) for item in items if not isinstance(item, bytes))


def _object(item: Any) -> Tlv:
    tag = bytes([item.tag.first, *(item.tag.more or ())]).hex().upper()
    if item.tag.first & _CONSTRUCTED:
        return Tlv(tag, children=_objects(item.value))
    return Tlv(tag, item.value)


def _said(context: Any) -> int:
    """How long the value is."""
    length = context.length
    return int(length.first if length.long is None else length.long)
