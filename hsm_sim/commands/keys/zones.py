"""Keys of one kind each: HA HC IA FI AS BI make, FA to MG carry them, AE AG send to terminals.

What of it a host may do alone, and what takes two officers, the table of
:mod:`cardswitch.hsm_sim.keys.borders` says for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.specs.hsm.errors import KEY_LENGTH_REFUSED, TARGET_KEY_REFUSED

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.attributes import Attributes
from ...keys.clear import ClearKey
from ...keys.ring import Fields
from ...keys.transport import Master, unwrap_under_master, wrap_under_master
from ...keys.uses import BDK, CVK, PVK, TAK, TMK, TPK, USE_OF_USAGE, ZAK, ZEK, ZMK, ZPK, KeyUse
from .any_type import check_value, inner_scheme, new_scheme, outer_scheme

# What a command's key is for, as its fields tell.
UseOf = Callable[[Fields], KeyUse]
_USE_OF_FLAG: Final = {"0": ZEK, "1": ZAK}
_PAIR_LENGTH: Final = 16


def _always(use: KeyUse) -> UseOf:
    return lambda fields: use


def _by_flag(fields: Fields) -> KeyUse:
    return _USE_OF_FLAG[fields["flag"]]


def _of_terminal(fields: Fields) -> KeyUse:
    """TPK, TMK or PVK: one type for all under an LMK of variants, else what the attributes say."""
    if "attributes" in fields:
        use = USE_OF_USAGE.get(Attributes.read(fields["attributes"]).usage)
        if use in (ZMK, TMK):
            return TMK
        if use is PVK:
            return PVK
    return TPK


def generate_under_tmk(use_of: UseOf) -> Handler:
    """HA, HC: a new key, under the terminal master key and under the LMK."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        tmk = Master.open(desk.keys, TMK, fields["tmk"])
        outer, inner, _ = _generate(desk, tmk, use_of(fields), fields)
        return {"key_under_tmk": outer, "key": inner}

    return perform


def generate_under_zmk(use_of: UseOf) -> Handler:
    """IA, FI: a new key, under the zone master key and under the LMK."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        zmk = Master.open(desk.keys, ZMK, fields["zmk"])
        outer, inner, key = _generate(desk, zmk, use_of(fields), fields)
        return {"key_under_zmk": outer, "key": inner, "kcv": check_value(desk, fields, key)}

    return perform


def generate_cvk(desk: HsmDesk, fields: Fields) -> Fields:
    """AS: a new pair of keys for card verification values."""
    key = desk.keys.generate(CVK, new_scheme(desk, fields), fields)
    if len(key.value) != _PAIR_LENGTH:
        raise CommandRefused(KEY_LENGTH_REFUSED)
    text = desk.keys.close(CVK, new_scheme(desk, fields), key, fields)
    return {"key": text, "kcv": check_value(desk, fields, key)}


def generate_bdk(desk: HsmDesk, fields: Fields) -> Fields:
    """BI: a new base derivation key."""
    key = desk.keys.generate(BDK, new_scheme(desk, fields), fields)
    return {"key": desk.keys.close(BDK, new_scheme(desk, fields), key, fields)}


def import_from_zmk(use_of: UseOf) -> Handler:
    """FA, FC, FK, AW, DW, MI: a key under the ZMK comes under the LMK; its parity must be right."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        use = use_of(fields)
        zmk = Master.open(desk.keys, ZMK, fields["zmk"])
        key, was_corrected = unwrap_under_master(desk, zmk, use, fields["key"], fields)
        if was_corrected:
            raise CommandRefused(TARGET_KEY_REFUSED)
        text = desk.keys.close(use, inner_scheme(desk, fields, key), key, fields)
        return {"key": text, "kcv": check_value(desk, fields, key)}

    return perform


def export_to_zmk(use_of: UseOf) -> Handler:
    """GC, FE, FM, AU, DY, MG: a key under the LMK goes out under the ZMK."""

    def perform(desk: HsmDesk, fields: Fields) -> Fields:
        zmk = Master.open(desk.keys, ZMK, fields["zmk"])
        text, key = _export(desk, zmk, use_of(fields), fields)
        return {"key": text, "kcv": check_value(desk, fields, key)}

    return perform


def send_terminal_key(desk: HsmDesk, fields: Fields) -> Fields:
    """AE: a TPK, TMK or PVK goes to a terminal, under its key of today."""
    tmk = Master.open(desk.keys, TMK, fields["tmk"])
    return {"key": _export(desk, tmk, _of_terminal(fields), fields)[0]}


def send_tak(desk: HsmDesk, fields: Fields) -> Fields:
    """AG: a TAK goes to a terminal, under its TMK."""
    tmk = Master.open(desk.keys, TMK, fields["tmk"])
    text, key = _export(desk, tmk, TAK, fields)
    return {"key": text, "kcv": check_value(desk, fields, key)}


def _export(desk: HsmDesk, master: Master, use: KeyUse, fields: Fields) -> tuple[str, ClearKey]:
    """The key under the LMK for *use*: under *master*, and in clear."""
    key = desk.keys.open_any(use, fields["key"], TARGET_KEY_REFUSED)
    return wrap_under_master(desk, master, outer_scheme(desk, fields, key), use, key, fields), key


def _generate(
    desk: HsmDesk, master: Master, use: KeyUse, fields: Fields
) -> tuple[str, str, ClearKey]:
    """A new key for *use*: under *master*, under the LMK, and in clear."""
    scheme = new_scheme(desk, fields)
    key = desk.keys.generate(use, scheme, fields)
    outer_form = outer_scheme(desk, fields, key)
    outer = wrap_under_master(desk, master, outer_form, use, key, fields, is_new=True)
    return outer, desk.keys.close(use, scheme, key, fields), key


HANDLERS: Final[Mapping[str, Handler]] = {
    "HA": generate_under_tmk(_always(TAK)),
    "HC": generate_under_tmk(_of_terminal),
    "IA": generate_under_zmk(_always(ZPK)),
    "FI": generate_under_zmk(_by_flag),
    "AS": generate_cvk,
    "BI": generate_bdk,
    "FA": import_from_zmk(_always(ZPK)),
    "GC": export_to_zmk(_always(ZPK)),
    "FC": import_from_zmk(_of_terminal),
    "FE": export_to_zmk(_of_terminal),
    "FK": import_from_zmk(_by_flag),
    "FM": export_to_zmk(_by_flag),
    "AW": import_from_zmk(_always(CVK)),
    "AU": export_to_zmk(_always(CVK)),
    "DW": import_from_zmk(_always(BDK)),
    "DY": export_to_zmk(_always(BDK)),
    "MI": import_from_zmk(_always(TAK)),
    "MG": export_to_zmk(_always(TAK)),
    "AE": send_terminal_key,
    "AG": send_tak,
}
