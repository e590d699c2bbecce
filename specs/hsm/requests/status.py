"""Commands about the module's state."""

from __future__ import annotations

from typing import Final

from ..values import Answer, Command

_CODE_LENGTH: Final = 2
_VOLUME_LENGTH: Final = 12


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
