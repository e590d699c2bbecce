"""What is printed, in clear, for people: PE a PIN, TA a TMK, NE and OC components of new keys.

A module prints only where its configuration names a printer, which is a file (`printer`), and by
the word of two officers: ``print.pin.host``, ``print.000.host`` for keys of type 000.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.security.tdes import xor

from ...desk import Handler, HsmDesk
from ...keys.clear import ClearKey
from ...keys.ring import Fields
from ...keys.uses import TMK, ZMK, KeyUse
from ...pins.blocks import open_lmk_pin

PRINT: Final = "print"


def print_pin(desk: HsmDesk, fields: Fields) -> Fields:
    """PE: the PIN of an account."""
    desk.state.require_officers(f"{PRINT}.pin")
    pin = open_lmk_pin(desk, fields["pin"], fields["pan12"])
    _print(desk, fields, f"account {fields['pan12']}", f"PIN {pin}")
    return {}


def print_tmk(desk: HsmDesk, fields: Fields) -> Fields:
    """TA: a TMK, whole."""
    desk.state.require_officers(f"{PRINT}.{TMK.key_type}")
    key = desk.keys.open_any(TMK, fields["tmk"])
    _print(desk, fields, f"TMK {_text(key.value)}", f"check value {key.kcv}")
    return {}


def print_components(desk: HsmDesk, fields: Fields) -> Fields:
    """NE: a new key in two components, each for somebody else."""
    use = desk.keys.use_of(fields)
    desk.state.require_officers(f"{PRINT}.{use.key_type}")
    key = desk.keys.generate(use, fields["lmk_scheme"], fields)
    other = desk.random_bytes(len(key.value))
    for number, part in enumerate((other, xor(key.value, other)), 1):
        _print(desk, fields, f"component {number} {_text(part)}", f"check value {key.kcv}")
    return _kept(desk, use, fields["lmk_scheme"], key, fields)


def print_zmk_component(desk: HsmDesk, fields: Fields) -> Fields:
    """OC: a component of a ZMK, which A4 may join with others."""
    desk.state.require_officers(f"{PRINT}.{ZMK.key_type}")
    scheme = desk.keys.new_key_scheme
    key = desk.keys.generate(ZMK, scheme, fields)
    _print(desk, fields, f"ZMK component {_text(key.value)}", f"check value {key.kcv}")
    return _kept(desk, ZMK, scheme, key, fields)


def _print(desk: HsmDesk, fields: Fields, *lines: str) -> None:
    """Print the fields of the command, and *lines*. Raises CommandRefused (16): no printer."""
    said = fields.get("print_fields", "")
    desk.print_text("\n".join([*said.split(";"), *lines] if said else lines) + "\n\f\n")


def _text(value: bytes) -> str:
    return value.hex().upper()


def _kept(desk: HsmDesk, use: KeyUse, scheme: str, key: ClearKey, fields: Fields) -> Fields:
    return {"key": desk.keys.close(use, scheme, key, fields), "kcv": key.kcv}


HANDLERS: Final[Mapping[str, Handler]] = {
    "PE": print_pin,
    "TA": print_tmk,
    "NE": print_components,
    "OC": print_zmk_component,
}
