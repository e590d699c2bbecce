"""Layouts of commands about the module: what it counts, its chance, its authorised state.

Chosen here, where no public source says: the answers to J2 and J4, the widths of that to JK.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Kind, Layout, counted, digits, one_of
from ..kinds import NOTHING

# Up to 256 bytes at a time.
_RANDOM_LENGTHS: Final = "00[1-9]|0[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-6]"

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "N0": (Layout(Field("length", Kind(_RANDOM_LENGTHS, "a length of 001 to 256"))),),
    "NO": (Layout(Field("mode", Kind("00", "mode 00"))),),
    "J2": NOTHING,
    "J4": NOTHING,
    "J8": NOTHING,
    "JK": NOTHING,
    "RA": NOTHING,
}

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    # To the end of the frame: a trailer would be part of it.
    "N1": (Layout(Field("random", Kind("(?s:.{1,289})", "1 to 256 bytes"))),),
    "NP": (
        Layout(
            Field("buffer", one_of("0123", "size of the buffer: 3 is 32 kB")),
            Field("net_type", one_of("01", "type of the network: 1 is TCP")),
            Field("sockets", digits(2)),
            Field("firmware", Kind("[0-9A-Z]{4}-[0-9A-Z]{4}", "a firmware number, nnnn-nnnn")),
            Field("reserved", Kind("00000", "5 zeros")),
        ),
    ),
    "J3": (Layout(Field("commands_per_second", digits(7)), Field("commands", digits(10))),),
    # A command code and 10 digits each.
    "J5": (
        Layout(Field("volumes", counted("[0-9]{3}", 10, "3 digits, and 12 characters each", 12))),
    ),
    "J9": (
        Layout(
            Field("reboots", digits(10)),
            Field("tampers", digits(10)),
            Field("pin_minute_limits", digits(7)),
            Field("pin_hour_limits", digits(5)),
            Field("pin_attacks", digits(8)),
        ),
    ),
    "JL": (
        Layout(
            Field("tampered", one_of("01", "tamper state")),
            Field("cause", digits(2)),
            Field("lmks", digits(2)),
            Field("test_lmks", digits(2)),
            Field("pins_closed", one_of("01", "fraud state")),
        ),
    ),
    "RB": NOTHING,
}
