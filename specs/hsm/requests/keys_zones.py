"""Commands that make a key of one kind, or carry one across the border of a zone.

*outer* and *inner* are the key schemes under the master key and under the LMK; "0" leaves the
choice to the module. Check values are of 6 digits.
"""

from __future__ import annotations

from ..values import Command


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


def _carry(
    code: str, zmk: str, key: str, outer: str, inner: str, flag: dict[str, str] | None = None
) -> Command:
    return Command("", code, {**(flag or {}), "zmk": zmk, "key": key, **_options(outer, inner)})


def _options(outer: str, inner: str) -> dict[str, str]:
    return {"options": f"{outer}{inner}1"}


def _flag(zak: bool) -> str:
    return "1" if zak else "0"
