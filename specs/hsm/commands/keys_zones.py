"""Layouts of commands that make a key of one kind, or carry one across the border of a zone.

Each has an older, narrower form of A0, A6 or A8. Chosen here: without the three options keys are
of double length, and AS answers one check value for both halves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmKind, HsmLayout, one_of
from ..kinds import CHECK_VALUE, KEY, KEY_PAIR, OPTIONS

_ZMK: Final = HsmField("zmk", KEY)
_FLAG: Final = HsmField("flag", one_of("01", "0 a ZEK, 1 a ZAK"))


def _carry(kind: HsmKind = KEY, *before: HsmField) -> tuple[HsmLayout, ...]:
    return (HsmLayout(*before, _ZMK, HsmField("key", kind), OPTIONS),)


_UNDER_TMK: Final = (HsmLayout(HsmField("tmk", KEY), OPTIONS),)

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    # New keys: for a terminal, for a zone, for this house alone.
    "HA": _UNDER_TMK,
    "HC": _UNDER_TMK,
    "IA": (HsmLayout(_ZMK, OPTIONS),),
    "FI": (HsmLayout(_FLAG, _ZMK, OPTIONS),),
    "AS": (HsmLayout(OPTIONS),),
    "BI": (HsmLayout(OPTIONS),),
    # From the ZMK to the LMK, and back: ZPK; TMK, TPK or PVK; ZEK or ZAK; CVK; BDK; TAK.
    "FA": _carry(),
    "GC": _carry(),
    "FC": _carry(),
    "FE": _carry(),
    "FK": _carry(KEY, _FLAG),
    "FM": _carry(KEY, _FLAG),
    "AW": _carry(KEY_PAIR),
    "AU": _carry(KEY_PAIR),
    "DW": _carry(KEY_PAIR),
    "DY": _carry(KEY_PAIR),
    "MI": _carry(),
    "MG": _carry(),
}

_KEY: Final = HsmField("key", KEY)
_KCV: Final = HsmField("kcv", CHECK_VALUE)
_NEW_UNDER_TMK: Final = (HsmLayout(HsmField("key_under_tmk", KEY), _KEY),)
_NEW_UNDER_ZMK: Final = (HsmLayout(HsmField("key_under_zmk", KEY), _KEY, _KCV),)
_CARRIED: Final = (HsmLayout(_KEY, _KCV),)

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "HB": _NEW_UNDER_TMK,
    "HD": _NEW_UNDER_TMK,
    "IB": _NEW_UNDER_ZMK,
    "FJ": _NEW_UNDER_ZMK,
    "AT": _CARRIED,
    "BJ": (HsmLayout(_KEY),),
    **dict.fromkeys(
        ("FB", "GD", "FD", "FF", "FL", "FN", "AX", "AV", "DX", "DZ", "MJ", "MH"), _CARRIED
    ),
}
