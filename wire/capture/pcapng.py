"""Captures in the format pcapng: sections of blocks, each of its own byte order and interfaces.

Source: draft-ietf-opsawg-pcapng, sections 3 and 4. Blocks that carry no packet are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from cardswitch.specs.errors import DecodeError

from .packets import Capture, Packet, check_packet

SECTION: Final = bytes.fromhex("0a0d0d0a")  # The same in both byte orders.
INTERFACES_MAX: Final = 4096  # In one section; machines with more are no test any longer.
BLOCK_SIZE_MIN: Final = 12  # bytes: a type, a length, and the length again

_ORDERS: Final[Mapping[bytes, str]] = {
    bytes.fromhex("1a2b3c4d"): ">",
    bytes.fromhex("4d3c2b1a"): "<",
}
_TIME_RESOLUTION, _TIME_OFFSET = 9, 14  # Options of an interface: if_tsresol, if_tsoffset.


class _Interface(Struct, frozen=True, gc=False):
    link_type: int
    size_max: int  # Of what is kept of a packet; 0 is all of it.
    ticks: int  # of a second
    time_offset: int  # seconds


def read_pcapng(data: bytes) -> Capture:
    """The packets of the pcapng file *data*, in its order, and a note if it ends within a block.

    A simple packet block has no time: its packet is given that of the one before it, or 0.0.
    Raises DecodeError with the offset in *data*; see `read_capture`.
    """
    if data[:4] != SECTION:
        raise DecodeError("a section header of pcapng", offset=0)
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = "<"
        self._interfaces: list[_Interface] = []
        self._packets: list[Packet] = []

    def read(self) -> Capture:
        start = 0
        while start < len(self._data):
            end = start + self._size_of_block(start)
            if end > len(self._data):
                return self._cut(start)
            take = _BLOCKS.get(self._number("I", start))
            if take is not None:
                take(self, start + 8, end - 4)
            start = end
        return Capture(tuple(self._packets))

    def _size_of_block(self, start: int) -> int:
        """What the block's length says; the least size of all if not even that is there."""
        data = self._data
        if len(data) < start + BLOCK_SIZE_MIN:
            return BLOCK_SIZE_MIN
        if data[start : start + 4] == SECTION:
            self._order = _ORDERS.get(data[start + 8 : start + 12], "")
            if not self._order:
                raise DecodeError("the byte-order magic of a section", offset=start + 8)
        size = self._number("I", start + 4)
        if size < BLOCK_SIZE_MIN or size % 4:
            raise DecodeError(
                f"a block of {BLOCK_SIZE_MIN} bytes or more, in fours",
                offset=start + 4,
                seen=f"{size} bytes after packet {len(self._packets)}",
            )
        end = start + size
        if end <= len(data) and data[end - 4 : end] != data[start + 4 : start + 8]:
            raise DecodeError(
                "the length of the block, as in front of it",
                offset=end - 4,
                hint=f"the block at byte {start} is damaged, after packet {len(self._packets)}",
            )
        return size

    def _cut(self, start: int) -> Capture:
        if start == 0:
            raise DecodeError("a whole section header", offset=0, seen=f"{len(self._data)} bytes")
        note = f"the file ends within the block at byte {start}, after packet {len(self._packets)}"
        return Capture(tuple(self._packets), (note,))

    # Blocks: *start* and *end* are those of the body

    def take_section(self, start: int, end: int) -> None:
        [major] = self._unpack("4xH10x", start, end)
        if major != 1:
            raise DecodeError("version 1 of pcapng", offset=start + 4, seen=f"version {major}")
        self._interfaces = []

    def take_interface(self, start: int, end: int) -> None:
        link_type, size_max = self._unpack("HxxI", start, end)
        options = self._options(start + 8, end)
        resolution = self._option(options, _TIME_RESOLUTION, "B", 6)
        base = 2 if resolution & 0x80 else 10
        ticks = base ** (resolution & 0x7F)
        offset = self._option(options, _TIME_OFFSET, "q", 0)
        if len(self._interfaces) == INTERFACES_MAX:
            raise DecodeError(f"at most {INTERFACES_MAX} interfaces in a section", offset=start)
        self._interfaces.append(_Interface(link_type, size_max, ticks, offset))

    def take_packet(self, start: int, end: int) -> None:
        self._take_timed(self._unpack("5I", start, end), start, end)

    def take_old_packet(self, start: int, end: int) -> None:
        """The block before enhanced ones: its interface shares four bytes with a count of drops."""
        self._take_timed(self._unpack("Hxx4I", start, end), start, end)

    def _take_timed(self, header: tuple[int, ...], start: int, end: int) -> None:
        number, high, low, size, _ = header
        interface = self._interface(number, start)
        time = (high << 32 | low) / interface.ticks + interface.time_offset
        self._add(time, interface, start + 20, size, end)

    def take_simple_packet(self, start: int, end: int) -> None:
        [size] = self._unpack("I", start, end)
        interface = self._interface(0, start)
        size = min(size, interface.size_max or size)
        time = self._packets[-1].time if self._packets else 0.0
        self._add(time, interface, start + 4, size, end)

    def _interface(self, number: int, offset: int) -> _Interface:
        if number < len(self._interfaces):
            return self._interfaces[number]
        raise DecodeError(
            "the number of an interface that the section describes",
            offset=offset,
            seen=f"{number} in packet {len(self._packets) + 1}",
        )

    def _add(self, time: float, interface: _Interface, start: int, size: int, end: int) -> None:
        number = len(self._packets) + 1
        check_packet(number, size, start)
        if start + size > end:
            raise DecodeError(
                f"a packet of at most {end - start} bytes: its block has no more",
                offset=start,
                seen=f"{size} bytes in packet {number}",
            )
        self._packets.append(Packet(time, self._data[start : start + size], interface.link_type))

    # Parts of a body

    def _options(self, start: int, end: int) -> dict[int, tuple[int, int]]:
        """By the code of each option, where its value starts and ends; the first one counts."""
        options: dict[int, tuple[int, int]] = {}
        while start + 4 <= end:
            code, size = self._unpack("HH", start, end)
            value = (start + 4, start + 4 + size)
            if value[1] > end:
                raise DecodeError("an option that fits into its block", offset=start)
            if code == 0:
                break
            options.setdefault(code, value)
            start = value[1] + -size % 4
        return options

    def _option(
        self, options: Mapping[int, tuple[int, int]], code: int, form: str, default: int
    ) -> int:
        if code not in options:
            return default
        start, end = options[code]
        if end - start != struct.calcsize(f"={form}"):
            raise DecodeError(f"an option {code} of its size", offset=start)
        return self._number(form, start)

    def _number(self, form: str, start: int) -> int:
        [number] = struct.unpack_from(self._order + form, self._data, start)
        return int(number)

    def _unpack(self, form: str, start: int, end: int) -> tuple[Any, ...]:
        size = struct.calcsize(f"={form}")
        if start + size > end:
            raise DecodeError(
                f"a block with {size} bytes of its own",
                offset=start,
                seen=f"{end - start} bytes after packet {len(self._packets)}",
            )
        return struct.unpack_from(self._order + form, self._data, start)


_BLOCKS: Final[Mapping[int, Callable[[_Reader, int, int], None]]] = {
    int.from_bytes(SECTION): _Reader.take_section,
    1: _Reader.take_interface,
    2: _Reader.take_old_packet,
    3: _Reader.take_simple_packet,
    6: _Reader.take_packet,
}
