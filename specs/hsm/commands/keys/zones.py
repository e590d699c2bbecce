"""Commands that make a key of one kind, or carry one across the border of a zone.

*outer* and *inner* are the key schemes under the master key and under the LMK; "0" leaves the
choice to the module. Check values are of 6 digits.

Each has an older, narrower form of A0, A6 or A8. Chosen here: without the three options keys are
of double length, and AS answers one check value for both halves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout, one_of
from ...kinds import CHECK_VALUE, KEY, KEY_PAIR, OPTIONS
from ...values import Command

_ZMK: Final = HsmField("zmk", KEY)
_FLAG: Final = HsmField("flag", one_of("01", "0 a ZEK, 1 a ZAK"))


def _under_zmk(kind: HsmKind = KEY, *before: HsmField) -> tuple[HsmLayout, ...]:
    return (HsmLayout(*before, _ZMK, HsmField("key", kind), OPTIONS),)


_UNDER_TMK: Final = (HsmLayout(HsmField("tmk", KEY), OPTIONS),)
_TO_TERMINAL: Final = (HsmLayout(HsmField("tmk", KEY), HsmField("key", KEY), OPTIONS),)

_KEY: Final = HsmField("key", KEY)
_KCV: Final = HsmField("kcv", CHECK_VALUE)
_NEW_UNDER_TMK: Final = (HsmLayout(HsmField("key_under_tmk", KEY), _KEY),)
_NEW_UNDER_ZMK: Final = (HsmLayout(HsmField("key_under_zmk", KEY), _KEY, _KCV),)
_CARRIED: Final = (HsmLayout(_KEY, _KCV),)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    # New keys: for a terminal, for a zone, for this house alone.
    "HA": HostCommand(request=_UNDER_TMK, answer=_NEW_UNDER_TMK),
    "HC": HostCommand(request=_UNDER_TMK, answer=_NEW_UNDER_TMK),
    "IA": HostCommand(request=(HsmLayout(_ZMK, OPTIONS),), answer=_NEW_UNDER_ZMK),
    "FI": HostCommand(request=(HsmLayout(_FLAG, _ZMK, OPTIONS),), answer=_NEW_UNDER_ZMK),
    "AS": HostCommand(request=(HsmLayout(OPTIONS),), answer=_CARRIED),
    "BI": HostCommand(request=(HsmLayout(OPTIONS),), answer=(HsmLayout(_KEY),)),
    # From the ZMK to the LMK, and back: ZPK; TMK, TPK or PVK; ZEK or ZAK; CVK; BDK; TAK.
    "FA": HostCommand(request=_under_zmk(), answer=_CARRIED),
    "GC": HostCommand(request=_under_zmk(), answer=_CARRIED),
    "FC": HostCommand(request=_under_zmk(), answer=_CARRIED),
    "FE": HostCommand(request=_under_zmk(), answer=_CARRIED),
    "FK": HostCommand(request=_under_zmk(KEY, _FLAG), answer=_CARRIED),
    "FM": HostCommand(request=_under_zmk(KEY, _FLAG), answer=_CARRIED),
    "AW": HostCommand(request=_under_zmk(KEY_PAIR), answer=_CARRIED),
    "AU": HostCommand(request=_under_zmk(KEY_PAIR), answer=_CARRIED),
    "DW": HostCommand(request=_under_zmk(KEY_PAIR), answer=_CARRIED),
    "DY": HostCommand(request=_under_zmk(KEY_PAIR), answer=_CARRIED),
    "MI": HostCommand(request=_under_zmk(), answer=_CARRIED),
    "MG": HostCommand(request=_under_zmk(), answer=_CARRIED),
    # From the LMK to a terminal: TMK, TPK or PVK; TAK.
    "AE": HostCommand(request=_TO_TERMINAL, answer=(HsmLayout(_KEY),)),
    "AG": HostCommand(request=_TO_TERMINAL, answer=_CARRIED),
}


def generate_tak(tmk: str, outer: str = "X", inner: str = "0") -> Command:
    """HA: a new TAK for a terminal. Answers key_under_tmk, key."""
    return Command("", "HA", {"tmk": tmk, **_options(outer, inner)})


def generate_terminal_key(tmk: str, outer: str = "X", inner: str = "0") -> Command:
    """HC: a new TPK, TMK or PVK, under the key of today. Answers key_under_tmk, key."""
    return Command("", "HC", {"tmk": tmk, **_options(outer, inner)})


def generate_zpk(zmk: str, outer: str = "X", inner: str = "0") -> Command:
    """IA: a new ZPK for a zone. Answers key_under_zmk, key, kcv."""
    return Command("", "IA", {"zmk": zmk, **_options(outer, inner)})


def generate_zek_or_zak(zmk: str, outer: str = "X", inner: str = "0", *, zak: bool) -> Command:
    """FI: a new ZEK, or a ZAK, for a zone. Answers key_under_zmk, key, kcv."""
    return Command("", "FI", {"flag": _flag(zak), "zmk": zmk, **_options(outer, inner)})


def generate_cvk(inner: str = "0") -> Command:
    """AS: a new pair of CVKs. Answers key, kcv."""
    return Command("", "AS", _options("0", inner))


def generate_bdk(inner: str = "0") -> Command:
    """BI: a new base derivation key. Answers key."""
    return Command("", "BI", _options("0", inner))


def import_zpk(zmk: str, key: str, inner: str = "0") -> Command:
    """FA: a ZPK that came under *zmk*, kept under the LMK. Answers key, kcv."""
    return _carry("FA", zmk, key, "0", inner)


def export_zpk(zmk: str, key: str, outer: str = "X") -> Command:
    """GC: a ZPK under *zmk*. Answers key, kcv."""
    return _carry("GC", zmk, key, outer, "0")


def import_terminal_key(zmk: str, key: str, inner: str = "0") -> Command:
    """FC: a TPK, TMK or PVK that came under *zmk*, by word of two officers. Answers key, kcv."""
    return _carry("FC", zmk, key, "0", inner)


def export_terminal_key(zmk: str, key: str, outer: str = "X") -> Command:
    """FE: a TPK, TMK or PVK under *zmk*, by the word of two officers. Answers key, kcv."""
    return _carry("FE", zmk, key, outer, "0")


def import_zek_or_zak(zmk: str, key: str, inner: str = "0", *, zak: bool) -> Command:
    """FK: a ZEK, or a ZAK, that came under *zmk*. Answers key, kcv."""
    return _carry("FK", zmk, key, "0", inner, {"flag": _flag(zak)})


def export_zek_or_zak(zmk: str, key: str, outer: str = "X", *, zak: bool) -> Command:
    """FM: a ZEK, or a ZAK, under *zmk*. Answers key, kcv."""
    return _carry("FM", zmk, key, outer, "0", {"flag": _flag(zak)})


def import_cvk(zmk: str, key: str, inner: str = "0") -> Command:
    """AW: a pair of CVKs that came under *zmk*. Answers key, kcv."""
    return _carry("AW", zmk, key, "0", inner)


def export_cvk(zmk: str, key: str, outer: str = "X") -> Command:
    """AU: a pair of CVKs under *zmk*. Answers key, kcv."""
    return _carry("AU", zmk, key, outer, "0")


def import_bdk(zmk: str, key: str, inner: str = "0") -> Command:
    """DW: a base derivation key that came under *zmk*. Answers key, kcv."""
    return _carry("DW", zmk, key, "0", inner)


def export_bdk(zmk: str, key: str, outer: str = "X") -> Command:
    """DY: a base derivation key under *zmk*. Answers key, kcv."""
    return _carry("DY", zmk, key, outer, "0")


def import_tak(zmk: str, key: str, inner: str = "0") -> Command:
    """MI: a TAK that came under *zmk*. Answers key, kcv."""
    return _carry("MI", zmk, key, "0", inner)


def export_tak(zmk: str, key: str, outer: str = "X") -> Command:
    """MG: a TAK under *zmk*. Answers key, kcv."""
    return _carry("MG", zmk, key, outer, "0")


def send_terminal_key(tmk: str, key: str, outer: str = "X") -> Command:
    """AE: a TPK, TMK or PVK under the *tmk* of today, by the word of two officers. Answers key."""
    return Command("", "AE", {"tmk": tmk, "key": key, **_options(outer, "0")})


def send_tak(tmk: str, key: str, outer: str = "X") -> Command:
    """AG: a TAK under *tmk*, by the word of two officers. Answers key, kcv."""
    return Command("", "AG", {"tmk": tmk, "key": key, **_options(outer, "0")})


def _carry(
    code: str, zmk: str, key: str, outer: str, inner: str, flag: dict[str, str] | None = None
) -> Command:
    return Command("", code, {**(flag or {}), "zmk": zmk, "key": key, **_options(outer, inner)})


def _options(outer: str, inner: str) -> dict[str, str]:
    return {"options": f"{outer}{inner}1"}


def _flag(zak: bool) -> str:
    return "1" if zak else "0"
