"""Commands about PIN blocks and PIN verification values.

*pan* is the whole card number: for blocks of format 48, which are bound to it, and for them alone.
*key_type* is that of the key of the PIN block: ZPK or TPK.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout, digits
from ...kinds import (
    BLOCK,
    BLOCKS,
    FORMAT,
    KEY,
    KEY_PAIR,
    KEY_TYPE,
    KSN,
    KSN_DESCRIPTOR,
    NOTHING,
    PAN12,
    PIN_UNDER_LMK,
    WHOLE_PAN,
)
from ...names import ISO_0, PIN_LENGTH_MAX
from ...values import Command


def _translate_pin(source: str, *target: HsmField) -> HsmLayout:
    return HsmLayout(
        HsmField(source, KEY),
        *target,
        HsmField("pin_max", digits(2)),
        HsmField("block", BLOCK),
        HsmField("source_format", FORMAT),
        HsmField("target_format", FORMAT),
        HsmField("pan12", PAN12),
        WHOLE_PAN,
    )


_PVV: Final = (HsmField("pvki", digits(1)), HsmField("pvv", digits(4)))


def _pin_and_pvk(*key: HsmField, after: tuple[HsmField, ...], block: HsmKind = BLOCK) -> HsmLayout:
    return HsmLayout(
        *key,
        HsmField("pvk", KEY_PAIR),
        HsmField("block", block),
        HsmField("format", FORMAT),
        HsmField("pan12", PAN12),
        *after,
        WHOLE_PAN,
    )


_TYPED_KEY: Final = (HsmField("key_type", KEY_TYPE), HsmField("key", KEY))
# A key of a terminal that has a new one for each transaction.
_TO_DUKPT: Final = (
    HsmField("target_bdk", KEY, "*"),
    HsmField("target_ksn_descriptor", KSN_DESCRIPTOR),
    HsmField("target_ksn", KSN),
)

PIN_TRANSLATED: Final = (
    HsmLayout(
        HsmField("pin_length", digits(2)), HsmField("block", BLOCK), HsmField("format", FORMAT)
    ),
)
_NEW_PVV: Final = (HsmLayout(HsmField("pvv", digits(4))),)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "CA": HostCommand(
        request=(_translate_pin("tpk", HsmField("zpk", KEY)), _translate_pin("tpk", *_TO_DUKPT)),
        answer=PIN_TRANSLATED,
    ),
    "CC": HostCommand(
        request=(_translate_pin("source_zpk", HsmField("target_zpk", KEY)),), answer=PIN_TRANSLATED
    ),
    "DC": HostCommand(request=(_pin_and_pvk(HsmField("tpk", KEY), after=_PVV),), answer=NOTHING),
    "EC": HostCommand(request=(_pin_and_pvk(HsmField("zpk", KEY), after=_PVV),), answer=NOTHING),
    "CU": HostCommand(
        request=tuple(
            _pin_and_pvk(*_TYPED_KEY, after=(*_PVV, HsmField("new_block", block)), block=block)
            for block in BLOCKS
        ),
        answer=_NEW_PVV,
    ),
    "FW": HostCommand(
        request=(_pin_and_pvk(*_TYPED_KEY, after=(HsmField("pvki", digits(1)),)),), answer=_NEW_PVV
    ),
    "DG": HostCommand(
        request=(
            HsmLayout(
                HsmField("pvk", KEY_PAIR),
                HsmField("pin", PIN_UNDER_LMK),
                HsmField("pan12", PAN12),
                HsmField("pvki", digits(1)),
            ),
        ),
        answer=_NEW_PVV,
    ),
}


def translate_pin_tpk_zpk(
    tpk: str,
    zpk: str,
    block: str,
    pan12: str,
    source: str = ISO_0,
    target: str = ISO_0,
    pan: str = "",
) -> Command:
    """CA: a PIN *block* under a terminal's key becomes one under a zone's.

    Answers pin_length, block, format.
    """
    return _translate("CA", {"tpk": tpk, "zpk": zpk}, block, pan12, source, target, pan)


def translate_pin_tpk_dukpt(
    tpk: str,
    bdk: str,
    ksn_descriptor: str,
    ksn: str,
    block: str,
    pan12: str,
    source: str = ISO_0,
    target: str = ISO_0,
    pan: str = "",
) -> Command:
    """CA: a PIN *block* under a terminal's key becomes one of the transaction *ksn* (DUKPT).

    Answers pin_length, block, format.
    """
    keys = {
        "tpk": tpk,
        "target_bdk": bdk,
        "target_ksn_descriptor": ksn_descriptor,
        "target_ksn": ksn,
    }
    return _translate("CA", keys, block, pan12, source, target, pan)


def translate_pin_zpk_zpk(
    source_zpk: str,
    target_zpk: str,
    block: str,
    pan12: str,
    source: str = ISO_0,
    target: str = ISO_0,
    pan: str = "",
) -> Command:
    """CC: a PIN *block* under one zone's key becomes one under another's.

    Answers pin_length, block, format.
    """
    keys = {"source_zpk": source_zpk, "target_zpk": target_zpk}
    return _translate("CC", keys, block, pan12, source, target, pan)


def verify_pin_pvv_tpk(
    tpk: str,
    pvk: str,
    block: str,
    pan12: str,
    pvki: str,
    pvv: str,
    source: str = ISO_0,
    pan: str = "",
) -> Command:
    """DC: does the PIN in *block* under a terminal's key give *pvv*? Error 01 says no."""
    fields = {"tpk": tpk, **_pin(pvk, block, pan12, pvki, source, pan), "pvv": pvv}
    return Command("", "DC", fields)


