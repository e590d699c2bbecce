"""Commands about the module itself: is it there, what it counts, its chance, its authorised state.

J2, J4, J8 and JK answer as public clients read them. Chosen here, where those do not say: dates are
YYMMDD, NO in mode 01 answers one digit, rows of J2 end with a semicolon, and what J4 counts follows
as 3 digits and 12 characters each; the delay of LG is in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import (
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
from ...kinds import NOTHING
from ...values import Answer, Command

_FIRMWARE: Final = HsmField(
    "firmware", HsmKind("[0-9A-Z]{4}-[0-9A-Z]{4}", "a firmware number, nnnn-nnnn")
)
# Up to 256 bytes at a time.
_RANDOM_LENGTHS: Final = "00[1-9]|0[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-6]"
_CODE_LENGTH: Final = 2
_VOLUME_LENGTH: Final = 12
_SERIAL: Final = HsmField("serial", HsmKind("[0-9A-Z]{12}", "a serial number of 12 characters"))


def _times(*names: str) -> tuple[HsmField, ...]:
    """A date, YYMMDD, and a time, HHMMSS, for each of *names*."""
    parts = ("date", "time")
    return tuple(HsmField(f"{name}_{part}", digits(6)) for name in names for part in parts)


# What was counted, from when to when, and the time of the module's clock.
_PERIOD: Final = (_SERIAL, *_times("start", "end", "now"))
# An LMK in JK, up to a separator: its id, whether anything is authorised, how many activities,
# V for variants or K for key blocks, 0 or 1 for double or triple TDES or 2 for AES, L or T for live
# or test, and a comment.
_LMK_ROW: Final = r"[0-9]{2}[01][0-9]{2}[VK][012][LT][ -~]{0,64}\x14"


def _health(tamper: str, *after: HsmField) -> HsmLayout:
    return HsmLayout(
        _SERIAL,
        *_times("now"),
        *(
            HsmField(name, one_of("01", name))
            for name in ("console", "manager", "host_1", "host_2")
        ),
        HsmField("reserved", HsmKind("00", "2 zeros")),
        HsmField("tampered", HsmKind(tamper, "tamper state: 1 well, 2 tampered with")),
        *after,
        HsmField("lmks", digits(2)),
        HsmField("test_lmks", digits(2)),
        HsmField("old_lmks", digits(2)),
        HsmField("lmk_rows", HsmKind(f"(?:{_LMK_ROW}){{0,20}}", "a row for each LMK")),
        HsmField("pins_closed", one_of("01", "fraud state"), "\x15"),
        HsmField("attacked", one_of("01", "whether PINs were attacked")),
    )


COMMANDS: Final[Mapping[str, HostCommand]] = {
    "NC": HostCommand(
        request=NOTHING,
        answer=(HsmLayout(HsmField("lmk_check", hexadecimal(16)), _FIRMWARE),),
    ),
    # The answer to the end of the frame: a trailer would be part of it.
    "B2": HostCommand(
        request=(HsmLayout(HsmField("data", COUNTED)),),
        answer=(HsmLayout(HsmField("data", HsmKind("(?s:.{0,65535})", "any bytes"))),),
    ),
    # To the end of the frame: a trailer would be part of it.
    "N0": HostCommand(
        request=(
            HsmLayout(HsmField("length", HsmKind(_RANDOM_LENGTHS, "a length of 001 to 256"))),
        ),
        answer=(HsmLayout(HsmField("random", HsmKind("(?s:.{1,289})", "1 to 256 bytes"))),),
    ),
    "NO": HostCommand(
        request=(HsmLayout(HsmField("mode", HsmKind("0[01]", "mode 00, or 01 for PCI"))),),
        answer=(
            HsmLayout(
                HsmField("buffer", one_of("0123", "size of the buffer: 3 is 32 kB")),
                HsmField("net_type", one_of("01", "type of the network: 1 is TCP")),
                HsmField("sockets", digits(2)),
                _FIRMWARE,
                HsmField("reserved", HsmKind("00000", "5 zeros")),
            ),
            HsmLayout(HsmField("pci_mode", one_of("01", "whether it runs by the rules of PCI"))),
        ),
    ),
    "J2": HostCommand(
        request=NOTHING,
        answer=(
            HsmLayout(
                *_PERIOD,
                HsmField("seconds", digits(10)),
                HsmField(
                    "loads",
                    HsmKind("(?:[0-9]{16};)*", "rows of percent from and to, and seconds in 10"),
                ),
            ),
        ),
    ),
    # A command code and 10 digits each.
    "J4": HostCommand(
        request=NOTHING,
        answer=(
            HsmLayout(
                *_PERIOD,
                HsmField(
                    "volumes", counted("[0-9]{3}", 10, "3 digits, and 12 characters each", 12)
                ),
            ),
        ),
    ),
    "J8": HostCommand(
        request=NOTHING,
        answer=(
            HsmLayout(
                *_PERIOD,
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
            _health("[01]"),
            _health("2", HsmField("cause", digits(2)), *_times("tamper")),
        ),
    ),
    "LG": HostCommand(request=(HsmLayout(HsmField("delay", digits(3))),), answer=NOTHING),
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


def module_status(mode: str = "00") -> Command:
    """NO: answers buffer, net_type, sockets, firmware; in mode 01 pci_mode (0, 1) alone."""
    return Command("", "NO", {"mode": mode})


def module_load() -> Command:
    """J2: how busy the module was, second by second since its start; for :func:`read_loads`."""
    return Command("", "J2")


def read_loads(answer: Answer) -> dict[tuple[int, int], int]:
    """Of the *answer* to J2 the seconds by their load, in percent from and to.

    >>> read_loads(Answer("", "J3", "00", {"loads": "0000100000000042;"}))
    {(0, 10): 42}
    """
    rows = answer.fields["loads"].split(";")[:-1]
    return {(int(row[:3]), int(row[3:6])): int(row[6:]) for row in rows}


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
    """J8: answers a period, reboots, tampers, pin_minute_limits, pin_hour_limits, pin_attacks."""
    return Command("", "J8")


def health() -> Command:
    """JK: answers tampered (2: then cause and when), lmks, a row for each, pins_closed (0, 1)."""
    return Command("", "JK")


def set_response_delay(milliseconds: int) -> Command:
    """LG: have every answer from now on wait so long, 0 to 999 milliseconds."""
    return Command("", "LG", {"delay": f"{milliseconds:03d}"})


def cancel_authority() -> Command:
    """RA: end whatever is authorised."""
    return Command("", "RA")
