"""PIN blocks and PIN verification values: CA and CC translate, DC and EC verify, DG FW CU make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.hsm.errors import (
    KEY_LENGTH_REFUSED,
    KEY_TYPE_UNKNOWN,
    MISMATCH,
    PIN_EXCLUDED,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.hsm.names import BY_ATTRIBUTES
from cardswitch.specs.security.pvv import PVK_LENGTH, generate_pvv, verify_pvv

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import ClearKey
from ...keys.dukpt import derive_pin_key, open_bdk
from ...keys.ring import Fields
from ...keys.uses import PVK, TPK, ZPK, KeyUse
from ...pins.blocks import (
    Account,
    fold_block,
    make_block,
    open_block,
    open_lmk_pin,
    require_pin_max,
)
from ...pins.unseen import pass_on_unseen, passes_unseen

# What a PIN block may be encrypted under, where a command says it by type.
_PIN_KEYS: Final = {ZPK.key_type: ZPK, TPK.key_type: TPK, TPK.pci_type: TPK, BY_ATTRIBUTES: ZPK}


def translate_pin(source_field: str, source_use: KeyUse, target_field: str) -> Handler:
    """CA, CC: the block comes under the key in one field and leaves under the ZPK in another."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        require_translation(desk, fields)
        source = desk.keys.open_any(source_use, fields[source_field], SOURCE_KEY_REFUSED)
        if target_field in fields:
            target = desk.keys.open_any(ZPK, fields[target_field], TARGET_KEY_REFUSED)
        else:
            target = open_target_dukpt(desk, fields)
        return translate_block(desk, source, target, fields)

    return perform


def require_translation(desk: HsmDesk, fields: Fields) -> None:
    """Raise CommandRefused unless the block may go from the one format in *fields* to the other."""
    desk.policy.require_pin_translation(fields["source_format"], fields["target_format"])


def open_target_dukpt(desk: HsmDesk, fields: Fields) -> ClearKey:
    """The key of the transaction that the PIN block is to be of."""
    bdk = open_bdk(desk.keys, fields["target_bdk"], TARGET_KEY_REFUSED)
    return derive_pin_key(bdk, fields["target_ksn_descriptor"], fields["target_ksn"])


def translate_block(desk: HsmDesk, source: ClearKey, target: ClearKey, fields: Fields) -> Fields:
    """The block in *fields* out of *source*, into *target*."""
    account, target_format = Account.of(fields), fields["target_format"]
    if passes_unseen(desk.policy, fields):
        return pass_on_unseen(desk, source, target, fields, account)
    pin = open_block(desk, source, fields["block"], fields["source_format"], account)
    if "pin_max" in fields:
        require_pin_max(pin, fields["pin_max"])
    return {
        "pin_length": f"{len(pin):02d}",
        "block": make_block(desk, target, pin, target_format, account),
        "format": target_format,
    }


def verify_pin_pvv(key_field: str, use: KeyUse) -> Handler:
    """DC, EC: the block comes under the key in one field; nothing is told but yes or no."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        desk.policy.require_pin_format(fields["format"])
        return compare_pvv(desk, desk.keys.open_any(use, fields[key_field]), fields)

    return perform


def compare_pvv(desk: HsmDesk, key: ClearKey, fields: Fields) -> Fields:
    """Nothing, if the block under *key* holds the PIN of the PVV; else CommandRefused (01)."""
    pvk = _open_pvk(desk, fields["pvk"], TARGET_KEY_REFUSED)
    pin = open_block(desk, key, fields["block"], fields["format"], Account.of(fields))
    if not verify_pvv(pvk, pin, fields["pan12"], fields["pvki"], fields["pvv"]):
        raise CommandRefused(MISMATCH)
    return {}


def generate_pvv_of_lmk_pin(desk: HsmDesk, fields: Fields) -> Fields:
    """DG: the PVV of a PIN under the LMK."""
    pvk = _open_pvk(desk, fields["pvk"], SOURCE_KEY_REFUSED)
    return _new_pvv(desk, pvk, open_lmk_pin(desk, fields["pin"], fields["pan12"]), fields)


def generate_pvv_of_block(desk: HsmDesk, fields: Fields) -> Fields:
    """FW: the PVV of a PIN that its owner chose."""
    key = open_pin_key(desk, fields)
    pvk = _open_pvk(desk, fields["pvk"], TARGET_KEY_REFUSED)
    pin = fold_block(desk, key, fields["block"], fields["format"], Account.of(fields))
    return _new_pvv(desk, pvk, pin, fields)


def change_pin_pvv(desk: HsmDesk, fields: Fields) -> Fields:
    """CU: the PVV of a new PIN, if the one of today is right."""
    key = open_pin_key(desk, fields)
    compare_pvv(desk, key, fields)
    pvk = _open_pvk(desk, fields["pvk"], TARGET_KEY_REFUSED)
    pin = open_block(desk, key, fields["new_block"], fields["format"], Account.of(fields))
    return _new_pvv(desk, pvk, pin, fields)


def open_pin_key(desk: HsmDesk, fields: Fields) -> ClearKey:
    """The key of a PIN block in *fields* that is called by type.

    Raises CommandRefused: 23, 69, 28, 10.
    """
    desk.policy.require_pin_format(fields["format"])
    use = _PIN_KEYS.get(fields["key_type"])
    if use is None:
        raise CommandRefused(KEY_TYPE_UNKNOWN)
    return desk.keys.open_any(use, fields["key"])


def require_allowed(desk: HsmDesk, pin: str) -> None:
    """Raise CommandRefused (86) if *pin* is one that nobody may choose."""
    if pin in desk.policy.pins_excluded:
        raise CommandRefused(PIN_EXCLUDED, rule="pins_excluded")


def _new_pvv(desk: HsmDesk, pvk: bytes, pin: str, fields: Fields) -> Fields:
    require_allowed(desk, pin)
    return {"pvv": generate_pvv(pvk, pin, fields["pan12"], fields["pvki"])}


def _open_pvk(desk: HsmDesk, text: str, refused: str) -> bytes:
    pvk = desk.keys.open(PVK, text, refused)
    if len(pvk) != PVK_LENGTH:
        raise CommandRefused(KEY_LENGTH_REFUSED)
    return pvk


HANDLERS: Final[Mapping[str, Handler]] = {
    "CA": translate_pin("tpk", TPK, "zpk"),
    "CC": translate_pin("source_zpk", ZPK, "target_zpk"),
    "DC": verify_pin_pvv("tpk", TPK),
    "EC": verify_pin_pvv("zpk", ZPK),
    "DG": generate_pvv_of_lmk_pin,
    "FW": generate_pvv_of_block,
    "CU": change_pin_pvv,
}
# Those whose failures count as guesses at a PIN.
VERIFIERS: Final = frozenset(["DC", "EC", "CU"])
