"""PIN blocks under keys of one transaction (DUKPT): G0 translates, GO and GQ verify.

CI, CK and CM are their older forms, whose blocks are of format 01.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.hsm.errors import SOURCE_KEY_REFUSED, TARGET_KEY_REFUSED
from cardswitch.specs.hsm.names import ISO_0

from ...desk import Handler, HsmDesk
from ...keys.clear import ClearKey
from ...keys.dukpt import derive_pin_key, open_bdk
from ...keys.ring import Fields
from ...keys.uses import ZPK
from .blocks import compare_pvv, open_target_dukpt, require_translation, translate_block
from .ibm import compare_offset


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
    """GO: does the PIN have this offset?"""
    desk.policy.require_pin_format(fields["format"])
    return compare_offset(desk, _open_source(desk, fields), fields)


def verify_pin_pvv_dukpt(desk: HsmDesk, fields: Fields) -> Fields:
    """GQ: does the PIN have this PVV?"""
    desk.policy.require_pin_format(fields["format"])
    return compare_pvv(desk, _open_source(desk, fields), fields)


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
