"""IBM 3624: DA and EA verify a PIN, DE and BK make its offset, DU changes it, EE derives it."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Mapping
from typing import Final

from cardswitch.specs.hsm.errors import (
    INPUT_REFUSED,
    LONG_PVK,
    MISMATCH,
    PIN_LENGTH_REFUSED,
    PIN_LENGTHS_DIFFER,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.ibm3624 import (
    build_validation_data_ibm3624,
    generate_offset_ibm3624,
    generate_pin_ibm3624,
    verify_pin_ibm3624,
)
from cardswitch.specs.security.lmk import seal_pin
from cardswitch.specs.security.pinblocks import PIN_LENGTHS

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import SINGLE_LENGTH, ClearKey
from ...keys.ring import Fields
from ...keys.uses import PVK, TPK, ZPK, KeyUse
from ...pins.blocks import Account, fold_block, open_block, open_lmk_pin, require_pin_max
from ...pins.decimalisation import open_table
from .blocks import open_pin_key, require_allowed

_WHOLE: Final = "P"  # before validation data into which no account is inserted
_FILL: Final = "F"
_OFFSET_LENGTH: Final = 12


class _Check:
    """What the PINs of one account follow from, and how many of their digits are looked at."""

    def __init__(self, desk: HsmDesk, fields: Fields, refused: str) -> None:
        self.desk = desk
        self.pvk = desk.keys.open(PVK, fields["pvk"], refused)
        self.length = int(fields["check_length"])
        if self.length not in PIN_LENGTHS:
            raise CommandRefused(PIN_LENGTH_REFUSED)
        self.table = open_table(desk, fields["table"])
        self.data = _validation_data(fields["validation"], fields["pan12"])

    def compare(self, pin: str, offset: str) -> None:
        """Raise CommandRefused (01) unless *pin* has *offset*."""
        digits = self.cut(offset)
        if not verify_pin_ibm3624(self.pvk, self.data, self.table, pin, digits):
            raise CommandRefused(MISMATCH)

    def offset_of(self, pin: str) -> Fields:
        """The answer that tells the offset of a new *pin*. Raises CommandRefused: 81, 86."""
        if len(pin) < self.length:
            raise CommandRefused(PIN_LENGTHS_DIFFER)
        require_allowed(self.desk, pin)
        offset = generate_offset_ibm3624(self.pvk, self.data, self.table, pin, self.length)
        return self.warned({"offset": offset.ljust(_OFFSET_LENGTH, _FILL)})

    def cut(self, offset: str) -> str:
        """The digits of *offset* that count. Raises CommandRefused (15) if there are too few."""
        digits = offset[: self.length]
        if _FILL in digits:
            raise CommandRefused(INPUT_REFUSED)
        return digits

    def warned(self, answer: Fields) -> Fields:
        """*answer*, with a warning if the policy wants one. Raises CommandRefused (02)."""
        if self.desk.policy.warn_of_long_pvk and len(self.pvk) != SINGLE_LENGTH:
            raise CommandRefused(LONG_PVK, answer)
        return answer


def verify_pin_ibm(key_field: str, use: KeyUse) -> Handler:
    """DA, EA: the block comes under the key in one field; nothing is told but yes or no."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        desk.policy.require_pin_format(fields["format"])
        return compare_offset(desk, desk.keys.open_any(use, fields[key_field]), fields)

    return perform


def compare_offset(desk: HsmDesk, key: ClearKey, fields: Fields) -> Fields:
    """Nothing, if the block under *key* holds the PIN of the offset; else CommandRefused (01)."""
    check = _Check(desk, fields, TARGET_KEY_REFUSED)
    pin = open_block(desk, key, fields["block"], fields["format"], Account.of(fields))
    if "pin_max" in fields:
        require_pin_max(pin, fields["pin_max"])
    check.compare(pin, fields["offset"])
    return check.warned({})


def generate_offset_of_lmk_pin(desk: HsmDesk, fields: Fields) -> Fields:
    """DE: the offset of a PIN under the LMK."""
    check = _Check(desk, fields, SOURCE_KEY_REFUSED)
    return check.offset_of(open_lmk_pin(desk, fields["pin"], fields["pan12"]))


def generate_offset_of_block(desk: HsmDesk, fields: Fields) -> Fields:
    """BK: the offset of a PIN that its owner chose."""
    key = open_pin_key(desk, fields)
    check = _Check(desk, fields, TARGET_KEY_REFUSED)
    pin = fold_block(desk, key, fields["block"], fields["format"], Account.of(fields))
    return check.offset_of(pin)


def change_pin_ibm(desk: HsmDesk, fields: Fields) -> Fields:
    """DU: the offset of a new PIN, if the one of today is right."""
    key, account = open_pin_key(desk, fields), Account.of(fields)
    check = _Check(desk, fields, TARGET_KEY_REFUSED)
    pin = open_block(desk, key, fields["block"], fields["format"], account)
    check.compare(pin, fields["offset"])
    return check.offset_of(open_block(desk, key, fields["new_block"], fields["format"], account))


def derive_pin_ibm(desk: HsmDesk, fields: Fields) -> Fields:
    """EE: the PIN that an offset makes, under the LMK."""
    check = _Check(desk, fields, SOURCE_KEY_REFUSED)
    offset = check.cut(fields["offset"])
    pin = generate_pin_ibm3624(check.pvk, check.data, check.table, offset)
    require_allowed(desk, pin)
    return check.warned({"pin": seal_pin(desk.keys.lmk, pin, fields["pan12"])})


def _validation_data(text: str, pan12: str) -> bytes:
    """The 8 bytes that *text* says. Raises CommandRefused (15)."""
    if text.startswith(_WHOLE):
        return unhexlify(text.removeprefix(_WHOLE))
    try:
        return build_validation_data_ibm3624(text, pan12)
    except PinRefused:
        raise CommandRefused(INPUT_REFUSED) from None


HANDLERS: Final[Mapping[str, Handler]] = {
    "DA": verify_pin_ibm("tpk", TPK),
    "EA": verify_pin_ibm("zpk", ZPK),
    "DE": generate_offset_of_lmk_pin,
    "BK": generate_offset_of_block,
    "DU": change_pin_ibm,
    "EE": derive_pin_ibm,
}
# Those whose failures count as guesses at a PIN.
VERIFIERS: Final = frozenset(["DA", "EA", "DU"])
