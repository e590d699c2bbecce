"""The module's state: N0 gives chance, NO and the J commands tell what is, RA ends authority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..keys.ring import Fields, Handler, KeyRing
from .admin import FIRMWARE

# What NO says of the wires, in the numbers that hosts know: 32 kB, TCP.
_BUFFER: Final = "3"
_TCP: Final = "1"
NO_CAUSE: Final = "00"
KNOWN_CAUSE: Final = "01"


def give_random(ring: KeyRing, fields: Fields) -> Fields:
    """N0: so many random bytes; no key is made of them here."""
    return {"random": ring.random_bytes(int(fields["length"])).decode("latin-1")}


def tell_status(ring: KeyRing, fields: Fields) -> Fields:
    """NO: buffer, network and firmware."""
    return {
        "buffer": _BUFFER,
        "net_type": _TCP,
        "sockets": "64",
        "firmware": FIRMWARE,
        "reserved": "00000",
    }


def tell_load(ring: KeyRing, fields: Fields) -> Fields:
    """J2: commands a second over the last whole 10 seconds, and in all since the start."""
    state = ring.state
    return {
        "commands_per_second": _digits(round(state.commands_per_second), 7),
        "commands": _digits(state.commands.total(), 10),
    }


def tell_volumes(ring: KeyRing, fields: Fields) -> Fields:
    """J4: how often each command came, this one included."""
    volumes = sorted(ring.state.commands.items())
    return {"volumes": "".join(f"{code}{_digits(count, 10)}" for code, count in volumes)}


def tell_counts(ring: KeyRing, fields: Fields) -> Fields:
    """J8: what has happened that should be rare."""
    state = ring.state
    return {
        "reboots": _digits(state.reboots, 10),
        "tampers": _digits(state.tampers, 10),
        "pin_minute_limits": _digits(state.pin_minute_limits, 7),
        "pin_hour_limits": _digits(state.pin_hour_limits, 5),
        "pin_attacks": _digits(state.pin_attacks, 8),
    }


def tell_health(ring: KeyRing, fields: Fields) -> Fields:
    """JK: is it tampered with, which LMKs has it, are PINs still verified? Works without an LMK."""
    state = ring.state
    return {
        "tampered": "1" if state.tampered else "0",
        "cause": KNOWN_CAUSE if state.tampered else NO_CAUSE,
        "lmks": _digits(state.lmks_test + state.lmks_live, 2),
        "test_lmks": _digits(state.lmks_test, 2),
        "pins_closed": "1" if state.pins_closed else "0",
    }


def cancel_authority(ring: KeyRing, fields: Fields) -> Fields:
    """RA: nobody is authorised for anything any more."""
    ring.state.cancel_authority()
    return {}


def _digits(count: int, width: int) -> str:
    """*count* in *width* digits; what has no room stays at the highest number."""
    return f"{min(count, 10**width - 1):0{width}d}"


HANDLERS: Final[Mapping[str, Handler]] = {
    "N0": give_random,
    "NO": tell_status,
    "J2": tell_load,
    "J4": tell_volumes,
    "J8": tell_counts,
    "JK": tell_health,
    "RA": cancel_authority,
}
