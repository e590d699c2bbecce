"""Commands about the module itself: is it there, what it counts, its chance, its authorised state.

Chosen here, where no public source says: the answers to J2 and J4, the widths of that to JK.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import (
    COUNTED,
    HostCommand,
    HsmField,
    HsmKind,
    HsmLayout,
    counted,
    digits,
    hexadecimal,
    one_of,
)
from ..kinds import ECHOED, NOTHING
from ..values import Answer, Command

_FIRMWARE: Final = HsmField(
    "firmware", HsmKind("[0-9A-Z]{4}-[0-9A-Z]{4}", "a firmware number, nnnn-nnnn")
)
# Up to 256 bytes at a time.
_RANDOM_LENGTHS: Final = "00[1-9]|0[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-6]"
_CODE_LENGTH: Final = 2
_VOLUME_LENGTH: Final = 12

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "NC": HostCommand(
        request=NOTHING,
        answer=(HsmLayout(HsmField("lmk_check", hexadecimal(16)), _FIRMWARE),),
    ),
    "B2": HostCommand(
        request=(HsmLayout(HsmField("data", COUNTED)),),
        answer=(HsmLayout(HsmField("data", ECHOED)),),
    ),
    # To the end of the frame: a trailer would be part of it.
    "N0": HostCommand(
        request=(
            HsmLayout(HsmField("length", HsmKind(_RANDOM_LENGTHS, "a length of 001 to 256"))),
        ),
        answer=(HsmLayout(HsmField("random", HsmKind("(?s:.{1,289})", "1 to 256 bytes"))),),
    ),
    "NO": HostCommand(
        request=(HsmLayout(HsmField("mode", HsmKind("00", "mode 00"))),),
        answer=(
            HsmLayout(
                HsmField("buffer", one_of("0123", "size of the buffer: 3 is 32 kB")),
                HsmField("net_type", one_of("01", "type of the network: 1 is TCP")),
                HsmField("sockets", digits(2)),
                _FIRMWARE,
                HsmField("reserved", HsmKind("00000", "5 zeros")),
            ),
        ),
    ),
    "J2": HostCommand(
        request=NOTHING,
        answer=(
            HsmLayout(HsmField("commands_per_second", digits(7)), HsmField("commands", digits(10))),
        ),
    ),
    # A command code and 10 digits each.
    "J4": HostCommand(
        request=NOTHING,
        answer=(
            HsmLayout(
                HsmField("volumes", counted("[0-9]{3}", 10, "3 digits, and 12 characters each", 12))
            ),
        ),
    ),
    "J8": HostCommand(
        request=NOTHING,
        answer=(
            HsmLayout(
                HsmField("reboots", digits(10)),
                HsmField("tampers", digits(10)),
                HsmField("pin_minute_limits", digits(7)),
                HsmField("pin_hour_limits", digits(5)),
                HsmField("pin_attacks", digits(8)),
            ),
        ),
    ),
    "JK": HostCommand(
        request=NOTHING,
        answer=(
            HsmLayout(
                HsmField("tampered", one_of("01", "tamper state")),
                HsmField("cause", digits(2)),
                HsmField("lmks", digits(2)),
                HsmField("test_lmks", digits(2)),
                HsmField("pins_closed", one_of("01", "fraud state")),
            ),
        ),
    ),
    "RA": HostCommand(request=NOTHING, answer=NOTHING),
}


def diagnostics() -> Command:
    """NC: is the module there, which LMK and which firmware has it? Answers lmk_check, firmware."""
    return Command("", "NC")


def echo(data: str) -> Command:
    """B2: send *data* back. Answers data.

    >>> from cardswitch.specs.hsm.codec import pack_command
    >>> pack_command(echo("HELLO").with_header("0001"))
    b'0001B20005HELLO'
    """
    return Command("", "B2", {"data": data})


def random_value(length: int) -> Command:
    """N0: *length* random bytes, 1 to 256. Answers random, the bytes as characters."""
    return Command("", "N0", {"length": f"{length:03d}"})


def module_status() -> Command:
    """NO: answers buffer, net_type, sockets, firmware."""
    return Command("", "NO", {"mode": "00"})


def module_load() -> Command:
    """J2: answers commands_per_second, and commands since the start."""
    return Command("", "J2")


def command_volumes() -> Command:
    """J4: how often each command came; for :func:`read_volumes`."""
    return Command("", "J4")


def read_volumes(answer: Answer) -> dict[str, int]:
    """What the *answer* to J4 counts, by command code."""
    volumes = answer.fields["volumes"]
    starts = range(0, len(volumes), _VOLUME_LENGTH)
    return {
        volumes[at : at + _CODE_LENGTH]: int(volumes[at + _CODE_LENGTH : at + _VOLUME_LENGTH])
        for at in starts
    }


def health_counts() -> Command:
    """J8: answers reboots, tampers, pin_minute_limits, pin_hour_limits, pin_attacks."""
    return Command("", "J8")


def health() -> Command:
    """JK: answers tampered (0, 1), cause, lmks, test_lmks, pins_closed (0, 1)."""
    return Command("", "JK")


def cancel_authority() -> Command:
    """RA: end whatever is authorised."""
    return Command("", "RA")
