"""Layouts of commands about the module: what it counts, its chance, its authorised state.

Chosen here, where no public source says: the answers to J2 and J4, the widths of that to JK.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmKind, HsmLayout, counted, digits, one_of
from ..kinds import NOTHING

# Up to 256 bytes at a time.
_RANDOM_LENGTHS: Final = "00[1-9]|0[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-6]"

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "N0": (HsmLayout(HsmField("length", HsmKind(_RANDOM_LENGTHS, "a length of 001 to 256"))),),
    "NO": (HsmLayout(HsmField("mode", HsmKind("00", "mode 00"))),),
    "J2": NOTHING,
    "J4": NOTHING,
    "J8": NOTHING,
    "JK": NOTHING,
    "RA": NOTHING,
}

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    # To the end of the frame: a trailer would be part of it.
    "N1": (HsmLayout(HsmField("random", HsmKind("(?s:.{1,289})", "1 to 256 bytes"))),),
    "NP": (
        HsmLayout(
            HsmField("buffer", one_of("0123", "size of the buffer: 3 is 32 kB")),
            HsmField("net_type", one_of("01", "type of the network: 1 is TCP")),
            HsmField("sockets", digits(2)),
            HsmField(
                "firmware", HsmKind("[0-9A-Z]{4}-[0-9A-Z]{4}", "a firmware number, nnnn-nnnn")
            ),
            HsmField("reserved", HsmKind("00000", "5 zeros")),
        ),
    ),
    "J3": (
        HsmLayout(HsmField("commands_per_second", digits(7)), HsmField("commands", digits(10))),
    ),
    # A command code and 10 digits each.
    "J5": (
        HsmLayout(
            HsmField("volumes", counted("[0-9]{3}", 10, "3 digits, and 12 characters each", 12))
        ),
    ),
    "J9": (
        HsmLayout(
            HsmField("reboots", digits(10)),
            HsmField("tampers", digits(10)),
            HsmField("pin_minute_limits", digits(7)),
            HsmField("pin_hour_limits", digits(5)),
            HsmField("pin_attacks", digits(8)),
        ),
    ),
    "JL": (
        HsmLayout(
            HsmField("tampered", one_of("01", "tamper state")),
            HsmField("cause", digits(2)),
            HsmField("lmks", digits(2)),
            HsmField("test_lmks", digits(2)),
            HsmField("pins_closed", one_of("01", "fraud state")),
        ),
    ),
    "RB": NOTHING,
}
