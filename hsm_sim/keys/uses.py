"""What keys are for: a type says it under a variant LMK, usage and mode of use in a key block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class KeyUse(Struct, frozen=True):
    """A purpose that commands open keys for.

    *key_type* is its type under a variant LMK; *pci_type* the one instead if terminal keys are kept
    apart (PCI HSM). *usages* of a key block serve it, with one of the *modes*; new keys have the
    first of each. See X9.143, tables 2 and 4. *any_parity*: every bit of it counts, none is parity.
    """

    name: str
    key_type: str
    usages: tuple[str, ...]
    modes: str
    pci_type: str = ""
    any_parity: bool = False


ZMK: Final = KeyUse("ZMK", "000", ("K0", "K1"), "BDEN")
TMK: Final = KeyUse("TMK", "002", ("K0", "K1"), "BDEN", "80D")
ZPK: Final = KeyUse("ZPK", "001", ("P0",), "BDEN")
TPK: Final = KeyUse("TPK", "002", ("P0",), "BDEN", "70D")
PVK: Final = KeyUse("PVK", "002", ("V2", "V1", "V0"), "CGVN")
TAK: Final = KeyUse("TAK", "003", ("M3", "M1", "M6", "M0"), "CGVN")
ZAK: Final = KeyUse("ZAK", "008", ("M3", "M1", "M6", "M0"), "CGVN")
CVK: Final = KeyUse("CVK", "402", ("C0",), "CGVN")
BDK: Final = KeyUse("BDK", "009", ("B0",), "XN")
IKEY: Final = KeyUse("IKEY", "302", ("B1",), "XN", any_parity=True)
MK_AC: Final = KeyUse("MK-AC", "109", ("E0",), "XN")
MK_SMI: Final = KeyUse("MK-SMI", "209", ("E2",), "XN")
MK_SMC: Final = KeyUse("MK-SMC", "309", ("E1",), "XN")
MK_DAC: Final = KeyUse("MK-DAC", "409", ("E3",), "XN")
MK_DN: Final = KeyUse("MK-DN", "509", ("E4",), "XN")
MK_CVC3: Final = KeyUse("MK-CVC3", "709", ("E6",), "XN")
ZEK: Final = KeyUse("ZEK", "00A", ("D0",), "BDEN")
DEK: Final = KeyUse("DEK", "00B", ("D0",), "BDEN")

# Of uses that share a type the first one stands for it: TMK, TPK and PVK cannot be told apart.
USES: Final = (
    *(ZMK, ZPK, TPK, TMK, PVK, TAK, ZAK, CVK, BDK, IKEY),
    *(MK_AC, MK_SMI, MK_SMC, MK_DAC, MK_DN, MK_CVC3, ZEK, DEK),
)
USE_OF_TYPE: Final[Mapping[str, KeyUse]] = {
    **{use.pci_type: use for use in reversed(USES) if use.pci_type},
    **{use.key_type: use for use in reversed(USES)},
}
USE_OF_USAGE: Final[Mapping[str, KeyUse]] = {
    usage: use for use in reversed(USES) for usage in use.usages
}
