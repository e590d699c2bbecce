"""PIN blocks under keys of one transaction (DUKPT): G0 translates, GO and GQ verify.

CI, CK and CM are their older forms, whose blocks are of format 01.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from cardswitch.specs.hsm.errors import SOURCE_KEY_REFUSED, TARGET_KEY_REFUSED
from cardswitch.specs.hsm.names import ISO_0

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import ClearKey
from ...keys.dukpt import derive_pin_key, open_bdk
from ...keys.ring import Fields
from ...keys.uses import ZPK
from ..data.macs import mac_of_device
from .blocks import compare_pvv, open_target_dukpt, require_translation, translate_block
from .ibm import compare_offset

MAC_MISMATCH: Final = "06"  # No guess at a PIN: whoever spoils the MAC learns nothing of that.


def translate_pin_dukpt(desk: HsmDesk, fields: Fields) -> Fields:
    """G0: the block of a device goes on under a ZPK, or as if it came from another device."""
    require_translation(desk, fields)
    source = _open_source(desk, fields)
    if "zpk" in fields:
        target = desk.keys.open_any(ZPK, fields["zpk"], TARGET_KEY_REFUSED)
    else:
        target = open_target_dukpt(desk, fields)
    return translate_block(desk, source, target, fields)


def verify_pin_ibm_dukpt(desk: HsmDesk, fields: Fields) -> Fields:
    """GO: does the PIN have this offset? In mode 1 first: has the message this MAC?"""
    desk.policy.require_pin_format(fields["format"])
    _require_mac(desk, fields)
    return compare_offset(desk, _open_source(desk, fields), fields)


def verify_pin_pvv_dukpt(desk: HsmDesk, fields: Fields) -> Fields:
    """GQ: does the PIN have this PVV? In mode 1 first: has the message this MAC?"""
    desk.policy.require_pin_format(fields["format"])
    _require_mac(desk, fields)
    return compare_pvv(desk, _open_source(desk, fields), fields)


def _require_mac(desk: HsmDesk, fields: Fields) -> None:
    """Refuse (06) unless the MAC is that of the data, where a command has one."""
    if "mac" not in fields:
        return
    bdk = open_bdk(desk.keys, fields["bdk"], SOURCE_KEY_REFUSED)
    data = fields["data"].encode("latin-1")
    mac = mac_of_device(bdk, fields["ksn_descriptor"], fields["ksn"], data)
    if not compare_digest(mac[: len(fields["mac"])], fields["mac"]):
        raise CommandRefused(MAC_MISMATCH)


def _older(handler: Handler) -> Handler:
    """*handler* for a command whose block is of format 01 without saying so."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        return handler(desk, {**fields, "format": ISO_0, "source_format": ISO_0})

    return perform


def _open_source(desk: HsmDesk, fields: Fields) -> ClearKey:
    bdk = open_bdk(desk.keys, fields["bdk"], SOURCE_KEY_REFUSED)
    return derive_pin_key(bdk, fields["ksn_descriptor"], fields["ksn"])


HANDLERS: Final[Mapping[str, Handler]] = {
    "G0": translate_pin_dukpt,
    "GO": verify_pin_ibm_dukpt,
    "GQ": verify_pin_pvv_dukpt,
    "CI": _older(translate_pin_dukpt),
    "CK": _older(verify_pin_ibm_dukpt),
    "CM": _older(verify_pin_pvv_dukpt),
}
# Those whose failures count as guesses at a PIN.
VERIFIERS: Final = frozenset(["GO", "GQ", "CK", "CM"])
