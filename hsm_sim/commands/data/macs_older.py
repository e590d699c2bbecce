"""Older commands for message authentication codes: MA, MC, ME of 4 bytes, MQ and MS of 8."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from cardswitch.specs.hsm.errors import (
    KEY_LENGTH_REFUSED,
    MISMATCH,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.mac import RETAIL_KEY_LENGTH, pad_iso9797
from cardswitch.specs.security.tdes import BLOCK_LENGTH

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import ClearKey
from ...keys.ring import Fields
from ...keys.uses import TAK, ZAK
from .macs import TO_CHECK, TO_MAKE, compute_iso9797, data_of, require_mac_attributes

# MS: a key of double length; one of a zone.
_DOUBLE, _OF_ZONE = "1", "1"
_BINARY: Final = "0"
_DIGITS: Final = 8  # of the MACs of MA, MC and ME


def generate_mac_older(desk: HsmDesk, fields: Fields) -> Fields:
    """MA: the left half of the MAC under a TAK."""
    return {"mac": _half(desk.keys.open_any(TAK, fields["tak"]), fields, TO_MAKE)}


def verify_mac_older(desk: HsmDesk, fields: Fields) -> Fields:
    """MC: yes or no."""
    _require_mac(desk, fields)
    return {}


def translate_mac_older(desk: HsmDesk, fields: Fields) -> Fields:
    """ME: the MAC under another TAK, of data whose MAC is right."""
    target = desk.keys.open_any(TAK, fields["target_tak"], TARGET_KEY_REFUSED)
    _require_mac(desk, fields)
    return {"mac": _half(target, fields, TO_MAKE)}


def _require_mac(desk: HsmDesk, fields: Fields) -> None:
    """Refuse (01) unless the MAC is that of the data."""
    tak = desk.keys.open_any(TAK, fields["tak"], SOURCE_KEY_REFUSED)
    if not compare_digest(_half(tak, fields, TO_CHECK), fields["mac"]):
        raise CommandRefused(MISMATCH)


def _half(key: ClearKey, fields: Fields, modes: str) -> str:
    algorithm = "1" if len(key.value) == BLOCK_LENGTH else "3"
    return _mac(key, fields, algorithm, _BINARY, modes)[:_DIGITS]


def generate_mac_zak_older(desk: HsmDesk, fields: Fields) -> Fields:
    """MQ: algorithm 1, whole."""
    return {"mac": _mac(desk.keys.open_any(ZAK, fields["zak"]), fields, "1", _BINARY)}


def generate_mac_x919_older(desk: HsmDesk, fields: Fields) -> Fields:
    """MS: X9.19, of a key of single length algorithm 1, whole."""
    is_double = fields["length_flag"] == _DOUBLE
    key = desk.keys.open_any(ZAK if fields["key_kind"] == _OF_ZONE else TAK, fields["key"])
    if len(key.value) != (RETAIL_KEY_LENGTH if is_double else BLOCK_LENGTH):
        raise CommandRefused(KEY_LENGTH_REFUSED)
    return {"mac": _mac(key, fields, "3" if is_double else "1", fields["input_format"])}


def _mac(
    key: ClearKey, fields: Fields, algorithm: str, input_format: str, modes: str = TO_MAKE
) -> str:
    """As M6; zeros fill up every piece. A message alone, which MA has, is piece 0."""
    require_mac_attributes(key, algorithm, modes)
    data = pad_iso9797(data_of(fields["data"], input_format), 1)
    piece = {"mode": "0", **fields, "algorithm": algorithm, "padding": "0"}
    try:
        return compute_iso9797(key, data, piece).hex().upper()
    except KeyRefused:
        raise CommandRefused(KEY_LENGTH_REFUSED) from None


HANDLERS: Final[Mapping[str, Handler]] = {
    "MA": generate_mac_older,
    "MC": verify_mac_older,
    "ME": translate_mac_older,
    "MQ": generate_mac_zak_older,
    "MS": generate_mac_x919_older,
}
