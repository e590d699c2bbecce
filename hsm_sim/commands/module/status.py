"""The module itself: NC, NO, J2, J4, J8 and JK tell of it, RA ends all authority.

LG has all answers wait.

B2 echoes, N0 gives random bytes, and NK performs the commands that it carries, each as if it had
come by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.dates import utc_text
from cardswitch.specs.hsm import HEADER_SIZE, Answer, answer_code, pack_answer
from cardswitch.specs.hsm.commands.module.chains import SIZE_MAX, name_of
from cardswitch.specs.hsm.errors import COMMAND_DISABLED, DATA_LENGTH_REFUSED, INPUT_REFUSED

from ...custody.policy import CommandRefused
from ...custody.state import LoadedLmk
from ...custody.windows import LOAD_STEPS
from ...desk import Handler, HsmDesk
from ...keys.ring import Fields

FIRMWARE: Final = "0000-SIM0"  # Says to whoever asks that this is a simulator.
# What NO says of the wires, in the numbers that hosts know: 32 kB, TCP.
_BUFFER: Final = "3"
_TCP: Final = "1"
_PCI: Final = "01"
SERIAL: Final = "SIM000000001"
_PERCENT: Final = 100 // LOAD_STEPS
_WELL: Final = "1"
_TAMPERED_WITH: Final = "2"
# Of the ports that JK tells of a simulator has one, where its hosts come in.
_PORTS: Final = {"console": "0", "manager": "0", "host_1": "1", "host_2": "0"}
KNOWN_CAUSE: Final = "01"
CHAIN: Final = "NK"
# A link carries 65,535 bytes at a time: what stands in front of the frames also has its room here.
ANSWERS_SIZE_MAX: Final = 65_000
_HAVE_HEADERS: Final = "1"
_LENGTH_DIGITS: Final = 4
# What an answer takes at least: its length, header, code and error.
_ANSWER_SIZE_MIN: Final = _LENGTH_DIGITS + HEADER_SIZE + 4


def diagnostics(desk: HsmDesk, fields: Fields) -> Fields:
    """NC: the check value of the LMK, and the firmware."""
    return {"lmk_check": desk.keys.check_value(), "firmware": FIRMWARE}


def echo(desk: HsmDesk, fields: Fields) -> Fields:
    """B2: the same data, byte by byte."""
    return {"data": fields["data"]}


def random_value(desk: HsmDesk, fields: Fields) -> Fields:
    """N0: so many random bytes; no key is made of them here."""
    return {"random": desk.random_bytes(int(fields["length"])).decode("latin-1")}


def module_status(desk: HsmDesk, fields: Fields) -> Fields:
    """NO: buffer, network and firmware; in mode 01 that no module of PCI is here."""
    if fields["mode"] == _PCI:
        return {"pci_mode": "0"}
    return {
        "buffer": _BUFFER,
        "net_type": _TCP,
        "sockets": "64",
        "firmware": FIRMWARE,
        "reserved": "00000",
    }


def module_load(desk: HsmDesk, fields: Fields) -> Fields:
    """J2: how many seconds since the start had which load, in steps of ten percent."""
    load = desk.state.load
    load.tick(desk.state.now)
    rows = [
        f"{_digits(step * _PERCENT, 3)}{_digits((step + 1) * _PERCENT, 3)}{_digits(seconds, 10)};"
        for step, seconds in enumerate(load.seconds)
    ]
    return {
        **_period(desk),
        "seconds": _digits(sum(load.seconds), 10),
        "loads": "".join(rows),
    }


def command_volumes(desk: HsmDesk, fields: Fields) -> Fields:
    """J4: how often each command came, this one included."""
    volumes = sorted(desk.state.load.commands.items())
    return {
        **_period(desk),
        "volumes": "".join(f"{code}{_digits(count, 10)}" for code, count in volumes),
    }


def health_counts(desk: HsmDesk, fields: Fields) -> Fields:
    """J8: what has happened that should be rare."""
    state, failures = desk.state, desk.state.pin_failures
    return {
        **_period(desk),
        "reboots": _digits(state.reboots, 10),
        "tampers": _digits(state.tampers, 10),
        "pin_minute_limits": _digits(failures.minute_limits, 7),
        "pin_hour_limits": _digits(failures.hour_limits, 5),
        "pin_attacks": _digits(failures.attacks, 8),
    }


def health(desk: HsmDesk, fields: Fields) -> Fields:
    """JK: is it tampered with, which LMKs has it, are PINs still verified? Works without an LMK."""
    state = desk.state
    tampered = {"tampered": _WELL}
    if state.tampered:
        when = _moments(tamper=state.tampered_at)
        tampered = {"tampered": _TAMPERED_WITH, "cause": KNOWN_CAUSE, **when}
    activities = sum(state.is_authorised(name) for name in state.authority.until)
    return {
        "serial": SERIAL,
        **_moments(now=state.now),
        **_PORTS,
        "reserved": "00",
        **tampered,
        "lmks": _digits(len(state.lmks), 2),
        "test_lmks": _digits(state.lmks_test, 2),
        "old_lmks": _digits(sum(lmk.has_old for lmk in state.lmks), 2),
        "lmk_rows": "".join(_row(lmk, activities) for lmk in state.lmks),
        "pins_closed": "1" if state.pin_failures.is_closed_for_some else "0",
        "attacked": "1" if state.pin_failures.attacks else "0",
    }


def _row(lmk: LoadedLmk, activities: int) -> str:
    """What JK tells of one *lmk*; activities are authorised for all of them."""
    kind = "K2" if lmk.has_blocks else "V0"  # AES; double TDES
    status, words = ("T", "test") if lmk.is_test else ("L", "live")
    is_authorised = "1" if activities else "0"
    return f"{lmk.lmk_id}{is_authorised}{_digits(activities, 2)}{kind}{status}{words} LMK\x14"


def _period(desk: HsmDesk) -> Fields:
    """Whose counts these are, and from when to when they were counted."""
    started, now = desk.state.started, desk.state.now
    return {"serial": SERIAL, **_moments(start=started, end=now, now=now)}


def _moments(**times: float) -> Fields:
    """The date, YYMMDD, and the time, HHMMSS, of each of *times*."""
    fields: dict[str, str] = {}
    for name, at in times.items():
        date, _, clock = utc_text(at).partition("T")
        fields[f"{name}_date"] = date[2:].replace("-", "")
        fields[f"{name}_time"] = clock[:8].replace(":", "")
    return fields


def cancel_authority(desk: HsmDesk, fields: Fields) -> Fields:
    """RA: nobody is authorised for anything any more."""
    desk.state.authority.cancel()
    return {}


def set_response_delay(desk: HsmDesk, fields: Fields) -> Fields:
    """LG: whatever is answered from now on waits so long: for tests of a slow module."""
    desk.state.delay_s = int(fields["delay"]) / 1_000
    return {}


def _digits(count: int, width: int) -> str:
    """*count* in *width* digits; what has no room stays at the highest number."""
    return f"{min(count, 10**width - 1):0{width}d}"


def perform_chain(desk: HsmDesk, fields: Fields) -> Fields:
    """NK: an answer to each command. A chain in a chain is answered 68, and not performed."""
    count, start = int(fields["commands"]), 0 if fields["headers"] == _HAVE_HEADERS else HEADER_SIZE
    frames = ["0" * start + fields[name_of(number)] for number in range(1, count + 1)]
    if not all(_code_of(frame) for frame in frames):
        raise CommandRefused(INPUT_REFUSED)
    answers: dict[str, str] = {}
    room = ANSWERS_SIZE_MAX - count * _ANSWER_SIZE_MIN
    for number, frame in enumerate(frames, 1):
        text = _perform_one(desk, frame, start, min(room, SIZE_MAX))
        room -= len(text)
        answers[name_of(number)] = text
    return {"commands": fields["commands"], **answers}


def _perform_one(desk: HsmDesk, frame: str, start: int, room: int) -> str:
    """The answer to *frame*; error 80 in its place, though it was performed, if it has no room."""
    code = _code_of(frame)
    header, refused = frame[:HEADER_SIZE], answer_code(code)
    if code == CHAIN:
        answer = Answer(header, refused, COMMAND_DISABLED)
    else:
        answer = desk.perform(frame.encode("latin-1"))
    text = pack_answer(answer)[start:].decode("latin-1")
    if len(text) <= room:
        return text
    return pack_answer(Answer(header, refused, DATA_LENGTH_REFUSED))[start:].decode("latin-1")


def _code_of(frame: str) -> str:
    """The command code in *frame*, or nothing if it has none."""
    code = frame[HEADER_SIZE : HEADER_SIZE + 2]
    return code if answer_code(code) else ""


HANDLERS: Final[Mapping[str, Handler]] = {
    "NC": diagnostics,
    "B2": echo,
    "N0": random_value,
    "NO": module_status,
    "J2": module_load,
    "J4": command_volumes,
    "J8": health_counts,
    "JK": health,
    "RA": cancel_authority,
    "LG": set_response_delay,
    CHAIN: perform_chain,
}
