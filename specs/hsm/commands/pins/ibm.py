"""Commands about PINs and offsets of IBM 3624.

All take what :func:`ibm_check` makes: the key and the data from which the PIN of an account
follows. An *offset* is of 12 characters, its digits filled up with F.

DU is chosen here: BK with the offset of today's PIN, and after it the block of the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...errors import LONG_PVK
from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout, digits
from ...kinds import (
    BLOCK,
    BLOCKS,
    CHECK_LENGTH,
    FORMAT,
    KEY,
    KEY_TYPE,
    NOTHING,
    OFFSET,
    PAN12,
    PIN_UNDER_LMK,
    TABLE,
    VALIDATION,
    WHOLE_PAN,
)
from ...names import ISO_0, PIN_LENGTH_MAX
from ...values import Command

_CHECK: Final = (
    HsmField("check_length", CHECK_LENGTH),
    HsmField("pan12", PAN12),
    HsmField("table", TABLE),
    HsmField("validation", VALIDATION),
)
_BLOCK: Final = (HsmField("block", BLOCK), HsmField("format", FORMAT), *_CHECK)
_OFFSET: Final = HsmField("offset", OFFSET)
_TYPED_KEY: Final = (HsmField("key_type", KEY_TYPE), HsmField("key", KEY))
_PVK: Final = HsmField("pvk", KEY)


def _verify(key: str) -> HsmLayout:
    pin_max = HsmField("pin_max", digits(2))
    return HsmLayout(HsmField(key, KEY), _PVK, pin_max, *_BLOCK, _OFFSET, WHOLE_PAN)


def _change(block: HsmKind) -> HsmLayout:
    today = HsmField("block", block), HsmField("format", FORMAT), *_CHECK, _OFFSET
    return HsmLayout(*_TYPED_KEY, _PVK, *today, HsmField("new_block", block), WHOLE_PAN)


_NEW_OFFSET: Final = (HsmLayout(_OFFSET),)


def _command(request: tuple[HsmLayout, ...], answer: tuple[HsmLayout, ...]) -> HostCommand:
    """That the PVK was not of single length, older modules find worth a warning."""
    return HostCommand(request, answer, {LONG_PVK: answer})


COMMANDS: Final[Mapping[str, HostCommand]] = {
    "DA": _command((_verify("tpk"),), NOTHING),
    "EA": _command((_verify("zpk"),), NOTHING),
    "DE": _command((HsmLayout(_PVK, HsmField("pin", PIN_UNDER_LMK), *_CHECK),), _NEW_OFFSET),
    "EE": _command(
        (HsmLayout(_PVK, _OFFSET, *_CHECK),), (HsmLayout(HsmField("pin", PIN_UNDER_LMK)),)
    ),
    "BK": _command((HsmLayout(*_TYPED_KEY, _PVK, *_BLOCK, WHOLE_PAN),), _NEW_OFFSET),
    "DU": _command(tuple(_change(block) for block in BLOCKS), _NEW_OFFSET),
}


def ibm_check(
    pvk: str, pan12: str, table: str, validation: str, check_length: str = "04", pan: str = ""
) -> dict[str, str]:
    """The fields that all these commands share.

    *table* is the decimalisation table under the LMK; *validation* is 12 characters of hexadecimal
    and one N, where five digits of *pan12* go, or P and 16; *pan* is for format 48 alone.
    """
    fields = {"pvk": pvk, "pan12": pan12, "table": table, "validation": validation}
    fields["check_length"] = check_length
    return {**fields, "pan": pan} if pan else fields


def verify_pin_ibm_tpk(
    tpk: str, check: dict[str, str], block: str, offset: str, source: str = ISO_0
) -> Command:
    """DA: has the PIN in *block* under a terminal's key this *offset*? Error 01 says no."""
    pin = {"pin_max": PIN_LENGTH_MAX, "block": block, "format": source, "offset": offset}
    return Command("", "DA", {"tpk": tpk, **check, **pin})


def verify_pin_ibm_zpk(
    zpk: str, check: dict[str, str], block: str, offset: str, source: str = ISO_0
) -> Command:
    """EA: has the PIN in *block* under a zone's key this *offset*? Error 01 says no."""
    pin = {"pin_max": PIN_LENGTH_MAX, "block": block, "format": source, "offset": offset}
    return Command("", "EA", {"zpk": zpk, **check, **pin})


def offset_from_lmk_pin(check: dict[str, str], pin: str) -> Command:
    """DE: the offset of a *pin* under the LMK. Answers offset."""
    return Command("", "DE", {**check, "pin": pin})


def offset_from_block(
    key_type: str, key: str, check: dict[str, str], block: str, source: str = ISO_0
) -> Command:
    """BK: the offset of the PIN in *block*, which its owner chose. Answers offset."""
    pin = {"key_type": key_type, "key": key, "block": block, "format": source}
    return Command("", "BK", {**check, **pin})


def change_offset(
    key_type: str,
    key: str,
    check: dict[str, str],
    block: str,
    offset: str,
    new_block: str,
    source: str = ISO_0,
) -> Command:
    """DU: the offset of the PIN in *new_block*, if that in *block* has *offset*; else 01.

    Answers offset.
    """
    pin = {"key_type": key_type, "key": key, "block": block, "format": source}
    return Command("", "DU", {**check, **pin, "offset": offset, "new_block": new_block})


def derive_pin_ibm(check: dict[str, str], offset: str = "0000FFFFFFFF") -> Command:
    """EE: the PIN that *offset* makes, under the LMK. Answers pin."""
    return Command("", "EE", {**check, "offset": offset})
