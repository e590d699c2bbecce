"""Chip data that nests, repeats or promises too much: what a reader of BER-TLV must refuse."""

from __future__ import annotations

from typing import Final

from .chance import Pick, choose

# Lengths that lie: indefinite, huge, negative if read as signed, not of the shortest form.
LENGTHS: Final = (
    "80",
    "8105",
    "81FF",
    "820005",
    "82FFFF",
    "83FFFFFF",
    "847FFFFFFF",
    "84FFFFFFFF",
    "8500000000FF",
    "880000000000000005",
    "887FFFFFFFFFFFFFFF",
    "888000000000000000",
    "88FFFFFFFFFFFFFFFF",
    "FE",
    "FF",
)
_TAGS: Final = ("9F02", "5A", "9F36", "E1", "00", "FF", "1F", "9F", "DF8129", "BF0C", "FFFFFFFF")
_SIZE_MAX: Final = 4096  # bytes built before they are cut to fit: 64 KiB would only be slower


def make_hostile_tlv(pick: Pick, size: int) -> bytes:
    """At most *size* bytes, at least one, of a kind that *pick* chooses."""
    size = max(1, min(size, _SIZE_MAX))
    data = choose(pick, _KINDS)(pick, size)
    return data[:size] or b"\x00"


def _wrong_length(pick: Pick, size: int) -> bytes:
    """An object whose length lies, with a few bytes behind it."""
    return bytes.fromhex(choose(pick, _TAGS) + choose(pick, LENGTHS)) + bytes(pick(9))


def _nested(pick: Pick, size: int) -> bytes:
    """Templates in templates: as many as fit, or around the eight that are allowed."""
    levels = choose(pick, (7, 8, 9, 10, 64, size // 2))
    data = b""
    for _ in range(levels):
        grown = b"\xe1" + _length(len(data)) + data
        if len(grown) > size:
            break
        data = grown
    return data


def _hollow(pick: Pick, size: int) -> bytes:
    """Templates that all promise the rest, and hold nothing."""
    return b"\xe1\x7f" * (size // 2)


def _many(pick: Pick, size: int) -> bytes:
    """One empty tag again and again."""
    return bytes.fromhex(choose(pick, ("9F0200", "5A00", "E100"))) * (size // 2)


def _endless_tag(pick: Pick, size: int) -> bytes:
    """A tag that goes on, to the end or past the four bytes allowed."""
    return b"\x9f" + b"\x81" * choose(pick, (1, 2, 3, 4, size)) + b"\x01\x00"


def _padding(pick: Pick, size: int) -> bytes:
    """What some take for padding."""
    return bytes([choose(pick, (0x00, 0xFF))]) * (1 + pick(size))


def _cut(pick: Pick, size: int) -> bytes:
    """An object that ends early, at any of its bytes."""
    whole = bytes.fromhex("9F1081820102030405060708")
    return whole[: 1 + pick(len(whole))]


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 + len(octets)]) + octets


_KINDS: Final = (_wrong_length, _nested, _hollow, _many, _endless_tag, _padding, _cut)
