"""Commands about PINs under the LMK: *pin* is one as these give it, bound to *pan12*.

QK is chosen here: the PIN, its account of today, its account from now on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout, digits
from ...kinds import BLOCK, FORMAT, KEY, NOTHING, PAN12, PIN_UNDER_LMK, TABLE, WHOLE_PAN
from ...names import ISO_0
from ...values import Command
from .blocks import with_pan

_PIN: Final = HsmField("pin", PIN_UNDER_LMK)
_PAN12: Final = HsmField("pan12", PAN12)
_BLOCK: Final = (HsmField("block", BLOCK), HsmField("format", FORMAT), _PAN12)
_CLEAR_PIN: Final = HsmField(
    "clear_pin",
    HsmKind("[0-9]{4,12}F{1,9}", "a PIN of 4 to 12 digits, filled up with F, one or more"),
)

# PINs that are not to be given: how many, of how many digits each, and they in a row.
_EXCLUDED: Final = HsmField(
    "excluded",
    HsmKind("[0-9]{4,1192}", "2 digits of count, 2 of length, and so many PINs", "03"),
    "*",
    optional=True,
)

_PIN_ALONE: Final = (HsmLayout(_PIN),)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "JA": HostCommand(
        request=(HsmLayout(_PAN12, HsmField("pin_length", digits(2), optional=True), _EXCLUDED),),
        answer=_PIN_ALONE,
    ),
    "JC": HostCommand(
        request=(HsmLayout(HsmField("tpk", KEY), *_BLOCK, WHOLE_PAN),), answer=_PIN_ALONE
    ),
    "JE": HostCommand(
        request=(HsmLayout(HsmField("zpk", KEY), *_BLOCK, WHOLE_PAN),), answer=_PIN_ALONE
    ),
    "JG": HostCommand(
        request=(
            HsmLayout(HsmField("zpk", KEY), HsmField("format", FORMAT), _PAN12, _PIN, WHOLE_PAN),
        ),
        answer=(HsmLayout(HsmField("block", BLOCK)),),
    ),
    "BA": HostCommand(request=(HsmLayout(_CLEAR_PIN, _PAN12),), answer=_PIN_ALONE),
    "NG": HostCommand(
        request=(HsmLayout(_PAN12, _PIN),),
        answer=(HsmLayout(_CLEAR_PIN, HsmField("reference", digits(12))),),
    ),
    "BC": HostCommand(
        request=(HsmLayout(HsmField("tpk", KEY), *_BLOCK, _PIN, WHOLE_PAN),), answer=NOTHING
    ),
    "BE": HostCommand(
        request=(HsmLayout(HsmField("zpk", KEY), *_BLOCK, _PIN, WHOLE_PAN),), answer=NOTHING
    ),
    "QK": HostCommand(
        request=(HsmLayout(_PIN, _PAN12, HsmField("new_pan12", PAN12)),), answer=_PIN_ALONE
    ),
    "BG": HostCommand(request=(HsmLayout(_PAN12, _PIN),), answer=_PIN_ALONE),
    "LO": HostCommand(
        request=(HsmLayout(HsmField("table", TABLE)),),
        answer=(HsmLayout(HsmField("table", TABLE)),),
    ),
}


_CLEAR_PIN_LENGTH: Final = 13


def random_pin(pan12: str, length: int = 4, excluded: Sequence[str] = ()) -> Command:
    """JA: a new PIN of *length* digits, none of those *excluded*, all as long. Answers pin."""
    fields = {"pan12": pan12, "pin_length": f"{length:02d}"}
    if excluded:
        fields["excluded"] = f"{len(excluded):02d}{length:02d}{''.join(excluded)}"
    return Command("", "JA", fields)


def pin_to_lmk(tpk: str, block: str, pan12: str, source: str = ISO_0, pan: str = "") -> Command:
    """JC: the PIN in *block* under a terminal's key, kept under the LMK. Answers pin."""
    fields = {"tpk": tpk, "block": block, "format": source, "pan12": pan12}
    return Command("", "JC", with_pan(fields, pan))


def pin_to_lmk_zpk(zpk: str, block: str, pan12: str, source: str = ISO_0, pan: str = "") -> Command:
    """JE: the PIN in *block* under a zone's key, kept under the LMK. Answers pin."""
    fields = {"zpk": zpk, "block": block, "format": source, "pan12": pan12}
    return Command("", "JE", with_pan(fields, pan))


def pin_from_lmk(zpk: str, pin: str, pan12: str, target: str = ISO_0, pan: str = "") -> Command:
    """JG: *pin* in a block under a zone's key. Answers block."""
    fields = {"zpk": zpk, "format": target, "pan12": pan12, "pin": pin}
    return Command("", "JG", with_pan(fields, pan))


def compare_pin_tpk(
    tpk: str, pin: str, block: str, pan12: str, source: str = ISO_0, pan: str = ""
) -> Command:
    """BC: is the PIN in *block* under a terminal's key *pin*? Error 01 says no."""
    fields = {"tpk": tpk, "block": block, "format": source, "pan12": pan12, "pin": pin}
    return Command("", "BC", with_pan(fields, pan))


def compare_pin_zpk(
    zpk: str, pin: str, block: str, pan12: str, source: str = ISO_0, pan: str = ""
) -> Command:
    """BE: is the PIN in *block* under a zone's key *pin*? Error 01 says no."""
    fields = {"zpk": zpk, "block": block, "format": source, "pan12": pan12, "pin": pin}
    return Command("", "BE", with_pan(fields, pan))


def encrypt_clear_pin(clear_pin: str, pan12: str) -> Command:
    """BA: a PIN in clear, kept under the LMK: disabled, unless the policy says so. Answers pin."""
    return Command("", "BA", {"clear_pin": clear_pin.ljust(_CLEAR_PIN_LENGTH, "F"), "pan12": pan12})


def decrypt_lmk_pin(pin: str, pan12: str) -> Command:
    """NG: *pin* in clear: disabled, unless the policy says so. Answers clear_pin, reference."""
    return Command("", "NG", {"pan12": pan12, "pin": pin})


def move_lmk_pin(pin: str, pan12: str, new_pan12: str) -> Command:
    """QK: *pin* for another account, by the word of two officers. Answers pin."""
    return Command("", "QK", {"pin": pin, "pan12": pan12, "new_pan12": new_pan12})


def renew_lmk_pin(pin: str, pan12: str) -> Command:
    """BG: a *pin* under the old LMK in key change storage, under that of today. Answers pin."""
    return Command("", "BG", {"pan12": pan12, "pin": pin})


def renew_table(table: str) -> Command:
    """LO: a decimalisation *table* under the old LMK in key change storage, under that of today.

    Answers table.
    """
    return Command("", "LO", {"table": table})
