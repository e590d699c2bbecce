"""Commands about PINs."""

from __future__ import annotations

from ..values import Command
from .names import ISO_0, PIN_LENGTH_MAX


def translate_pin_tpk_zpk(
    tpk: str, zpk: str, block: str, pan12: str, source: str = ISO_0, target: str = ISO_0
) -> Command:
    """CA: a PIN *block* under a terminal's key becomes one under a zone's.

    Answers pin_length, block, format.
    """
    return _translate("CA", {"tpk": tpk, "zpk": zpk}, block, pan12, source, target)


def translate_pin_zpk_zpk(
    source_zpk: str,
    target_zpk: str,
    block: str,
    pan12: str,
    source: str = ISO_0,
    target: str = ISO_0,
) -> Command:
    """CC: a PIN *block* under one zone's key becomes one under another's.

    Answers pin_length, block, format.
    """
    keys = {"source_zpk": source_zpk, "target_zpk": target_zpk}
    return _translate("CC", keys, block, pan12, source, target)


def verify_pin_pvv_tpk(
    tpk: str, pvk: str, block: str, pan12: str, pvki: str, pvv: str, source: str = ISO_0
) -> Command:
    """DC: does the PIN in *block* under a terminal's key give *pvv*? Error 01 says no."""
    return _verify("DC", {"tpk": tpk}, pvk, block, pan12, pvki, pvv, source)


def verify_pin_pvv_zpk(
    zpk: str, pvk: str, block: str, pan12: str, pvki: str, pvv: str, source: str = ISO_0
) -> Command:
    """EC: does the PIN in *block* under a zone's key give *pvv*? Error 01 says no."""
    return _verify("EC", {"zpk": zpk}, pvk, block, pan12, pvki, pvv, source)


def pin_to_lmk(tpk: str, block: str, pan12: str, source: str = ISO_0) -> Command:
    """JC: the PIN in *block* under a terminal's key, kept under the LMK. Answers pin."""
    return Command("", "JC", {"tpk": tpk, "block": block, "format": source, "pan12": pan12})


def pvv_from_lmk_pin(pvk: str, pin: str, pan12: str, pvki: str) -> Command:
    """DG: the PVV of the *pin* that JC gave. Answers pvv."""
    return Command("", "DG", {"pvk": pvk, "pin": pin, "pan12": pan12, "pvki": pvki})


def _translate(
    code: str, keys: dict[str, str], block: str, pan12: str, source: str, target: str
) -> Command:
    formats = {"source_format": source, "target_format": target}
    return Command(
        "", code, {**keys, "pin_max": PIN_LENGTH_MAX, "block": block, **formats, "pan12": pan12}
    )


def _verify(
    code: str,
    key: dict[str, str],
    pvk: str,
    block: str,
    pan12: str,
    pvki: str,
    pvv: str,
    source: str,
) -> Command:
    pin = {"block": block, "format": source, "pan12": pan12}
    return Command("", code, {**key, "pvk": pvk, **pin, "pvki": pvki, "pvv": pvv})
