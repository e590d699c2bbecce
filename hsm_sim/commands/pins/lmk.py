"""PINs under the LMK: JA makes one, JC JE JG carry, BC BE compare, QK moves, BG renews one.

BA and NG handle PINs in clear: the policy must enable them, and two officers must allow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from cardswitch.specs.hsm.errors import (
    CRYPTOGRAPHY_FAILED,
    MISMATCH,
    PIN_LENGTH_REFUSED,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.hsm.names import ISO_0
from cardswitch.specs.security.cmac import generate_cmac_aes
from cardswitch.specs.security.digits import decimalise
from cardswitch.specs.security.lmk import seal_pin
from cardswitch.specs.security.pinblocks import PIN_LENGTHS, require_pin

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import ClearKey
from ...keys.ring import Fields
from ...keys.uses import TPK, ZPK, KeyUse
from ...pins.blocks import Account, fold_block, make_block, open_block, open_lmk_pin
from ...pins.decimalisation import renew_table

# What officers authorise for these.
CLEAR_PIN_ACTIVITY: Final = "pin.clear"
ACCOUNT_ACTIVITY: Final = "pin.account"
CLEAR_PIN_LENGTH: Final = 13  # one more than the longest PIN, so that fill always follows
REFERENCE_LENGTH: Final = 12
_FILL: Final = "F"
EXCLUDED_COUNT_REFUSED: Final = "03"
# Bytes below this share out evenly over ten digits.
_FAIR_BYTES: Final = 250
_DRAW: Final = 16  # bytes: nearly always enough for the longest PIN
# Tries until a random PIN is one that may be given: a module that excludes nearly all has an end.
PIN_TRIES_MAX: Final = 100


def generate_pin(desk: HsmDesk, fields: Fields) -> Fields:
    """JA: a random PIN, of 4 digits unless the length is given."""
    length = int(fields.get("pin_length", PIN_LENGTHS.start))
    if length not in PIN_LENGTHS:
        raise CommandRefused(PIN_LENGTH_REFUSED)
    excluded = {*desk.policy.pins_excluded, *_excluded_by(fields)}
    for _ in range(PIN_TRIES_MAX):
        pin = _random_digits(desk, length)
        if pin not in excluded:
            return _under_lmk(desk, pin, fields["pan12"])
    raise CommandRefused(CRYPTOGRAPHY_FAILED)


def translate_pin_to_lmk(key_field: str, use: KeyUse) -> Handler:
    """JC, JE: the PIN of a block, encrypted under the LMK and bound to its account."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        key = _pin_key(desk, key_field, use, fields)
        pin = fold_block(desk, key, fields["block"], fields["format"], Account.of(fields))
        return _under_lmk(desk, pin, fields["pan12"])

    return perform


def translate_pin_from_lmk(desk: HsmDesk, fields: Fields) -> Fields:
    """JG: a PIN under the LMK in a block under a ZPK; it stays bound to its account."""
    desk.policy.require_pin_translation(ISO_0, fields["format"])
    zpk = desk.keys.open_any(ZPK, fields["zpk"], TARGET_KEY_REFUSED)
    pin = open_lmk_pin(desk, fields["pin"], fields["pan12"])
    return {"block": make_block(desk, zpk, pin, fields["format"], Account.of(fields))}


def compare_pin(key_field: str, use: KeyUse) -> Handler:
    """BC, BE: is the PIN in the block the one under the LMK?"""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        key = _pin_key(desk, key_field, use, fields)
        seen = open_block(desk, key, fields["block"], fields["format"], Account.of(fields))
        if not compare_digest(seen, open_lmk_pin(desk, fields["pin"], fields["pan12"])):
            raise CommandRefused(MISMATCH)
        return {}

    return perform


def encrypt_clear_pin(desk: HsmDesk, fields: Fields) -> Fields:
    """BA: a PIN in clear comes under the LMK."""
    desk.state.require_officers(CLEAR_PIN_ACTIVITY)
    return _under_lmk(desk, fields["clear_pin"].rstrip(_FILL), fields["pan12"])


def decrypt_lmk_pin(desk: HsmDesk, fields: Fields) -> Fields:
    """NG: a PIN in clear, and a number by which its owner may refer to the account."""
    desk.state.require_officers(CLEAR_PIN_ACTIVITY)
    pin = open_lmk_pin(desk, fields["pin"], fields["pan12"])
    seal = generate_cmac_aes(desk.keys.lmk.pin_secret, fields["pan12"].encode())
    reference = decimalise(seal, REFERENCE_LENGTH)
    return {"clear_pin": pin.ljust(CLEAR_PIN_LENGTH, _FILL), "reference": reference}


def translate_lmk_pin(desk: HsmDesk, fields: Fields) -> Fields:
    """QK: a PIN under the LMK becomes that of another account, since its card got a new number."""
    desk.state.require_officers(ACCOUNT_ACTIVITY)
    pin = open_lmk_pin(desk, fields["pin"], fields["pan12"])
    return _under_lmk(desk, pin, fields["new_pan12"])


def renew_lmk_pin(desk: HsmDesk, fields: Fields) -> Fields:
    """BG: a PIN under the old LMK comes under that of today; its account stays."""
    old = desk.keys.under_old_lmk().lmk
    return _under_lmk(
        desk, open_lmk_pin(desk, fields["pin"], fields["pan12"], old), fields["pan12"]
    )


def translate_table(desk: HsmDesk, fields: Fields) -> Fields:
    """LO: a decimalisation table under the old LMK comes under that of today."""
    return {"table": renew_table(desk, desk.keys.under_old_lmk().lmk, fields["table"])}


def _pin_key(desk: HsmDesk, key_field: str, use: KeyUse, fields: Fields) -> ClearKey:
    desk.policy.require_pin_format(fields["format"])
    return desk.keys.open_any(use, fields[key_field], SOURCE_KEY_REFUSED)


def _under_lmk(desk: HsmDesk, pin: str, pan12: str) -> Fields:
    require_pin(pin)
    return {"pin": seal_pin(desk.keys.lmk, pin, pan12)}


def _excluded_by(fields: Fields) -> list[str]:
    """The PINs that a command says are not to be given.

    Raises CommandRefused (03) if they are not as many, or not as long, as it says.
    """
    if "excluded" not in fields:
        return []
    said = fields["excluded"]
    count, length, pins = int(said[:2]), int(said[2:4]), said[4:]
    if length not in PIN_LENGTHS or len(pins) != count * length:
        raise CommandRefused(EXCLUDED_COUNT_REFUSED)
    return [pins[at : at + length] for at in range(0, len(pins), length)]


def _random_digits(desk: HsmDesk, length: int) -> str:
    digits = ""
    while len(digits) < length:
        drawn = desk.random_bytes(_DRAW)
        digits += "".join(str(byte % 10) for byte in drawn if byte < _FAIR_BYTES)
    return digits[:length]


HANDLERS: Final[Mapping[str, Handler]] = {
    "JA": generate_pin,
    "JC": translate_pin_to_lmk("tpk", TPK),
    "JE": translate_pin_to_lmk("zpk", ZPK),
    "JG": translate_pin_from_lmk,
    "BC": compare_pin("tpk", TPK),
    "BE": compare_pin("zpk", ZPK),
    "BA": encrypt_clear_pin,
    "NG": decrypt_lmk_pin,
    "QK": translate_lmk_pin,
    "BG": renew_lmk_pin,
    "LO": translate_table,
}
# Those whose failures count as guesses at a PIN.
VERIFIERS: Final = frozenset(["BC", "BE"])
