"""What keys are for: a type says it under a variant LMK, usage and mode of use in a key block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class KeyUse(Struct, frozen=True, kw_only=True):
    """A purpose that commands open keys for.

    *key_type* is its type under a variant LMK; *pci_type* the one instead if terminal keys are kept
    apart (PCI HSM). *usages* of a key block serve it, with one of the *modes*; new keys have the
    first of each. See X9.143, tables 2 and 4; the usages in digits are those that hosts know beside
    them: 51 a TMK, 71 a TPK, 72 a ZPK. *any_parity*: every bit of it counts, none is parity.
    """

    name: str
    key_type: str
    usages: tuple[str, ...]
    modes: str
    pci_type: str = ""
    any_parity: bool = False


ZMK: Final = KeyUse(name="ZMK", key_type="000", usages=("K0", "K1"), modes="BDEN")
TMK: Final = KeyUse(
    name="TMK", key_type="002", usages=("K0", "K1", "51"), modes="BDEN", pci_type="80D"
)
ZPK: Final = KeyUse(name="ZPK", key_type="001", usages=("P0", "72"), modes="BDEN")
TPK: Final = KeyUse(name="TPK", key_type="002", usages=("P0", "71"), modes="BDEN", pci_type="70D")
PVK: Final = KeyUse(name="PVK", key_type="002", usages=("V2", "V1", "V0"), modes="CGVN")
TAK: Final = KeyUse(name="TAK", key_type="003", usages=("M3", "M1", "M6", "M0"), modes="CGVN")
ZAK: Final = KeyUse(name="ZAK", key_type="008", usages=("M3", "M1", "M6", "M0"), modes="CGVN")
CVK: Final = KeyUse(name="CVK", key_type="402", usages=("C0",), modes="CGVN")
BDK: Final = KeyUse(name="BDK", key_type="009", usages=("B0",), modes="XN")
IKEY: Final = KeyUse(name="IKEY", key_type="302", usages=("B1",), modes="XN", any_parity=True)
MK_AC: Final = KeyUse(name="MK-AC", key_type="109", usages=("E0",), modes="XN")
MK_SMI: Final = KeyUse(name="MK-SMI", key_type="209", usages=("E2",), modes="XN")
MK_SMC: Final = KeyUse(name="MK-SMC", key_type="309", usages=("E1",), modes="XN")
MK_DAC: Final = KeyUse(name="MK-DAC", key_type="409", usages=("E3",), modes="XN")
MK_DN: Final = KeyUse(name="MK-DN", key_type="509", usages=("E4",), modes="XN")
MK_CVC3: Final = KeyUse(name="MK-CVC3", key_type="709", usages=("E6",), modes="XN")
ZEK: Final = KeyUse(name="ZEK", key_type="00A", usages=("D0",), modes="BDEN")
DEK: Final = KeyUse(name="DEK", key_type="00B", usages=("D0",), modes="BDEN")

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