def verify_pin_pvv_zpk(
    zpk: str,
    pvk: str,
    block: str,
    pan12: str,
    pvki: str,
    pvv: str,
    source: str = ISO_0,
    pan: str = "",
) -> Command:
    """EC: does the PIN in *block* under a zone's key give *pvv*? Error 01 says no."""
    fields = {"zpk": zpk, **_pin(pvk, block, pan12, pvki, source, pan), "pvv": pvv}
    return Command("", "EC", fields)


def pvv_from_block(
    key_type: str,
    key: str,
    pvk: str,
    block: str,
    pan12: str,
    pvki: str,
    source: str = ISO_0,
    pan: str = "",
) -> Command:
    """FW: the PVV of the PIN in *block*, which its owner chose. Answers pvv."""
    pin = _pin(pvk, block, pan12, pvki, source, pan)
    return Command("", "FW", {"key_type": key_type, "key": key, **pin})


def change_pvv(
    key_type: str,
    key: str,
    pvk: str,
    block: str,
    pan12: str,
    pvki: str,
    pvv: str,
    new_block: str,
    source: str = ISO_0,
    pan: str = "",
) -> Command:
    """CU: the PVV of the PIN in *new_block*, if that in *block* gives *pvv*; else 01.

    Answers pvv.
    """
    pin = _pin(pvk, block, pan12, pvki, source, pan)
    fields = {"key_type": key_type, "key": key, **pin, "pvv": pvv, "new_block": new_block}
    return Command("", "CU", fields)


def pvv_from_lmk_pin(pvk: str, pin: str, pan12: str, pvki: str) -> Command:
    """DG: the PVV of a *pin* under the LMK. Answers pvv."""
    return Command("", "DG", {"pvk": pvk, "pin": pin, "pan12": pan12, "pvki": pvki})


def with_pan(fields: dict[str, str], pan: str) -> dict[str, str]:
    """*fields*, and the whole card number if it is given."""
    return {**fields, "pan": pan} if pan else fields


def _translate(
    code: str,
    keys: dict[str, str],
    block: str,
    pan12: str,
    source: str,
    target: str,
    pan: str,
) -> Command:
    pin = {"pin_max": PIN_LENGTH_MAX, "block": block, "pan12": pan12}
    formats = {"source_format": source, "target_format": target}
    return Command("", code, with_pan({**keys, **pin, **formats}, pan))


def _pin(pvk: str, block: str, pan12: str, pvki: str, source: str, pan: str) -> dict[str, str]:
    fields = {"pvk": pvk, "block": block, "format": source, "pan12": pan12, "pvki": pvki}
    return with_pan(fields, pan)
